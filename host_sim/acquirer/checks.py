"""What is wrong with a payment message before anything is looked up: a response code, or None."""

from host_sim.acquirer.desk import Desk
from host_sim.acquirer.request import Request
from host_sim.networks.cards import luhn

PIN_ENTERED = "1"
PIN_FIELDS = (26, 52)
SECURITY = 53
CHIP_READ, CHIP_FIELDS = ("05", "07"), (23, 55)
CHIP_FAILED = "2"  # F60.5


def payment_fault(request: Request, desk: Desk) -> str | None:
    """Amount, currency, card number where there is one, and a network that knows the card or the wallet."""
    if request.amount_fen == 0:
        return "13"
    if request.text(49) != desk.profile.currency:
        return "12"
    if 2 in request.fields and not (13 <= len(request.pan) <= 19 and luhn(request.pan)):
        return "14"
    return None if desk.switch.route(request.account) else "14"


def track_fault(request: Request) -> str | None:
    """The track's card number and expiry are those of F2 and F14."""
    pan, _, rest = request.text(35).partition("D")
    if pan != request.pan:
        return "14"
    return None if rest[:4] == request.text(14) else "54"


def card_fault(request: Request) -> str | None:
    """F22 says how the card was read: a chip brings F23 and F55, a stripe neither, and F36 only with a stripe."""
    chip = request.text(22)[:2] in CHIP_READ
    if any((number in request.fields) != chip for number in CHIP_FIELDS) or (chip and 36 in request.fields):
        return "30"
    return None


def service_code(request: Request) -> str | None:
    """Of a stripe's track 2 (ISO/IEC 7813), None where the chip was read."""
    if request.text(22)[:2] in CHIP_READ:
        return None
    return request.text(35).partition("D")[2][4:7]


def pin_fault(request: Request, desk: Desk) -> str | None:
    """F22 says whether a PIN was entered; its fields come together or not at all."""
    entered = request.text(22)[2] == PIN_ENTERED
    if any((number in request.fields) != entered for number in PIN_FIELDS):
        return "30"
    if SECURITY not in request.fields:
        return "30" if entered or request.till.tdk_block else None
    wanted = desk.profile.pin_format if entered else desk.profile.no_pin_format
    return None if request.text(SECURITY).startswith(wanted) else "99" if entered else "30"
