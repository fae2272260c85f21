"""0220/0230, F3 000000, F60.1 30: a sale that was made while there was no link, deferred to the issuer now.

Its key is that of the sale, with the batch of F61; it counts in the batch of F60.2, in which it is sent.
"""

from host_sim.acquirer.checks import payment_fault, track_fault
from host_sim.acquirer.desk import Desk
from host_sim.acquirer.exactly_once import key_of
from host_sim.acquirer.original import read_original
from host_sim.acquirer.payments import Opened, Verdict, Work, make_payment
from host_sim.acquirer.profiles import ProfileError
from host_sim.acquirer.request import Reply, Request
from host_sim.networks.issuer import AuthRequest, Decision

BY_VOICE = "01"
"""F61, authorisation mode: the issuer approved on the telephone, and F38 is what it said."""


async def offline(request: Request, desk: Desk) -> Reply:
    """Ask the card's issuer for the money of a sale that was given already. A refusal is the merchant's risk."""
    fault = payment_fault(request, desk) or track_fault(request)
    route = desk.switch.route(request.pan)
    if fault or route is None:
        return Reply(fault or "14")
    try:
        made = read_original(request, desk.profile)
    except ProfileError:
        return Reply("30")
    if made.trace != request.trace or made.date is None or (made.mode == BY_VOICE) != (38 in request.fields):
        return Reply("30")

    def ask(opened: Opened) -> Decision:
        return route.network.authorise(
            AuthRequest(
                reference=opened.reference,
                amount_fen=request.amount_fen,
                psn=request.text(23)[-2:],
                expiry=request.text(14),
                pan=request.pan,
                de55=request.data(55) or b"",
                deferred=True,
                voice_code=request.text(38) if made.mode == BY_VOICE else None,
            )
        )

    key = key_of(request, batch_number=made.batch)
    work = Work("offline", key, lambda _session: Verdict(None), ask, original=made)
    return await make_payment(request, desk, route, work)
