"""The settlement notice: what a batch came to, what is paid, when and why, as text and as HTML."""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from host_sim.merchant.mail import Mail, compose
from host_sim.merchant.settlement_words import WORDS, money
from host_sim.store.schema import BatchSettlement, Merchant

Pairs = list[tuple[str, str]]
Table = list[tuple[str, str, str]]


def settlement_notice(
    merchant: Merchant,
    *,
    terminal_number: str,
    batch_number: int,
    closed_at: datetime,
    rows: Sequence[tuple[str, int, int]],
    settlement: BatchSettlement,
    due_words: str,
    repaired: int = 0,
    differing: int = 0,
) -> Mail:
    """Compose the notice in the merchant's language. rows: (kind, count, amount in fen).

    due_words: the payment date as people write it. repaired, differing: how many items settlement
    moved into the batch, and how many do not agree. Raises mail.MailError.
    """
    language = merchant.language
    words = WORDS[language]
    name = merchant.name if language == "zh" or not merchant.name_en else merchant.name_en
    closed = f"{closed_at.astimezone(ZoneInfo(merchant.zone)):%Y-%m-%d %H:%M:%S}"
    batch = f"{batch_number:06d}"
    facts = {"merchant": name, "terminal": terminal_number, "batch": batch, "closed": closed}
    head = [
        (words["merchant_number"], merchant.number),
        (words["terminal"], terminal_number),
        (words["batch"], batch),
        (words["closed"], closed),
    ]
    table = [_row(words, language, *row) for row in rows if row[1] or row[0] == "sale"]
    notes = [words[key].format(count=n) for key, n in (("repaired", repaired), ("differing", differing)) if n]
    parts = _Parts(
        words["title"],
        words["greeting"].format(**facts),
        words["intro"].format(**facts),
        head,
        (words["type"], words["count"], words["amount"]),
        table,
        _sums(settlement, words, language),
        _payment(merchant, settlement, words, language, due_words),
        notes,
        (words["help"], words["foot"]),
    )
    subject = words["subject" if settlement.amount_fen else "subject_nil"]
    return compose(
        to=merchant.email or "",
        subject=subject.format(amount=money(settlement.amount_fen, language), **facts),
        name=f"settlement.{merchant.number}.{terminal_number}.{batch}",
        at=closed_at,
        language=language,
        plain=parts.plain(),
        html=parts.html("zh-CN" if language == "zh" else "en"),
    )


def _row(words: dict[str, str], language: str, kind: str, count: int, amount_fen: int) -> tuple[str, str, str]:
    signed_fen = -amount_fen if kind in ("void", "refund") else amount_fen
    return words[kind], str(count), money(signed_fen, language)


def _sums(settlement: BatchSettlement, words: dict[str, str], language: str) -> Pairs:
    sums = [
        (words["gross"], money(settlement.gross_fen, language)),
        (words["fee"], money(-settlement.fee_fen, language)),
        (words["net"], money(settlement.net_fen, language)),
    ]
    if settlement.brought_fen:
        brought = "brought_more" if settlement.brought_fen > 0 else "brought_debt"
        sums.append((words[brought], money(settlement.brought_fen, language)))
    sums.append((words["payout"], money(settlement.amount_fen, language)))
    owed_fen = settlement.net_fen + settlement.brought_fen
    if owed_fen < 0:
        sums.append((words["carried"], money(owed_fen, language)))
    return sums


def _payment(
    merchant: Merchant, settlement: BatchSettlement, words: dict[str, str], language: str, due_words: str
) -> Pairs:
    if not settlement.amount_fen:
        return [(words["due"], words["nothing_due"])]
    holder = (merchant.settlement_bank, merchant.settlement_account_name, merchant.settlement_account_masked)
    account = " ".join(part for part in holder if part) if merchant.settlement_account_masked else words["no_account"]
    return [(words["due"], due_words), (words["why"], settlement.explanation[language]), (words["account"], account)]


class _Parts:
    """The notice in its parts, and the two ways to lay them out."""

    def __init__(
        self,
        title: str,
        greeting: str,
        intro: str,
        head: Pairs,
        columns: tuple[str, str, str],
        table: Table,
        sums: Pairs,
        payment: Pairs,
        notes: list[str],
        closing: tuple[str, str],
    ):
        self.title, self.greeting, self.intro, self.head = title, greeting, intro, head
        self.columns, self.table, self.sums, self.payment = columns, table, sums, payment
        self.notes, self.closing = notes, closing

    def plain(self) -> str:
        """The notice as text, one fact a line."""
        colon = "：" if "：" in self.greeting else ": "
        lines = [self.greeting, "", self.intro, ""]
        lines += [f"{label}{colon}{value}" for label, value in self.head]
        lines += ["", " | ".join(self.columns)]
        lines += [" | ".join(row) for row in self.table]
        for pairs in (self.sums, self.payment):
            lines += ["", *(f"{label}{colon}{value}" for label, value in pairs)]
        if self.notes:
            lines += ["", *self.notes]
        help_, foot = self.closing
        return "\n".join([*lines, "", help_, "", "-- ", foot, ""])

    def html(self, lang: str) -> str:
        """The notice as one HTML page with inline styles, as mail programs need them, and no outside links."""
        cell = 'style="padding:4px 12px;text-align:left;border-bottom:1px solid #ddd"'
        right = 'style="padding:4px 12px;text-align:right;border-bottom:1px solid #ddd"'
        kind, count, amount = map(escape, self.columns)
        rows = "".join(
            f"<tr><td {cell}>{escape(k)}</td><td {right}>{escape(n)}</td><td {right}>{escape(a)}</td></tr>\n"
            for k, n, a in self.table
        )
        notes = "".join(f'<p style="color:#9c4a00">{escape(note)}</p>\n' for note in self.notes)
        help_, foot = map(escape, self.closing)
        return (
            f'<!DOCTYPE html>\n<html lang="{lang}">\n'
            f'<head><meta charset="utf-8"><title>{escape(self.title)}</title></head>\n'
            '<body style="font-family:sans-serif;font-size:15px;color:#222;max-width:640px">\n'
            f'<h1 style="font-size:20px">{escape(self.title)}</h1>\n'
            f"<p>{escape(self.greeting)}</p>\n<p>{escape(self.intro)}</p>\n"
            f"{_pairs_html(self.head, cell, cell)}"
            '<table style="border-collapse:collapse;margin:16px 0">\n'
            f'<tr><th scope="col" {cell}>{kind}</th><th scope="col" {right}>{count}</th>'
            f'<th scope="col" {right}>{amount}</th></tr>\n{rows}</table>\n'
            f"{_pairs_html(self.sums, cell, right)}{_pairs_html(self.payment, cell, cell)}"
            f'{notes}<p>{help_}</p>\n<p style="font-size:12px;color:#666">{foot}</p>\n</body>\n</html>\n'
        )


def _pairs_html(pairs: Pairs, label_style: str, value_style: str) -> str:
    rows = "".join(
        f'<tr><th scope="row" {label_style}>{escape(label)}</th><td {value_style}>{escape(value)}</td></tr>\n'
        for label, value in pairs
    )
    return f'<table style="border-collapse:collapse;margin:16px 0">\n{rows}</table>\n'
