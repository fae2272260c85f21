"""Kinds of record, and what the marks of a payment's record mean. Both lie on flashes in the field: never renumber."""

from micropython import const

BATCH = const(0x01)  # a batch opens, and thereby the one before is closed
TOTALS = const(0x02)  # its settlement began; ref: its BATCH
UPLOADING = const(0x03)  # the host has answered the totals; ref: its BATCH
SALE = const(0x10)
VOID = const(0x11)  # ref: the sale
REFUND = const(0x12)  # ref: the sale, 0 where it is in no record any more. 0x13..0x1F: payments yet to come
CHIP_ASKED = const(0x21)  # an inserted card's data as the host is asked with them; ref: the payment
CHIP_ENDED = const(0x22)  # the same after the card's last word; ref: the payment
REPLY = const(0x20)  # the host's answer; ref: the payment. To an offline one it sets accepted or rejected as well

PAYMENT_KINDS = (("sale", SALE), ("void", VOID), ("refund", REFUND))

M_SENDING = const(0)  # online: the message may have left. With M_OFFLINE: the advice may have left
M_ACCEPTED = const(1)  # approved; with M_OFFLINE: acknowledged
M_REJECTED = const(2)  # declined; with M_OFFLINE: refused
M_DROPPED = const(3)  # abandoned; with M_OFFLINE: cancelled
M_OFFLINE = const(4)
M_REVERSING = (("98", 5), ("96", 6), ("A0", 7), ("06", 8))  # F39 of the reversal
M_REVERSED = const(9)
M_UNRESOLVED = const(10)
M_PRINTED = const(11)
M_SCRIPT_DUE = const(12)
M_SCRIPT_SENT = const(13)
M_UPLOADED = const(14)
M_DECIDED = const(15)  # a person has taken it over: a refusal as debt or retried, an open one written off or exported
M_TOLD = const(17)  # REFUSED and decided, and the host knows what the merchant decided
M_RESOLVED = const(16)  # UNRESOLVED, and the host's reconciliation has said what became of it


BELONGING = (REPLY, CHIP_ASKED, CHIP_ENDED)  # needed as long as the payment that they refer to


def name_of(code):
    """A payment record's kind as its name; None where it is another record's."""
    for name, kind in PAYMENT_KINDS:
        if kind == code:
            return name
    return None


def code_of(name):
    """The record's kind of a payment's name, or None."""
    for known, kind in PAYMENT_KINDS:
        if known == name:
            return kind
    return None
