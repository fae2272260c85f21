"""Why the issuer says no: its checks in their order. Each gives a response code, or None to go on."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from host_sim.networks.issuer.cryptogram import ATC, CryptogramError, verify_arqc
from host_sim.networks.issuer.messages import AuthRequest, IssuerKeys
from host_sim.networks.issuer.pin import PinError, verify
from host_sim.networks.issuer.schema import Account, Authorisation

ZONE = ZoneInfo("Asia/Shanghai")
AMOUNT, CURRENCY = 0x9F02, 0x5F2A
YUAN = bytes.fromhex("0156")
PIN_TRIES = 3
STATE_RESPONSES = {"lost": "41", "stolen": "43", "restricted": "62", "closed": "14"}


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


def genuine(udk: bytes, request: AuthRequest, objects: dict[int, bytes]) -> str | None:
    """The cryptogram is this card's, over this amount and currency."""
    try:
        verify_arqc(udk, objects)
    except CryptogramError:
        return "05"
    if objects[AMOUNT].hex() != f"{request.amount_fen:012d}" or objects[CURRENCY] != YUAN:
        return "05"
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


def cardholder(account: Account, request: AuthRequest, keys: IssuerKeys) -> str | None:
    """The PIN, where one came or is needed. Counts tries; the right PIN gives them back."""
    if request.pin_block is None:
        return "61" if request.amount_fen > account.cvm_limit_fen else None
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
