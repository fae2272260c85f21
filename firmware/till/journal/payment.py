"""A payment as the journal knows it, and the states it goes through.

CREATED -> SENDING -> REPLIED -> APPROVED | DECLINED | REVERSING -> REVERSED | UNRESOLVED -> RESOLVED
CREATED -> OFFLINE -> ACKED | REFUSED | CANCELLED; CREATED -> ABANDONED
"""

from till.journal.kinds import (
    M_ACCEPTED,
    M_DECIDED,
    M_DROPPED,
    M_OFFLINE,
    M_PRINTED,
    M_REJECTED,
    M_RESOLVED,
    M_REVERSED,
    M_REVERSING,
    M_SCRIPT_DUE,
    M_SCRIPT_SENT,
    M_SENDING,
    M_UNRESOLVED,
)
from till.journal.record import UNSET

CREATED = "CREATED"
SENDING = "SENDING"
REPLIED = "REPLIED"
APPROVED = "APPROVED"
DECLINED = "DECLINED"
REVERSING = "REVERSING"
REVERSED = "REVERSED"
UNRESOLVED = "UNRESOLVED"
RESOLVED = "RESOLVED"
OFFLINE = "OFFLINE"
ACKED = "ACKED"
REFUSED = "REFUSED"
ABANDONED = "ABANDONED"
CANCELLED = "CANCELLED"

OPEN = (CREATED, SENDING, REPLIED, REVERSING, UNRESOLVED, OFFLINE)  # what is not decided: never dropped
TAKEN = (APPROVED, OFFLINE, ACKED)  # what has a slip
UNDONE = (DECLINED, REVERSED, REFUSED, ABANDONED, CANCELLED)  # no money moved, or it moved back

# state: the states it may follow
STEPS = (
    (SENDING, (CREATED,)),
    (REPLIED, (SENDING,)),
    (APPROVED, (REPLIED,)),
    (DECLINED, (REPLIED,)),
    (REVERSING, (SENDING, REPLIED)),
    (REVERSED, (REVERSING,)),
    (UNRESOLVED, (REVERSING,)),
    (RESOLVED, (UNRESOLVED,)),
    (OFFLINE, (CREATED,)),
    (ACKED, (OFFLINE,)),
    (REFUSED, (OFFLINE,)),
    (CANCELLED, (OFFLINE,)),
    (ABANDONED, (CREATED,)),
)
APPROVALS = ("00", "11", "A2", "A4", "A5", "A6")  # F39
PARTIAL = "10"
BY_CODE = "Q"  # the entry of a payment without a card: a wallet pays it
AUTHORITIES = ("deferred", "card", "voice")  # of an offline payment: nobody yet, the card's TC, the issuer by telephone
DOMESTIC = "CUP"  # F63.1 of a card of this country


def may_follow(state, before):
    for name, allowed in STEPS:
        if name == state:
            return before in allowed
    return False


def state_of(marks):
    """The state that the marks tell. SENDING stands for REPLIED too: that is a record of its own."""
    offline = marks[M_OFFLINE] != UNSET
    if not offline:
        if marks[M_REVERSED] != UNSET:
            return REVERSED
        if marks[M_RESOLVED] != UNSET:
            return RESOLVED
        if marks[M_UNRESOLVED] != UNSET:
            return UNRESOLVED
        if reason_of(marks):
            return REVERSING
    if marks[M_ACCEPTED] != UNSET:
        return ACKED if offline else APPROVED
    if marks[M_REJECTED] != UNSET:
        return REFUSED if offline else DECLINED
    sent = marks[M_SENDING] != UNSET
    if marks[M_DROPPED] != UNSET:
        if not offline:
            return ABANDONED
        return OFFLINE if sent and marks[M_DECIDED] == UNSET else CANCELLED  # only a person drops what may have left
    if offline:
        return OFFLINE
    return SENDING if sent else CREATED


def reason_of(marks):
    """F39 of the reversal, or None where there is none."""
    for reason, slot in M_REVERSING:
        if marks[slot] != UNSET:
            return reason
    return None


class Payment:
    """kind: "sale", "void" or "refund". state: one of the above. amount_fen, batch, trace, epoch: int.

    entry: one letter (C contactless, I insert, S swipe, F swipe because the chip failed, M manual, Q by code). pan,
    psn, expiry (YYMM), track2, operator, label:
    str. de55: bytes as sent. Of a void or refund original_batch, original_trace: int; original_date (MMDD),
    original_rrn, original_auth: str. Of the answer response, rrn, auth_code, settle_date, issuer_acquirer (F44),
    host_time, host_date, scheme (F63.1): str, reply_de55: bytes, reply_amount_fen: int. Each may be None or empty.
    settled (MMDD): where the merchant has the money already. authority: who approved it where the host did not, one of
    AUTHORITIES; of a voice authorisation auth_code is what was said. card_approved: whether an inserted card's
    last word was yes; de55 is what it gave last. asked_de55: of what is reversed, what the host was asked with.
    wallet: F44 of a payment by code, None while any may pay the code that the till shows; code: the customer's, None
    where the till showed one.
    """

    __slots__ = (
        "sequence", "kind", "state", "marks", "amount_fen", "batch", "trace", "epoch", "operator", "entry", "pan",
        "psn", "expiry", "track2", "de55", "label", "pin_entered", "original_batch", "original_trace", "original_date",
        "original_rrn", "original_auth", "response", "rrn", "auth_code", "settle_date", "issuer_acquirer", "host_time",
        "host_date", "scheme", "reply_de55", "reply_amount_fen", "authority", "settled",
        "card_approved", "wallet", "code", "asked_de55",
    )  # fmt: skip

    def __init__(self):
        for name in self.__slots__:
            setattr(self, name, None)
        self.pin_entered = self.card_approved = False
        self.authority = AUTHORITIES[0]

    def _marked(self, slot):
        return self.marks[slot] != UNSET

    @property
    def is_offline(self):
        return self._marked(M_OFFLINE)

    @property
    def sent(self):
        """Whether a byte of it may have left the till."""
        return self._marked(M_SENDING)

    @property
    def decided(self):
        """Whether a person has taken over what the host has not answered, or has refused."""
        return self._marked(M_DECIDED)

    @property
    def acknowledged(self):
        return self.state == ACKED

    @property
    def is_printed(self):
        return self._marked(M_PRINTED)

    @property
    def script_due(self):
        return self._marked(M_SCRIPT_DUE) and not self._marked(M_SCRIPT_SENT)

    @property
    def has_slip(self):
        return self.state in TAKEN

    @property
    def reversible(self):
        """Whether a missing answer is undone by a reversal; else the message is sent again (UnionPay table)."""
        return self.kind != "refund"

    @property
    def reversal_reason(self):
        return reason_of(self.marks)

    @property
    def is_approval(self):
        """Whether the answer approves what was asked. A refund in part cannot be undone: it stands as the host says."""
        if not self.reversible and self.response == PARTIAL:
            return True
        differs = self.reply_amount_fen is not None and self.reply_amount_fen != self.amount_fen
        return self.response in APPROVALS and not (differs and self.reversible)

    @property
    def approved_by_card(self):
        """Whether its card has approved it by itself, as far as the journal knows. One that is tried again is claimed
        by the merchant, whatever its card says now."""
        return self.authority == "card" and self.original_trace is None and (self.card_approved or self.entry != "I")

    @property
    def has_card_step(self):
        """Whether an approval still needs the card's second GENERATE AC. A contactless card has left by then."""
        return self.kind == "sale" and self.entry == "I"
