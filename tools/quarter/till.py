"""A till at message level: it makes the questions, the host's own handlers answer them."""

from dataclasses import dataclass, field
from typing import NamedTuple

from host_sim.acquirer.desk import Desk
from host_sim.acquirer.handlers import HANDLERS
from host_sim.acquirer.profiles import Fields
from host_sim.acquirer.request import Reply, Request, load_till
from host_sim.acquirer.request import Till as Terminal
from host_sim.acquirer.totals import MATCH, SchemeTotals, Totals, write_totals
from tools.errors import ToolError


class Sale(NamedTuple):
    """What a till remembers of a sale."""

    desk: Desk
    pan: str
    amount_fen: int
    trace: int
    batch: int
    reference: str
    code: str
    date: str


@dataclass
class Till:
    """terminal: as the host knows it. debit, credit: of the open batch, fen and how many."""

    terminal: Terminal
    batch: int = 1
    trace: int = 0
    debit: list[int] = field(default_factory=lambda: [0, 0])
    credit: list[int] = field(default_factory=lambda: [0, 0])
    today: list[Sale] = field(default_factory=list)

    async def sale(self, desk: Desk, pan: str, amount_fen: int) -> Sale | None:
        """A sale; None where it was declined."""
        fields: Fields = {2: pan, 3: "000000", 4: f"{amount_fen:012d}", 14: "3012", 22: "072", 23: "0001", 25: "00"}
        fields |= {35: f"{pan}D3012220000000001", 55: b""}
        reply = await self._ask(desk, "sale", "0200", "22", "000", fields)
        if reply.response == "51":
            return None
        self._approved(reply, "sale")
        self._count(self.debit, amount_fen)
        told = [str(reply.fields[number]) for number in (37, 38, 13)]
        sale = Sale(desk, pan, amount_fen, self.trace, self.batch, *told)
        self.today.append(sale)
        return sale

    async def void(self, sale: Sale) -> None:
        """Strike a sale of the open batch."""
        reply = await self._ask(sale.desk, "void", "0200", "23", "000", self._about(sale, sale.amount_fen, ""))
        self._approved(reply, "void")
        self._count(self.credit, sale.amount_fen)

    async def refund(self, sale: Sale, amount_fen: int) -> None:
        """Give back a part of an earlier sale."""
        fields = self._about(sale, amount_fen, sale.date) | {63: "000"}
        self._approved(await self._ask(sale.desk, "refund", "0220", "25", "000", fields), "refund")
        self._count(self.credit, amount_fen)

    async def settle(self, desk: Desk) -> None:
        """Totals, which must agree, and the end of the batch."""
        if not self.debit[1] + self.credit[1]:
            return
        digits = write_totals(Totals(SchemeTotals(*self.debit, *self.credit)), "00")
        reply = await self._ask(desk, "settle", "0500", "00", "201", {48: digits, 63: "01 "})
        self._approved(reply, "settle")
        if str(reply.fields[48])[30] != MATCH:
            raise ToolError(f"till {self.terminal.number}: its batch is not the host's", "compare their payments")
        end: Fields = {48: f"{self.debit[1] + self.credit[1]:04d}"}
        self._approved(await self._ask(desk, "upload_end", "0320", "00", "207", end), "settle")
        again = await desk.store.read(lambda session: load_till(session, self.terminal.number))
        assert again is not None
        self.terminal, self.batch, self.debit, self.credit, self.today = again, again.batch_number, [0, 0], [0, 0], []

    def _about(self, sale: Sale, amount_fen: int, date: str) -> Fields:
        fields: Fields = {2: sale.pan, 3: "200000", 4: f"{amount_fen:012d}", 14: "3012", 22: "072", 25: "00"}
        return fields | {37: sale.reference, 38: sale.code, 61: f"{sale.batch:06d}{sale.trace:06d}{date}"}

    async def _ask(self, desk: Desk, name: str, mti: str, kind: str, network: str, fields: Fields) -> Reply:
        self.trace = self.trace % 999_999 + 1
        subfields = {"type": kind, "batch": f"{self.batch:06d}", "network": network}
        where: Fields = {11: f"{self.trace:06d}", 41: self.terminal.number, 42: self.terminal.merchant_number}
        whole = fields | where | {49: desk.profile.currency, 60: kind + subfields["batch"] + network}
        processing = fields.get(3)
        rule = desk.profile.find(mti, str(processing) if processing else None, kind, network)
        assert rule is not None and rule.name == name, name
        return await HANDLERS[name](Request(rule, mti, whole, subfields, self.terminal, desk.clock.now()), desk)

    def _approved(self, reply: Reply, what: str) -> None:
        if reply.response != "00":
            where = f"till {self.terminal.number} trace {self.trace}"
            raise ToolError(f"{where}: {what} was answered {reply.response}", "look at the host's alarms")

    @staticmethod
    def _count(side: list[int], amount_fen: int) -> None:
        side[0] += amount_fen
        side[1] += 1
