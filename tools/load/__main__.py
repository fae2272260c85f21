"""Run from the checkout, `python -m tools.load`: its terminals are the tests'."""

import sys

import typer

from tools.errors import ToolError
from tools.load.command import command

try:
    typer.run(command)
except ToolError as error:
    sys.exit(f"make load: {error.what}\n  next: {error.do_next}")
