"""Back to how the till left the factory, under the manager's password: on paper first what goes, then it goes."""

from till import factory
from till.flows.errors import Stopped
from till.flows.guard import manager
from till.flows.paper import print_lines
from till.slip.notice import notice_slip

SEEN_MS = 10_000


async def factory_reset(till):
    """Refused while a payment is not settled, or the host has not answered one: send, hand over or settle it first."""
    if factory.is_waiting(till.book) or till.book.settling:
        raise Stopped("reset-waits")
    await manager(till, "factory-reset")
    await till.ui.confirm("question", "factory-reset", "reset-question")
    rows = (("TMK", till.session.check_values()[0]), ("picotill", till.VERSION))
    lines = notice_slip(till.paper, till.settings["language"], "reset-slip", rows, till.clock.local(), "reset-gone")
    await print_lines(till, lines, "step-list")
    till.ui.show("notice", "factory-reset", "erasing", "please-wait")
    async with till.session.turn():
        if factory.is_waiting(till.book):  # the background may have found something out meanwhile
            raise Stopped("reset-waits")
        for steps in (factory.begin(till.devices), factory.finish(till.devices)):
            await step_by_step(till.clock, steps, till.session.flash_is_free)
        await done(till.ui, till.devices)


async def step_by_step(clock, steps, flash_is_free):
    """Each step is one operation on flash, up to 45 ms long: between two of them the main loop has its turn, and
    feeds the watchdog."""
    for _ in steps:
        await clock.sleep_ms(1)
        await flash_is_free()


async def go_on(ui, devices):
    """At a start that finds a reset begun: nothing else runs yet."""
    ui.show("notice", "factory-reset", "erasing", "please-wait")
    for _ in factory.finish(devices):
        await ui.clock.sleep_ms(1)
    await done(ui, devices)


async def done(ui, devices):
    ui.show("notice", "factory-reset", "reset-done", "restarting")
    await ui.key(SEEN_MS)
    devices.reset()
    await ui.clock.sleep_ms(SEEN_MS)  # the power goes within it
