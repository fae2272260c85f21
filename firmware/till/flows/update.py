"""A newer version of the till from the host: proved, fetched part by part, and started when nothing waits any more.

What has arrived stays when somebody goes on paying, when the line breaks or the power goes; the next try goes on from
there. The till restarts into it only while no payment waits for the host's word.
"""

from till.flows.asked import asked
from till.flows.errors import Stopped
from till.link.updates import offer, part
from till.ui.interact import Cancelled
from till.update.errors import UpdateError
from till.update.header import version_of

AGAIN_S = 3_600
INTERRUPTED_S = 600
PASSING = ("no-link", "host-silent", "update-waits", "update-damaged")
PARTS_MOST = 8_192
SEEN_MS = 3_000


def due(till):
    """Whether the host has asked for it, and the till has not just tried."""
    now = till.clock.epoch()
    return till.intake is not None and till.session.update_wanted and now is not None and now >= till.update_after


async def by_itself(till):
    """From the idle screen. Any key puts it off for a while; so does whatever is in the way."""
    session = till.session
    session.update_wanted = False  # what is wrong with it is wrong until the host asks again, at the next sign-on
    try:
        await by_hand(till)
    except Cancelled:
        session.update_wanted, till.update_after = True, till.clock.epoch() + INTERRUPTED_S
    except Stopped as stopped:
        session.update_wanted, till.update_after = stopped.args[0] in PASSING, till.clock.epoch() + AGAIN_S
        raise


async def by_hand(till):
    """The menu's item."""
    intake = till.intake
    if intake is None:
        raise Stopped("update-no-room")
    try:
        found = await asked(till, lambda: offer(till.session, intake.question()), "notice", "update", "asking",
                            "please-wait")  # fmt: skip
        if found is None:
            till.ui.show("notice", "update", "up-to-date")
            await till.ui.key(SEEN_MS)
            return
        header = intake.offered(found)
        await asked(till, lambda: _fetch(till), "update_progress", till.VERSION, version_of(header.version), 0, 1)
        await _restart(till)
    except UpdateError as error:
        raise Stopped(error.args[0])


async def _fetch(till):
    """The whole body onto flash. Cancelled at any key: what has arrived stays."""
    intake = till.intake
    new, length = version_of(intake.header.version), intake.header.length
    await _write(till, intake.begin())
    for _ in range(PARTS_MOST):
        till.ui.show("update_progress", till.VERSION, new, intake.offset, length)
        if intake.is_complete():
            return
        if await till.ui.key(0) is not None:
            raise Cancelled("a key")
        data = await part(till.session, intake.name(), intake.offset)
        if data is None:
            break  # the host does not offer it any more
        await _write(till, intake.add(data))
    raise UpdateError("update-damaged")


async def _write(till, steps):
    """Each step is one operation on flash: none comes between a card's question and its answer, and between two of them
    the main loop has its turn."""
    for _ in steps:
        await till.clock.sleep_ms(1)
        await till.session.flash_is_free()


async def _restart(till):
    """Nothing leaves or is answered any more from the look at what waits until the board is off."""
    async with till.session.turn():
        if till.book.settling:
            raise Stopped("update-waits")
        for _ in till.book.unanswered():
            raise Stopped("update-waits")
        await _write(till, till.intake.accept())
        till.ui.show("notice", "update", "update-done", "restarting")
        await till.clock.sleep_ms(SEEN_MS)
        till.devices.reset()
        await till.clock.sleep_ms(SEEN_MS)  # the power goes within it
