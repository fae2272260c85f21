"""A statement on paper: PDF, A4, in Chinese or English."""

from typing import Any
from zoneinfo import ZoneInfo

from host_sim.merchant.settlement_words import money
from host_sim.merchant.statements.statement import Balances, Movement, Statement
from host_sim.merchant.statements.typeset import typeset
from host_sim.merchant.statements.words import WORDS, grouped


def as_pdf(statement: Statement, language: str) -> bytes:
    """Raises StatementError where no Chinese font is there."""
    return typeset("statement.typ", laid_out(statement, language), language)


def laid_out(statement: Statement, language: str) -> dict[str, Any]:
    """What the template shows, in its words."""
    words = WORDS[language]
    holder, zone = statement.holder, ZoneInfo(statement.holder.zone)
    period = f"{statement.first:%Y-%m-%d}"
    if statement.last != statement.first:
        period += f" – {statement.last:%Y-%m-%d}"
    fees_fen = sum(total.fee_fen for total in statement.totals)
    moved_fen = statement.closing.total_fen - statement.opening.total_fen
    gross_fen = moved_fen + fees_fen
    sides = [
        _side(words["opening"], statement.opening, language),
        {
            "label": words["moved"],
            "total": money(moved_fen, language),
            "parts": [[words["gross"], money(gross_fen, language)], [words["fee"], money(-fees_fen, language)]],
        },
        _side(words["closing"], statement.closing, language),
    ]
    tallest = max(len(side["parts"]) for side in sides)
    for side in sides:
        side["parts"] += [["", " "]] * (tallest - len(side["parts"]))
    return {
        "title": words[_length(statement)],
        "number": statement.number,
        "words": words,
        "head": [
            [words["merchant"], holder.name if language == "zh" else holder.name_en],
            [words["period"], period],
            [words["merchant_number"], holder.number],
            [words["made"], f"{statement.made_at.astimezone(zone):%Y-%m-%d %H:%M:%S}"],
            [words["account"], holder.account or words["no_account"]],
        ],
        "provisional": "" if statement.final else words["provisional"],
        "sides": sides,
        "summary": [
            [words[each.kind], str(each.count), grouped(each.gross_fen), grouped(-each.fee_fen), grouped(each.net_fen)]
            for each in statement.totals
        ],
        "summed": [
            words["moved"],
            str(len(statement.movements)),
            grouped(gross_fen),
            grouped(-fees_fen),
            grouped(moved_fen),
        ],
        "about": " · ".join(words[name] for name in ("voucher", "card", "terminal")),
        "lines": _lines(statement, words, zone),
    }


def _length(statement: Statement) -> str:
    if statement.first == statement.last:
        return "day"
    return "month" if statement.first.day == 1 and (statement.last - statement.first).days >= 27 else "statement"


def _side(label: str, balances: Balances, language: str) -> dict[str, Any]:
    words = WORDS[language]
    parts = [
        (words["pending"], balances.pending_fen),
        (words["available"], balances.available_fen),
        (words["held"], balances.held_fen),
        (words["owed"], -balances.owed_fen),
    ]
    # The first two always, the others where there is something.
    shown = [[name, money(amount_fen, language)] for at, (name, amount_fen) in enumerate(parts) if at < 2 or amount_fen]
    return {"label": label, "total": money(balances.total_fen, language), "parts": shown}


def _lines(statement: Statement, words: dict[str, str], zone: ZoneInfo) -> list[list[str]]:
    lines = []
    balance_fen = statement.opening.total_fen
    for each in statement.movements:
        balance_fen += each.net_fen
        amounts = (each.gross_fen, -each.fee_fen, each.net_fen, balance_fen)
        at = f"{each.day:%m-%d} {each.at.astimezone(zone):%H:%M}"
        settles = f"{each.settles:%m-%d}" if each.settles else ""
        lines.append([at, words[each.kind], _about(each), settles, *map(grouped, amounts)])
    return lines


def _about(movement: Movement) -> str:
    return " ".join(filter(None, (movement.voucher or movement.reference, movement.card, movement.terminal)))
