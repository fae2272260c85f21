"""How the till settles: by hand, every day, every week, or each payment at once. The host confirms it."""

from till.flows.asked import asked
from till.flows.errors import Stopped
from till.flows.guard import manager
from till.link.parameters import MODES, confirmed_mode

SEEN_MS = 3_000
WEEKDAYS = 7


async def choose_mode(till):
    """Under the manager's password."""
    await manager(till, "settle-mode")
    letter = MODES[await till.ui.choose("settle-mode", ["mode-" + mode for mode in MODES])]
    weekday, time = 0, "0000"
    if letter == "W":
        weekday = 1 + await till.ui.choose("mode-W", ["day-%d" % (number + 1) for number in range(WEEKDAYS)])
    if letter in "DW":
        time = await till.ui.ask_digits("mode-" + letter, "enter-time", 4, least=4)
        if int(time[:2]) > 23 or int(time[2:]) > 59:
            raise Stopped("wrong-time")
    wish = "%s%d%s" % (letter, weekday, time)
    mode = await asked(till, lambda: confirmed_mode(till.session, wish), "processing", "settle-mode", None, "sending")
    await till.keep(settlement=mode, settled_for=till.clock.epoch())
    till.postponed_until = 0
    till.ui.show("notice", "settle-mode", "mode-" + mode[0], "mode-kept")
    await till.ui.key(SEEN_MS)
