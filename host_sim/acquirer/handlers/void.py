"""0200/0210, F3 200000, F60.1 23: take back a whole sale of the same day, batch and terminal."""

from sqlalchemy.orm import Session

from host_sim.acquirer.checks import payment_fault
from host_sim.acquirer.codes import wallet_masked
from host_sim.acquirer.desk import Desk
from host_sim.acquirer.exactly_once import key_of
from host_sim.acquirer.original import Original, find_original, given_back, read_original, same_card
from host_sim.acquirer.payments import Opened, Verdict, Work, make_payment
from host_sim.acquirer.profiles import ProfileError
from host_sim.acquirer.request import Reply, Request
from host_sim.networks.issuer import Decision
from host_sim.settlement.dates import commit_day
from host_sim.store.schema import Merchant


async def void(request: Request, desk: Desk) -> Reply:
    """Give the card its money back and strike the sale. Afterwards only a refund is possible."""
    fault = payment_fault(request, desk)
    route = desk.switch.route(request.account)
    if fault or route is None:
        return Reply(fault or "14")
    try:
        original = read_original(request, desk.profile)
    except ProfileError:
        return Reply("30")

    def ask(opened: Opened) -> Decision:
        return route.network.void(opened.reference, opened.original_reference or "")

    def check(session: Session) -> Verdict:
        return _check(session, request, desk, original)

    work = Work("void", key_of(request), check, ask, original, wallet_masked(request))
    return await make_payment(request, desk, route, work)


def _check(session: Session, request: Request, desk: Desk, original: Original) -> Verdict:
    """25 unknown, 14 another card, 64 another amount, 12 not of this day, batch and terminal or not standing."""
    payment = find_original(session, request, desk, original)
    if payment is None:
        return Verdict("25")
    if not same_card(request, desk, payment):
        return Verdict("14")
    if payment.amount_fen != request.amount_fen:
        return Verdict("64", payment)
    today = commit_day(session, session.get_one(Merchant, request.till.merchant_id), desk.clock.now())
    here = payment.terminal_id == request.till.id and payment.filed_batch == request.batch
    standing = payment.state == "approved" and given_back(session, payment)[1] == 0
    if not (here and standing and payment.business_date == today):
        return Verdict("12", payment)
    return Verdict(None, payment)
