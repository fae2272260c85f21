"""A checked question of a terminal, what the host knows of the terminal, and the reply to be packed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from host_sim.acquirer.profiles import Fields, MessageRule
from host_sim.networks.wallet.routes import NO_WALLET, account_of
from host_sim.settlement.calendar import business_day
from host_sim.store.schema import FormerKeys, Merchant, Terminal, TerminalTables

APPROVED = "00"


def local_time(at: datetime, zone: str) -> datetime:
    """An instant on the merchant's clock."""
    return at.astimezone(ZoneInfo(zone))


@dataclass(frozen=True)
class Till:
    """A terminal as it stood when the message came. Keys are key blocks.

    ca_keys, applications: what it has downloaded, None where nothing (TerminalTables). former: PIK, MAK and TDK of
    before the last sign-on, while no message has come under the new ones.
    """

    id: int
    number: str
    merchant_id: int
    merchant_number: str
    batch_number: int
    zone: str
    cutoff: time
    tmk_block: str | None
    pik_block: str | None
    mak_block: str | None
    tdk_block: str | None
    ca_keys: str | None
    applications: str | None
    former: tuple[str, str, str | None] | None = None

    def local(self, at: datetime) -> datetime:
        return local_time(at, self.zone)

    def business_date(self, at: datetime) -> date:
        return business_day(at, self.cutoff, self.zone)


@dataclass(frozen=True)
class Request:
    """A question whose form and MAC are right. at: when it was taken up. handed_over: it came in a file that proves
    it, not by the line; no batch of the terminal's counts it."""

    rule: MessageRule
    mti: str
    fields: Fields = field(repr=False)
    subfields: Mapping[str, str]
    till: Till
    at: datetime
    handed_over: bool = False

    def text(self, number: int) -> str:
        """A text field that the rule requires."""
        value = self.fields[number]
        assert isinstance(value, str)
        return value

    def data(self, number: int) -> bytes | None:
        """A bytes field, None where absent."""
        value = self.fields.get(number)
        assert value is None or isinstance(value, bytes)
        return value

    @property
    def trace(self) -> int:
        return int(self.text(11))

    @property
    def batch(self) -> int:
        """F60.2."""
        return int(self.subfields["batch"])

    @property
    def amount_fen(self) -> int:
        return int(self.text(4))

    @property
    def pan(self) -> str:
        return self.text(2)

    @property
    def account(self) -> str:
        """What the switch goes by: F2, or of a payment by code the wallet of F44."""
        return self.pan if 2 in self.fields else account_of(str(self.fields.get(44, NO_WALLET)))

    @property
    def kind(self) -> str:
        """MTI, F3 and F60.1: with terminal, batch and trace the exactly-once key."""
        return f"{self.mti}/{self.fields.get(3, '')}/{self.subfields['type']}"

    @property
    def original_kind(self) -> str:
        """Of a reversal: the kind of what it reverses."""
        return self.kind.replace("0400", "0200", 1)


@dataclass(frozen=True)
class Reply:
    """response: F39. fields: what the handler says beyond what is echoed and stamped."""

    response: str
    fields: Fields = field(default_factory=dict, repr=False)

    def stored(self) -> dict[str, str]:
        """For the store: JSON, bytes as hex. No field that a handler sets holds card data."""
        shown = {str(n): value.hex() if isinstance(value, bytes) else value for n, value in self.fields.items()}
        return {"39": self.response, **shown}

    @classmethod
    def restored(cls, answer: Mapping[str, str]) -> "Reply":
        fields: Fields = {
            int(n): bytes.fromhex(value) if n in ("55", "62") else value for n, value in answer.items() if n != "39"
        }
        return cls(answer["39"], fields)


def load_till(session: Session, number: str) -> Till | None:
    """The terminal of that number, None where there is none."""
    row = session.execute(_TILL, {"number": number}).first()
    if row is None:
        return None
    known: tuple[Any, ...] = tuple(row)
    former = known[-3:] if known[-2] is not None else None
    return Till(*known[:-3], former=former)


_TILL = (
    select(
        Terminal.id,
        Terminal.number,
        Merchant.id,
        Merchant.number,
        Terminal.batch_number,
        Merchant.zone,
        Merchant.cutoff,
        Terminal.tmk_block,
        Terminal.pik_block,
        Terminal.mak_block,
        Terminal.tdk_block,
        TerminalTables.ca_keys,
        TerminalTables.applications,
        FormerKeys.pik_block,
        FormerKeys.mak_block,
        FormerKeys.tdk_block,
    )
    .join(Merchant, Terminal.merchant_id == Merchant.id)
    .outerjoin(TerminalTables, TerminalTables.terminal_id == Terminal.id)
    .outerjoin(FormerKeys, FormerKeys.terminal_id == Terminal.id)
    .where(Terminal.number == bindparam("number"))
)
"""The parts of Till in order."""
