"""Letters with a keypad of digits: the same key again, within a second, gives its next character."""

from micropython import const

from till.ui.interact import Cancelled, TimedOut

AGAIN_MS = const(1000)
TYPE_MS = const(60000)
# every printable character of ASCII is on some key
ON_KEY = {
    "1": "1.,-_@/:;?!", "2": "abc2ABC", "3": "def3DEF", "4": "ghi4GHI", "5": "jkl5JKL", "6": "mno6MNO",
    "7": "pqrs7PQRS", "8": "tuv8TUV", "9": "wxyz9WXYZ", "0": "0 ", "00": "#$%&'()*+<=>[\\]^`{|}~\"",
}  # fmt: skip
_SHOWN = const(15)


async def ask_text(ui, title_key, prompt_key, least, most):
    """Asks for least..most characters. Returns str. The end of the text stands on the screen, with the character that
    may still change behind it; "down" takes it at once. Cancelled, TimedOut."""
    typed, key, turn = "", None, 0
    too_short = False
    while True:
        now = ON_KEY[key][turn] if key else ""
        ui.show("enter_digits", title_key, prompt_key, (typed + (now or "_"))[-_SHOWN:], False, too_short)
        name = await ui.key(AGAIN_MS if key else TYPE_MS)
        if name is None and not key:
            raise TimedOut("no key in %d ms" % TYPE_MS)
        if name == "cancel":
            raise Cancelled("cancel key")
        too_short = False
        if name == key and key:
            turn = (turn + 1) % len(ON_KEY[key])
            continue
        if name == "clear":
            typed, key = typed if key else typed[:-1], None
            continue
        typed, key = typed + now, None
        if name == "confirm":
            if len(typed) >= least:
                return typed
            too_short = True
        elif name in ON_KEY and len(typed) < most:
            key, turn = name, 0
