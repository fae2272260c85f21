"""A channel behind the switch: it approves what comes, keeps its own book of it, and clears from that book alone."""

import threading
from datetime import datetime
from pathlib import Path

from sqlalchemy import insert
from sqlalchemy.orm import Session

from host_sim.clock import Clock
from host_sim.networks.clearing.switched import Base, Switched
from host_sim.networks.issuer import AuthRequest, Decision
from host_sim.store.connect import connect

FEE_BASIS_POINTS = 20
DECLINED_FEN = 51
"""Sales whose amount ends so are declined for want of money."""


class Channel:
    """A network as the switch needs it. name: what the acquirer calls it. form: of its clearing files."""

    def __init__(self, folder: Path, name: str, form: str, clock: Clock):
        self.name, self.form = name, form
        self.engine = connect(f"sqlite:///{folder / name}.sqlite")
        Base.metadata.create_all(self.engine)
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[str, Decision] = {}
        self._rows: dict[str, tuple[int, int]] = {}
        self._new: list[dict] = []

    def authorise(self, request: AuthRequest) -> Decision:
        """Approve, but for some amounts."""
        if request.amount_fen % 100 == DECLINED_FEN:
            return self._decide(request.reference, "51")
        fee_fen = request.amount_fen * FEE_BASIS_POINTS // 10_000
        return self._decide(request.reference, "00", "sale", request.amount_fen, fee_fen)

    def void(self, reference: str, original: str) -> Decision:
        """All of it back, the fee too."""
        amount_fen, fee_fen = self._rows[original]
        return self._decide(reference, "00", "void", -amount_fen, -fee_fen)

    def refund(self, reference: str, original: str, amount_fen: int) -> Decision:
        """A part back; the fee is kept."""
        return self._decide(reference, "00", "refund", -amount_fen, 0)

    def reverse(self, reference: str) -> Decision:
        """Take back whatever it did; what never came is done with too."""
        with self._lock:
            amount_fen, fee_fen = self._rows.pop(reference, (0, 0))
            if amount_fen:
                self._write(reference, "reversal", -amount_fen, -fee_fen)
        return Decision("00")

    def enquire(self, reference: str) -> Decision | None:
        """What was decided for it."""
        return self._known.get(reference)

    def script_results(self, reference: str, results: bytes) -> int:
        """None of its cards has scripts."""
        return 0

    def charge_back(self, case_number: str, amount_fen: int) -> None:
        """A case is decided against the merchant: the money is taken off what is cleared."""
        with self._lock:
            self._write(case_number, "chargeback", -amount_fen, 0)

    def keep(self) -> None:
        """Write the book down."""
        with self._lock, Session(self.engine) as session, session.begin():
            if self._new:
                session.execute(insert(Switched), self._new)
            self._new = []

    def _decide(self, reference: str, response: str, kind: str = "", amount_fen: int = 0, fee_fen: int = 0) -> Decision:
        with self._lock:
            known = self._known.get(reference)
            if known is not None:
                return known
            code = f"{len(self._known) % 1_000_000:06d}" if response == "00" else None
            decision = self._known[reference] = Decision(response, code)
            if kind:
                self._rows[reference] = (amount_fen, fee_fen)
                self._write(reference, kind, amount_fen, fee_fen, code or "")
        return decision

    def _write(self, reference: str, kind: str, amount_fen: int, fee_fen: int, code: str = "") -> None:
        at: datetime = self._clock.now()
        row = {"reference": reference, "kind": kind, "amount_fen": amount_fen, "fee_fen": fee_fen, "auth_code": code}
        self._new.append({**row, "terminal": "", "trace": 0, "at": at})
