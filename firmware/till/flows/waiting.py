"""What waits for the host: script results and reversals first, then refunds without an answer, then the offline queue,
each in its order.

The background sends one at a time and steps aside for a person; a settlement sends all of it before it counts.
"""

from till.flows import left
from till.flows.download import download, wanted
from till.flows.errors import Stopped
from till.journal.payment import APPROVALS
from till.link.errors import BadMac, KeysWrong, NoAnswer, NotSent, NotSignedOn, Refused
from till.link.payments import resend, send_reversal, send_script, upload_offline

SIGN_ON = 3  # what a host may ask for in the header of any answer
DAY_S = 86_400
CALM_MS = 2_000  # between two items while all goes well
BACK_OFF_MS = (5_000, 10_000, 20_000, 40_000, 60_000)
TROUBLE = (NotSent, NoAnswer, NotSignedOn, Refused, KeysWrong)


async def drain(till):
    """The background's endless task."""
    failures = 0
    while True:
        if failures:
            base_ms = BACK_OFF_MS[min(failures, len(BACK_OFF_MS)) - 1]
            jitter_ms = base_ms * till.devices.entropy(1)[0] // 512
            await till.clock.sleep_ms(base_ms + jitter_ms)
        else:
            await till.clock.wait((till.work, till.devices.link.closed))
            await till.clock.sleep_ms(CALM_MS)
        try:
            await _keep_line(till)
            if till.session.host_request == SIGN_ON:
                till.session.forget_keys()
            if not till.session.signed_on() and not till.signed_off:
                await till.session.sign_on(till.last_known_epoch(), background=True)
            if not await send_next(till):
                till.work.clear()
                if wanted(till):
                    await download(till, background=True)
                if left.due(till):
                    await left.ask(till)
            failures = 0
        except TROUBLE:
            failures += 1
        except Exception as error:
            till.trouble(error)  # the sale at the counter goes on; the fault is counted and shown in the menu
            failures += 1


async def _keep_line(till):
    """The line stands open while nothing is sent, so that the screen tells the truth about it."""
    async with till.session.turn(background=True):
        till.devices.link.closed.clear()
        await till.session.open(background=True)


async def send_next(till, background=True):
    """Sends the oldest item that may go. False when nothing waits."""
    try:
        return await _send_oldest(till, background)
    except BadMac:
        till.session.forget_keys()  # the host may hold others: without a sign-on it would go on like this for ever
        raise


async def _send_oldest(till, background):
    for payment in till.book.scripts_due():
        await send_script(till.session, payment, background)
        return True
    for payment in till.book.pending_reversals():
        if past_cutoff(till, payment):
            await till.session.flash_is_free()
            till.book.unresolved(payment)  # the host's reconciliation resolves it; the settlement slip lists it
            till.left_waits, till.ask_after = True, 0
        else:
            await send_reversal(till.session, payment, background)
        return True
    if till.book.settling:
        return False  # the host takes nothing into a batch that is being settled; the rest goes into the next one
    for payment in till.book.to_resend():
        if await resend(till.session, payment, background) is not None:
            till.resolved.append(payment.sequence)
        return True
    for payment in till.book.offline_queue():
        response = await upload_offline(till.session, payment, background)
        if response is not None and response not in APPROVALS:
            till.refusals_wait = True
        return True
    return False


def past_cutoff(till, payment):
    """Whether the host has said, in an answer that could be believed, that the payment's business day is over."""
    now = till.session.believed_epoch
    return now is not None and business_date(till, payment.epoch) < business_date(till, now)


def business_start(till, epoch):
    """The second with which that business day began."""
    hour, minute, second = till.clock.local_of(epoch + DAY_S - _cutoff_s(till))[3:]
    return epoch - hour * 3600 - minute * 60 - second


def _cutoff_s(till):
    cutoff = till.settings["cutoff"]
    return int(cutoff[:2]) * 3600 + int(cutoff[2:]) * 60


def business_date(till, epoch):
    """(year, month, day) of the business day; what comes at the cut-off belongs to the next one."""
    return till.clock.local_of(epoch + DAY_S - _cutoff_s(till))[:3]


async def send_one(till, payment):
    """Sends one offline payment now, because a void of it waits. Returns it as acknowledged."""
    try:
        await upload_offline(till.session, payment, background=False)
    except TROUBLE:
        raise Stopped("no-link")
    payment = till.book.get(payment.sequence)  # also where the background had sent it when the turn came
    if not payment.acknowledged:
        raise Stopped("offline-refused")
    return payment
