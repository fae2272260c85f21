"""How the till settles: by hand, every day, every week, or each payment at once. The host confirms it."""

from till.flows.errors import Stopped
from till.flows.guard import manager
from till.flows.sign_on import sign_on
from till.link.errors import NoAnswer, NotSent, NotSignedOn, Refused
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
    if not till.session.signed_on():
        await sign_on(till)
    till.ui.show("processing", "settle-mode", None, "sending")
    try:
        mode = await confirmed_mode(till.session, "%s%d%s" % (letter, weekday, time))
    except (NotSent, NotSignedOn):
        raise Stopped("no-link")
    except NoAnswer:
        raise Stopped("host-silent")
    except Refused as error:
        raise Stopped(error.args[0])
    await till.keep(settlement=mode, settled_for=till.clock.epoch())
    till.postponed_until = 0
    till.ui.show("notice", "settle-mode", "mode-" + mode[0], "mode-kept")
    await till.ui.key(SEEN_MS)
