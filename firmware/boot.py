"""The first of ours that runs on a board: starts the till, before USB is there.

While the till runs there is no REPL, no exec and no mount. A board whose developer's pin is held to ground at power-on
does not start it: USB comes up, with MicroPython's own prompt behind the manager's password (gate.py). A till that
ends starts again, whatever ended it (main.py writes that down): nobody is left at a prompt.
"""

from boards.which import board

if not board().developer():
    try:
        others = board().prepare()

        import main

        main.start(updated=not others)
    finally:
        board().restart()
