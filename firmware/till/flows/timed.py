"""Settlement by the clock: at a set time every day or every week, with a warning, and half an hour's delay as often as
the business day allows."""

from till.flows.errors import Stopped
from till.flows.settle import settle
from till.flows.waiting import DAY_S, business_start
from till.link.parameters import BY_HAND

WARN_S = 600
POSTPONE_S = 1_800
QUESTION_MS = 60_000
DONE = ("nothing-to-settle",)  # as good as settled


def mode_of(till):
    """Mode, day of the week and hhmm as the host has confirmed them."""
    return till.settings.get("settlement", BY_HAND)


def latest(till, now):
    """The newest instant, not after now, at which the till should have settled; None where the clock does not say."""
    mode = mode_of(till)
    if mode[0] not in "DW":
        return None
    hour, minute, second = till.clock.local_of(now)[3:]
    midnight = now - hour * 3600 - minute * 60 - second
    due = midnight + int(mode[2:4]) * 3600 + int(mode[4:6]) * 60
    if due > now:
        due -= DAY_S
        midnight -= DAY_S
    if mode[0] == "W":
        weekday = ((midnight + DAY_S // 2) // DAY_S + 3) % 7 + 1  # 1970-01-01 was a Thursday
        due -= (weekday - int(mode[1])) % 7 * DAY_S
    return due


def due(till):
    """The instant that was to be settled at and is not settled yet, None while there is nothing to do."""
    now = till.clock.epoch()
    if now is None or now < till.postponed_until:
        return None
    found = latest(till, now)
    return found if found is not None and found > till.settings.get("settled_for", 0) else None


def soon(till):
    """The local hh:mm of a settlement within the next ten minutes, None where none comes."""
    now = till.clock.epoch()
    if now is None:
        return None
    coming = latest(till, now + WARN_S)
    if till.postponed_until > now:
        coming = till.postponed_until if till.postponed_until <= now + WARN_S else None
    if coming is None or coming <= now:
        return None
    return "%02d:%02d" % till.clock.local_of(coming)[3:5]


async def settle_on_time(till):
    """Asks, and settles where nobody objects. What stops it is tried again half an hour later."""
    instant = due(till)
    if instant is None:
        return
    now = till.clock.epoch()
    till.ui.show("question", "auto-settle", "postpone-question")
    await till.ui.beep(2)
    if await till.ui.key(QUESTION_MS) == "cancel":
        if now + POSTPONE_S < business_start(till, instant) + DAY_S:
            till.postponed_until = now + POSTPONE_S
            return
        await till.ui.message("no-postponing")
    till.postponed_until = now + POSTPONE_S
    try:
        await settle(till)
    except Stopped as stopped:
        if stopped.args[0] not in DONE:
            raise
    await till.keep(settled_for=instant)
