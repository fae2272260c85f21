"""0200/0210, F60.1 60: payments by code. F3 710000 a customer's code was scanned, 700000 the till shows one, 730000
what has become of either.

A wallet may need the customer's password, be slow, or not answer at all: then the payment stays authorising, the answer
is 09, and each query asks the wallet again. A till that waits no longer reverses the payment, which closes its order.
"""

from collections.abc import Callable
from functools import partial

from sqlalchemy.orm import Session

from host_sim.acquirer import exactly_once
from host_sim.acquirer.asking import decision_fault
from host_sim.acquirer.checks import payment_fault
from host_sim.acquirer.codes import CodeError, masked, read_code, write_code
from host_sim.acquirer.concluding import conclude
from host_sim.acquirer.desk import Desk
from host_sim.acquirer.exactly_once import key_of
from host_sim.acquirer.payments import Opened, Verdict, Work, make_payment, waiting
from host_sim.acquirer.redaction import logger
from host_sim.acquirer.request import Reply, Request
from host_sim.acquirer.undoing import undo_now
from host_sim.networks.issuer import Decision
from host_sim.networks.switch import Network, Route
from host_sim.networks.wallet import PENDING, WalletHouse
from host_sim.networks.wallet.merchant_code import build
from host_sim.networks.wallet.routes import NO_WALLET, account_of
from host_sim.store.schema import Merchant, Payment

log = logger("picotill.acquirer")

ASKED = ("0200/710000/60", "0200/700000/60")
CATEGORY, CITY = "5411", "SHANGHAI"
UNKNOWN, OTHER_AMOUNT, UNDONE = "25", "64", "12"


async def qr_scan(request: Request, desk: Desk) -> Reply:
    """Ask the wallet of F44 for the money of whoever showed the code in F59."""
    fault = payment_fault(request, desk)
    route = desk.switch.route(request.account)
    if fault or route is None:
        return Reply(fault or "14")
    wallet = request.text(44)
    try:
        code = read_code(request.text(59))
    except CodeError:
        return Reply("30")
    house = _house(route.network)

    def ask(opened: Opened) -> Decision:
        return house.pay(opened.reference, wallet, code, request.amount_fen)

    return await make_payment(request, desk, route, _work(request, ask, masked(wallet, code)))


async def qr_show(request: Request, desk: Desk) -> Reply:
    """Open an order that any wallet may pay, and answer with its code."""
    fault = payment_fault(request, desk)
    route = desk.switch.route(account_of(NO_WALLET))
    if fault or route is None:
        return Reply(fault or "14")
    house = _house(route.network)

    def ask(opened: Opened) -> Decision:
        return house.open_order(opened.reference, request.amount_fen)

    reply = await make_payment(request, desk, route, _work(request, ask, masked(NO_WALLET)))
    if reply.response != PENDING:
        return reply
    merchant = await desk.store.read(lambda session: session.get_one(Merchant, request.till.merchant_id))
    name = merchant.name_en or f"MERCHANT {merchant.number[-4:]}"
    code = build(str(reply.fields[37]), request.amount_fen, CATEGORY, name, CITY)
    return Reply(PENDING, {**reply.fields, 59: write_code(code)})


async def qr_query(request: Request, desk: Desk) -> Reply:
    """What has become of the payment by code with the question's batch and trace. Nothing is taken or kept: it may come
    as often as it likes. 25 it has not come, 64 it has another amount, 12 it is undone."""

    def find(session: Session) -> tuple[Reply | None, int, str]:
        messages = (exactly_once.find(session, key_of(request, kind=kind)) for kind in ASKED)
        message = next((one for one in messages if one is not None), None)
        if message is None:
            return Reply(UNKNOWN), 0, ""
        payment = session.get(Payment, message.payment_id) if message.payment_id else None
        if payment is None:
            return Reply(UNDONE), 0, ""
        if payment.amount_fen != request.amount_fen:
            return Reply(OTHER_AMOUNT), 0, ""
        if payment.state in ("reversed", "voided") or message.answer is None and payment.state != "authorising":
            return Reply(UNDONE), 0, ""
        known = Reply.restored(message.answer) if message.answer is not None else None
        return known, payment.id, desk.vault.open(payment.pan_cipher or b"", payment.pan_token or "")

    known, payment_id, account = await desk.store.read(find)
    route = desk.switch.route(account) if account else None
    if known is not None or route is None:
        return known or Reply("96")
    return await _ask_again(request, desk, route, payment_id)


async def _ask_again(request: Request, desk: Desk, route: Route, payment_id: int) -> Reply:
    reference = (await desk.store.read(lambda session: session.get_one(Payment, payment_id).rrn)) or ""
    decision = None
    try:
        decision = await desk.switch.call(route.network, partial(route.network.enquire, reference))
    except Exception as error:  # whatever a network does: the next query asks it again
        about = f"terminal {request.till.number} trace {request.trace}"
        log.error("%s: network failed: %s", about, type(error).__name__)
    if decision is None or decision.response == PENDING or decision_fault(decision):
        return await desk.store.read(lambda session: waiting(session, desk, route, payment_id))
    paid_by = desk.switch.route(account_of(decision.wallet)) if decision.wallet else None
    ended = await desk.store.write(lambda session: conclude(session, desk, paid_by or route, payment_id, decision))
    if ended.undo:
        await undo_now(desk, payment_id)
    assert ended.reply is not None, "a sale ends with an answer"
    return ended.reply


def _work(request: Request, ask: Callable[[Opened], Decision], shown: str) -> Work:
    return Work("sale", key_of(request), lambda _session: Verdict(None), ask, masked=shown, waits=True)


def _house(network: Network) -> WalletHouse:
    assert isinstance(network, WalletHouse), "a wallet's route leads to the house"
    return network
