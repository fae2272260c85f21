"""What the issuer is asked and what it answers."""

from dataclasses import dataclass, field
from datetime import datetime


class IssuerError(Exception):
    """A card that cannot be issued or found. args: where, reason and what to do. Never a card number or PIN."""


@dataclass(frozen=True)
class IssuerKeys:
    """The issuer's keys in clear, each 16 bytes (token 32): IMK for cryptograms, PVK for PINs,
    ZPK shared with the acquirer, and the key of the card token."""

    imk: bytes = field(repr=False)
    pvk: bytes = field(repr=False)
    zpk: bytes = field(repr=False)
    token: bytes = field(repr=False)


@dataclass(frozen=True)
class AuthRequest:
    """One payment to be authorised. reference: the acquirer's retrieval reference, 12 characters, unique.

    psn: two digits. expiry: YYMM. de55: the terminal's F55. pin_block: format 0 under the ZPK, or None.
    voice_code: what this issuer said on the telephone, or None.
    deferred: the cryptogram was kept while there was no link, so a later one may have come before it.
    service_code: of a stripe that was swiped, None where the chip speaks. fallback: because its chip had failed.
    """

    reference: str
    amount_fen: int
    psn: str
    expiry: str = field(repr=False)
    pan: str = field(repr=False)
    de55: bytes = field(repr=False)
    pin_block: bytes | None = field(default=None, repr=False)
    deferred: bool = False
    voice_code: str | None = field(default=None, repr=False)
    service_code: str | None = None
    fallback: bool = False


@dataclass(frozen=True)
class Decision:
    """The issuer's answer. response: two characters, 00 approved. auth_code: six digits where approved.

    issuer_data: value of tag 91 (ARPC 8, response 2), None where the card was not proved genuine.
    balance_fen: what is left, None where the account is unknown. scripts: templates 71 and 72 for the card.
    wallet: of a payment by code, the code of the wallet that pays (networks/wallet), "" where nobody has yet.
    """

    response: str
    auth_code: str | None = None
    issuer_data: bytes | None = field(default=None, repr=False)
    balance_fen: int | None = None
    scripts: bytes = field(default=b"", repr=False)
    wallet: str = ""

    @property
    def approved(self) -> bool:
        return self.response == "00"


@dataclass(frozen=True)
class MovementView:
    """One line of an account: amount_fen is signed, money to the account positive."""

    pan_masked: str
    reference: str
    kind: str
    amount_fen: int
    at: datetime
