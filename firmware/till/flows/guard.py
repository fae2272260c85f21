"""What must hold before money may move, looked at before the customer is asked for anything."""

from till.flows.errors import Stopped
from till.flows.sign_on import sign_on

BATCH_WARN, BATCH_MOST = 400, 500  # counts in field 48 have three digits
VOUCHERS_MOST = 800  # declined and abandoned ones too: the settlement slip names each, and is set in memory


async def may_pay(till):
    """Raises Stopped with the reason why no payment can begin now."""
    if till.book.settling:
        raise Stopped("settling")
    if till.book.batch and (till.book.count >= BATCH_MOST or till.book.voucher_count() >= VOUCHERS_MOST):
        raise Stopped("batch-full")
    if not till.book.has_room():
        raise Stopped("journal-full")
    if not till.session.signed_on():
        await sign_on(till, quietly=True)
    if till.clock.epoch() is None:
        raise Stopped("clock-unset")
    if not till.book.batch:
        raise Stopped("not-signed-on")
    if till.book.count == BATCH_WARN:
        await till.ui.message("batch-warning")


async def manager(till, title):
    """Asks for the manager's password. Raises Stopped("password-wrong"), or "password-rest" after too many tries."""
    password = await till.ui.ask_digits(title, "enter-password", 12, masked=True, least=6)
    before = till.manager.failures
    right = till.manager.accepts(password)
    if till.manager.failures != before:
        await till.keep(manager_failures=till.manager.failures)
    if not right:
        raise Stopped("password-rest" if till.manager.locked() else "password-wrong")
