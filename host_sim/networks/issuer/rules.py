"""Why the issuer says no: its checks in their order. Each gives a response code, or None to go on."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from host_sim.networks.issuer.cryptogram import ATC
from host_sim.networks.issuer.messages import AuthRequest, IssuerKeys
from host_sim.networks.issuer.pin import PinError, verify
from host_sim.networks.issuer.schema import Account, Authorisation

ZONE = ZoneInfo("Asia/Shanghai")
AMOUNT, CURRENCY, NUMBER, CVM_RESULTS = 0x9F02, 0x5F2A, 0x9F37, 0x9F34
ARQC_TYPE, TC_TYPE = 0x80, 0x40
SIGNATURE, SUCCESSFUL = 0x1E, 2
YUAN = bytes.fromhex("0156")
PIN_TRIES = 3
STATE_RESPONSES = {"lost": "41", "stolen": "43", "restricted": "62", "closed": "14", "referral": "01"}
NUMBERS_KEPT = 16
CHIP_CODES, PIN_CODES = ("2", "6"), ("0", "3", "5", "6", "7")


def card_standing(account: Account, request: AuthRequest, now: datetime) -> str | None:
    """The card is in order: not blocked, its own sequence number and expiry, not expired."""
    if account.state != "active":
        return STATE_RESPONSES[account.state]
    if request.psn != account.psn:
        return "05"
    today = now.astimezone(ZONE)
    if request.expiry != account.expiry or request.expiry < f"{today:%y%m}":
        return "54"
    return None


def stripe(request: AuthRequest) -> str | None:
    """A swipe has no cryptogram. A card with a chip is not swiped unless that has failed; the PIN that the service code
    asks for is there (ISO/IEC 7813, service code, digits 1 and 3)."""
    code = request.service_code or ""
    if code[:1] in CHIP_CODES and not request.fallback:
        return "45"
    return "55" if code[2:] in PIN_CODES and request.pin_block is None else None


def genuine(kind: int | None, request: AuthRequest, objects: dict[int, bytes]) -> str | None:
    """The cryptogram is this card's, over this amount and currency, and not the card's refusal.

    kind: what chips.verify found, None where it is not genuine. A TC comes only with what was paid offline.
    """
    if kind != ARQC_TYPE and not (kind == TC_TYPE and request.deferred):
        return "05"
    if objects[AMOUNT].hex() != f"{request.amount_fen:012d}" or objects[CURRENCY] != YUAN:
        return "05"
    return None


def fresh(account: Account, request: AuthRequest, objects: dict[int, bytes]) -> str | None:
    """The unpredictable number is none of the card's latest: who foresees it can have cryptograms made beforehand.

    A deferred cryptogram may come again after a refusal; the counter holds it.
    """
    if request.deferred:
        return None
    number, known = objects[NUMBER].hex(), account.numbers
    size = len(number)
    if number in (known[at : at + size] for at in range(0, len(known), size)):
        return "05"
    account.numbers = (number + known)[: size * NUMBERS_KEPT]
    return None


def counter(session: Session, account: Account, request: AuthRequest, objects: dict[int, bytes]) -> str | None:
    """The transaction counter does not come twice and does not go back.

    A deferred cryptogram may come after a later one, and again after it was refused, but it is approved only once.
    """
    atc = int.from_bytes(objects[ATC], "big")
    if atc > account.atc:
        return None
    if not request.deferred:
        return "05"
    seen = session.scalar(_by_counter(account, atc))
    return "05" if seen is not None and seen.response == "00" else None


def let_go(session: Session, account: Account, atc: int) -> None:
    """A refused decision gives its counter up to the one that follows: the newest holds it."""
    seen = session.scalar(_by_counter(account, atc))
    if seen is not None:
        seen.atc = None
        session.flush()


def _by_counter(account: Account, atc: int) -> Select[Authorisation]:
    return select(Authorisation).where(Authorisation.account_id == account.id, Authorisation.atc == atc)


def by_terminal(objects: dict[int, bytes]) -> bool:
    """Whether card or merchant have made sure of the cardholder: 9F34 tells of a PIN that the card found right, or of a
    signature (EMV 4.4 Book 4, annex A4)."""
    result = objects.get(CVM_RESULTS, b"")
    if len(result) != 3:
        return False
    method = result[0] & 0x3F
    return method == SIGNATURE or (method in (1, 3, 4, 5) and result[2] == SUCCESSFUL)


def cardholder(account: Account, request: AuthRequest, objects: dict[int, bytes], keys: IssuerKeys) -> str | None:
    """The PIN, where one came or is needed. Counts tries; the right PIN gives them back."""
    if request.pin_block is None:
        return "61" if request.amount_fen > account.cvm_limit_fen and not by_terminal(objects) else None
    if account.tries == 0:
        return "38"
    try:
        right = verify(keys.zpk, keys.pvk, request.pan, request.pin_block, account.pin_length, account.pvv)
    except PinError:
        return "99"
    if right:
        account.tries = PIN_TRIES
        return None
    account.tries -= 1
    return "55" if account.tries else "75"


def money(account: Account, request: AuthRequest) -> str | None:
    """Within the card's limit and its balance."""
    if request.amount_fen > account.limit_fen:
        return "61"
    return "51" if request.amount_fen > account.balance_fen else None
