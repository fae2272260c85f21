"""A statement as a table that spreadsheets read: CSV, RFC 4180, UTF-8."""

import csv
from io import StringIO
from zoneinfo import ZoneInfo

from host_sim.merchant.statements.statement import Statement
from host_sim.merchant.statements.words import WORDS, yuan

COLUMNS = (
    "date", "time", "kind", "voucher", "terminal", "card", "card_class", "rrn", "gross", "fee", "net", "balance",
    "settles",
)  # fmt: skip
# A cell that begins so would be a formula to a spreadsheet.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(statement: Statement, language: str) -> bytes:
    """A heading, the opening balance, one line a movement with the balance after it, the closing balance.

    Amounts in yuan with two places. It begins with a byte order mark: without one spreadsheets take Chinese for
    something else.
    """
    words = WORDS[language]
    out = StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow([words[column] for column in COLUMNS])
    balance_fen = statement.opening.total_fen
    rows.writerow(_balance(words["opening"], f"{statement.first:%Y-%m-%d}", balance_fen))
    zone = ZoneInfo(statement.holder.zone)
    for each in statement.movements:
        balance_fen += each.net_fen
        told = (
            each.voucher or each.reference,
            each.terminal,
            each.card,
            words[each.card_class] if each.card_class else "",
            each.rrn,
        )
        amounts = (each.gross_fen, each.fee_fen, each.net_fen, balance_fen)
        rows.writerow(
            [
                f"{each.day:%Y-%m-%d}",
                f"{each.at.astimezone(zone):%H:%M:%S}",
                words[each.kind],
                *map(_text, told),
                *map(yuan, amounts),
                f"{each.settles:%Y-%m-%d}" if each.settles else "",
            ]
        )
    rows.writerow(_balance(words["closing"], f"{statement.last:%Y-%m-%d}", balance_fen))
    return out.getvalue().encode("utf-8-sig")


def _balance(name: str, day: str, balance_fen: int) -> list[str]:
    return [day, "", name, *[""] * (len(COLUMNS) - 5), yuan(balance_fen), ""]


def _text(value: str) -> str:
    return "'" + value if value.startswith(FORMULA) else value
