"""Reads slips back from the printer's paper. The labels are the ones that the slips' own documentation fixes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

LABELS = {
    "凭证号": "trace", "TRACE": "trace", "批次号": "batch", "BATCH": "batch", "金额": "amount", "AMOUNT": "amount",
    "交易类型": "kind", "TYPE": "kind", "参考号": "rrn", "REF NO": "rrn", "卡号": "card", "CARD NO": "card",
}  # fmt: skip
KINDS = {
    "消费": "sale", "SALE": "sale", "消费撤销": "void", "VOID": "void", "退货": "refund", "REFUND": "refund",
    "离线消费": "offline", "OFFLINE SALE": "offline",
}  # fmt: skip
MERCHANT_COPY = ("商户存根", "MERCHANT COPY")
DUPLICATE = ("重打印", "DUPLICATE")
SETTLEMENT = ("结算单", "SETTLEMENT SLIP")
_AMOUNT = re.compile(r"RMB (-?)(\d+)\.(\d\d)$")


class SlipUnreadable(ValueError):
    """A slip without what every slip must carry. args: what is missing."""


@dataclass(frozen=True)
class Slip:
    """amount_fen is signed: a void and a refund are negative."""

    kind: str
    batch: int
    trace: int
    amount_fen: int
    card: str


def read_slip(text: str) -> Slip | None:
    """A merchant's copy of a payment, or None for other paper (customer's copy, reprint, settlement)."""
    if any(mark in text for mark in DUPLICATE + SETTLEMENT) or not any(mark in text for mark in MERCHANT_COPY):
        return None
    facts: dict[str, str] = {}
    for line in text.splitlines():
        for label, name in LABELS.items():
            if line.startswith(label + " "):
                facts.setdefault(name, line[len(label) + 1 :].strip())
    missing = {"trace", "batch", "amount", "kind"} - set(facts)
    amount = _AMOUNT.match(facts.get("amount", ""))
    if missing or amount is None or facts["kind"] not in KINDS:
        raise SlipUnreadable(f"a merchant's copy lacks {', '.join(sorted(missing)) or 'a readable amount or type'}")
    fen = int(amount[2]) * 100 + int(amount[3])
    return Slip(
        KINDS[facts["kind"]],
        int(facts["batch"]),
        int(facts["trace"]),
        -fen if amount[1] else fen,
        facts.get("card", ""),
    )


def read_slips(texts: Iterable[str]) -> list[Slip]:
    return [slip for text in texts if (slip := read_slip(text)) is not None]
