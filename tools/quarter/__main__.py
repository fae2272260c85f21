"""Run from the checkout, `python -m tools.quarter`."""

import sys

from tools.errors import ToolError
from tools.quarter.command import main

try:
    sys.exit(main())
except ToolError as error:
    sys.exit(f"make quarter: {error.what}\n  next: {error.do_next}")
