"""The first of ours that runs on a board: starts the till, before USB is there.

While the till runs there is no REPL, no exec and no mount. A board whose developer's pin is held to ground at power-on
does not start it: USB comes up, with MicroPython's own prompt.
"""

from boards.which import board

if not board().developer():
    import main

    main.start()
