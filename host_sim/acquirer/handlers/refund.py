"""0220/0230, F3 200000, F60.1 25: give back part or all of an earlier sale."""

from sqlalchemy.orm import Session

from host_sim.acquirer.checks import payment_fault
from host_sim.acquirer.codes import wallet_masked
from host_sim.acquirer.desk import Desk
from host_sim.acquirer.exactly_once import key_of
from host_sim.acquirer.original import Original, find_original, given_back, read_original, same_card, within_window
from host_sim.acquirer.payments import Opened, Verdict, Work, make_payment
from host_sim.acquirer.profiles import ProfileError
from host_sim.acquirer.request import Reply, Request
from host_sim.networks.issuer import Decision


async def refund(request: Request, desk: Desk) -> Reply:
    """Refunds of one sale never total more than the sale: they are checked and noted in one unit, one by one."""
    fault = payment_fault(request, desk)
    route = desk.switch.route(request.account)
    if fault or route is None:
        return Reply(fault or "14")
    try:
        original = read_original(request, desk.profile)
    except ProfileError:
        return Reply("30")
    if original.date is None or not original.trace and original.batch:
        return Reply("30")

    def ask(opened: Opened) -> Decision:
        return route.network.refund(opened.reference, opened.original_reference or "", request.amount_fen)

    def check(session: Session) -> Verdict:
        return _check(session, request, desk, original)

    work = Work("refund", key_of(request), check, ask, original, wallet_masked(request))
    return await make_payment(request, desk, route, work)


def _check(session: Session, request: Request, desk: Desk, original: Original) -> Verdict:
    """25 unknown, 14 another card, 12 not standing or too old, 64 more than is left of it."""
    payment = find_original(session, request, desk, original)
    if payment is None:
        return Verdict("25")
    if not same_card(request, desk, payment):
        return Verdict("14")
    if payment.state != "approved" or not within_window(payment, request.at, desk.profile.refund_window_days):
        return Verdict("12", payment)
    if given_back(session, payment)[0] + request.amount_fen > payment.amount_fen:
        return Verdict("64", payment)
    return Verdict(None, payment)
