"""A network asked for a decision, and the decision looked at before anything is made of it."""

from collections.abc import Callable

from host_sim.acquirer.desk import Desk
from host_sim.acquirer.redaction import logger
from host_sim.networks.issuer import Decision
from host_sim.networks.switch import Route

log = logger("picotill.acquirer")

AUTH_CODE_LENGTH = 6
ISSUER_DATA_MOST = 16  # tag 91, EMV book 3, annex A
SCRIPTS_MOST = 128  # all of them, EMV book 3, 10.10


async def ask_network(desk: Desk, route: Route, ask: Callable[[], Decision], about: str) -> Decision | None:
    """None: the result is unknown, something may have been done. about: for the log."""
    try:
        decision = await desk.switch.call(route.network, ask)
    except Exception as error:  # whatever a network does, the payment must come to an end
        log.error("%s: network failed: %s", about, type(error).__name__)
        return None
    fault = decision_fault(decision)
    if fault is not None:
        log.error("%s: network's answer cannot be used: %s", about, fault)
        return None
    return decision


def decision_fault(decision: Decision) -> str | None:
    """Why an answer to the terminal cannot be made of this, None where it can."""
    if not _printable(decision.response, 2):
        return "response"
    if decision.approved and not _printable(decision.auth_code or "", AUTH_CODE_LENGTH):
        return "authorisation code"
    if len(decision.issuer_data or b"") > ISSUER_DATA_MOST:
        return "issuer data"
    return "scripts" if len(decision.scripts) > SCRIPTS_MOST else None


def _printable(text: str, length: int) -> bool:
    return len(text) == length and text.isascii() and text.isprintable()
