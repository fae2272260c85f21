"""What the shop was shown and what the issuer did: the judge's own record, kept outside of the journal.

A key is (batch, trace): of the payment as it was made. The issuer answers by what it was sent, keeps each message once
and tells when the same key comes with other content.
"""

DECLINES = 3  # an amount that ends with this digit is declined

MADE, TOLD, TAKEN, UNDONE, BOOKED, SETTLED = range(6)


class World:
    """made: key -> what the payment was made of. told: key -> what the shop was shown last. moved: key -> (batch, kind,
    amount) at the issuer; undone: keys that were reversed. settled: batch -> totals that the host agreed to. twice:
    messages that came with a key that had other content. log: every change as (operations of the flash before it,
    change), or None."""

    def __init__(self, flash=None):
        self.made, self.told, self.moved, self.settled = {}, {}, {}, {}
        self.undone = {}
        self.twice = 0
        self.log = [] if flash is not None else None
        self._flash = flash

    def apply(self, change):
        what, key, value = change
        if what == "twice":
            self.twice += 1
        else:
            getattr(self, what)[key] = value

    def _note(self, what, key, value):
        change = (what, key, value)
        if self.log is not None:
            self.log.append((self._flash.programs + self._flash.erases, change))
        self.apply(change)

    def copy(self):
        """As it is, without the log."""
        twin = World()
        for name in ("made", "told", "moved", "settled", "undone"):
            setattr(twin, name, dict(getattr(self, name)))
        twin.twice = self.twice
        return twin

    # ---- the shop

    def make(self, key, kind, amount_fen, pan, epoch):
        """Said before the record is begun: what it must be if it is there."""
        self._note("made", key, (kind, amount_fen, pan, epoch))

    def show(self, key, what):
        """what: approved, declined, offline, cancelled, nothing."""
        self._note("told", key, what)

    # ---- the issuer

    def ask(self, key, batch, kind, amount_fen, pan):
        """A sale, void, refund or advice arrives. Returns F39."""
        if key in self.undone:
            return "25"  # the reversal was here first
        known = self.moved.get(key)
        if known is not None:
            if known[1:] != (kind, amount_fen, pan):
                self._note("twice", key, None)
            return "00"
        if amount_fen % 10 == DECLINES:
            return "51"
        self._note("moved", key, (batch, kind, amount_fen, pan))
        return "00"

    def reverse(self, key):
        """A reversal arrives. Returns F39."""
        self._note("undone", key, True)
        return "00" if key in self.moved else "25"

    def settle(self, batch, totals):
        """0500 arrives. totals: (debit_fen, debit_count, credit_fen, credit_count)."""
        known = self.settled.get(batch)
        if known is not None and known != totals:
            self._note("twice", batch, None)
        self._note("settled", batch, totals)

    # ---- what the judge asks

    def is_moved(self, key):
        return key in self.moved and key not in self.undone

    def totals(self, batch):
        """What the issuer has moved in a batch, as 0500 has it."""
        out = [0, 0, 0, 0]
        for key in self.moved:
            of, kind, amount_fen, _ = self.moved[key]
            if of == batch and key not in self.undone:
                at = 0 if kind in ("sale", "offline") else 2
                out[at] += amount_fen
                out[at + 1] += 1
        return tuple(out)
