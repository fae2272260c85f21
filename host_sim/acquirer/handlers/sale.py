"""0200/0210, F3 000000, F60.1 22: an online sale."""

from host_sim.acquirer.checks import CHIP_FAILED, card_fault, payment_fault, pin_fault, service_code, track_fault
from host_sim.acquirer.desk import Desk
from host_sim.acquirer.exactly_once import key_of
from host_sim.acquirer.hsm import HsmError
from host_sim.acquirer.payments import Opened, Verdict, Work, make_payment
from host_sim.acquirer.request import Reply, Request
from host_sim.networks.issuer import AuthRequest, Decision


async def sale(request: Request, desk: Desk) -> Reply:
    """Ask the card's issuer for the money."""
    fault = payment_fault(request, desk) or card_fault(request) or track_fault(request) or pin_fault(request, desk)
    route = desk.switch.route(request.pan)
    if fault or route is None:
        return Reply(fault or "14")
    pin_block = request.data(52)
    if pin_block is not None:
        try:
            pin_block = desk.hsm.translate_pin(pin_block, request.till.pik_block or "", desk.zpk_block, request.pan)
        except HsmError:
            return Reply("99")

    def ask(opened: Opened) -> Decision:
        return route.network.authorise(
            AuthRequest(
                reference=opened.reference,
                amount_fen=request.amount_fen,
                psn=str(request.fields.get(23, ""))[-2:],
                expiry=request.text(14),
                pan=request.pan,
                de55=request.data(55) or b"",
                pin_block=pin_block,
                service_code=service_code(request),
                fallback=request.subfields.get("condition") == CHIP_FAILED,
            )
        )

    work = Work("sale", key_of(request), lambda _session: Verdict(None), ask)
    return await make_payment(request, desk, route, work)
