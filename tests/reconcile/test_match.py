"""The comparison, row by row, on every engine: the same expressions, the same answers."""

from datetime import date

import pytest

from host_sim.settlement.reconciliation.engine import EngineError, open_engine
from host_sim.settlement.reconciliation.match import compare, sums, unmatched
from host_sim.settlement.reconciliation.relations import SIDES

DAY = date(2026, 11, 23)
TERMINAL = "90000001"


class Sides:
    """The four tables, filled line by line."""

    def __init__(self):
        self.ours, self.till, self.totals, self.channel = [], [], [], []

    def pay(self, reference, amount_fen=1_000, kind="sale", standing="due", day=DAY, batch=1, scheme="domestic"):
        trace, credit = len(self.ours) + 1, kind in ("refund", "void")
        row = (reference, kind, amount_fen, day, standing, trace, 7, TERMINAL, batch, 1, trace, scheme, credit)
        self.ours.append(row)
        return trace

    def clear(self, reference, amount_fen=1_000, kind="sale", fee_fen=3, terminal="", trace=0):
        self.channel.append((len(self.channel) + 1, reference, kind, amount_fen, fee_fen, terminal, trace))

    def compared(self, engine):
        names = ("ours", "till", "totals", "channel")
        tables = [engine.load(name, SIDES[name], getattr(self, name)) for name in names]
        return compare(*tables)

    def found(self, engine):
        """reference -> [(finding, difference, what the till says)], in the file's order."""
        found = {}
        rows = engine.rows(self.compared(engine))
        for row in sorted(rows, key=lambda row: row["line"] or 0):
            found.setdefault(row["reference"], []).append((row["finding"], row["difference_fen"], row["till_says"]))
        return found


@pytest.fixture
def sides():
    return Sides()


def test_every_kind_of_difference_has_its_name(sides, engine):
    for reference in ("A", "B", "C", "D"):
        sides.pay(reference)
    sides.pay("E", standing="cleared")
    sides.pay("F", standing="short")
    sides.pay("G", standing="gone")
    sides.pay("H", standing="short")
    sides.pay("J", standing="short", amount_fen=900)
    sides.pay("R", -400, "refund")
    for reference in ("A", "A", "E", "F", "G", "X", "J"):
        sides.clear(reference)
    sides.clear("C", 1_001)
    sides.clear("D", 1)
    sides.clear("R", -400, "refund")
    assert sides.found(engine) == {
        "A": [("matched", 0, "silent"), ("duplicate", 997, "silent")],
        "B": [("short", -1_000, "silent")],
        "C": [("amount", 1, "silent")],
        "D": [("amount", -999, "silent")],
        "E": [("duplicate", 997, "silent")],
        "F": [("late", 0, "silent")],
        "G": [("long", 997, "silent")],
        "J": [("late", 100, "silent")],
        "R": [("matched", 0, "silent")],
        "X": [("long", 997, "silent")],
    }


def test_what_is_due_only_later_is_not_short_and_may_come_early(sides, engine):
    sides.pay("A", standing="later")
    sides.pay("B", standing="later")
    sides.clear("B")
    assert sides.found(engine) == {"B": [("matched", 0, "silent")]}


def test_a_reference_may_stand_once_for_each_kind(sides, engine):
    sides.pay("A")
    sides.pay("A", -1_000, "reversal")
    sides.clear("A")
    sides.clear("A", -1_000, "reversal")
    sides.clear("A", -1_000, "reversal")
    assert [one[0] for one in sides.found(engine)["A"]] == ["matched", "matched", "duplicate"]


def test_the_till_says_by_its_totals(sides, engine):
    sides.pay("A", 700)
    sides.pay("B", -200, "refund")
    sides.pay("C", 900, batch=2)
    sides.pay("D", 50, scheme="foreign")
    for reference, amount_fen in (("A", 700), ("C", 900), ("D", 50)):
        sides.clear(reference, amount_fen)
    sides.clear("B", -200, "refund")
    sides.totals += [(TERMINAL, 1, "domestic", 700, 1, 200, 1), (TERMINAL, 2, "domestic", 900, 2, 0, 0)]
    says = {reference: found[0][2] for reference, found in sides.found(engine).items()}
    assert says == {"A": "same", "B": "same", "C": "silent", "D": "silent"}


@pytest.mark.parametrize("wrong", [(701, 1, 200, 1), (700, 2, 200, 1), (700, 1, 199, 1), (700, 1, 200, 0)])
def test_totals_that_differ_anywhere_say_nothing(sides, engine, wrong):
    sides.pay("A", 700)
    sides.pay("B", -200, "refund")
    sides.totals.append((TERMINAL, 1, "domestic", *wrong))
    assert {found[0][2] for found in sides.found(engine).values()} == {"silent"}


def test_a_payment_that_is_gone_is_not_in_the_totals(sides, engine):
    sides.pay("A", 700)
    sides.pay("B", 300, standing="gone")
    sides.totals.append((TERMINAL, 1, "domestic", 700, 1, 0, 0))
    assert sides.found(engine) == {"A": [("short", -700, "same")]}


def test_the_till_says_item_by_item(sides, engine):
    for reference, till_fen in (("A", 1_000), ("B", 999), ("C", None)):
        sides.till.append((TERMINAL, 1, sides.pay(reference), till_fen))
        sides.clear(reference)
    sides.till.append((TERMINAL, 1, 88, 1_234))
    sides.clear("X", 1_234, terminal=TERMINAL, trace=88)
    sides.clear("Y", 1_235, terminal=TERMINAL, trace=88)
    sides.clear("Z", 1_234, trace=88)
    says = {reference: found[0][2] for reference, found in sides.found(engine).items()}
    assert says == {"A": "same", "B": "other", "C": "absent", "X": "only_till", "Y": "silent", "Z": "silent"}


def test_nothing_against_nothing(sides, engine):
    assert sides.found(engine) == {}


def test_sums_add_up_and_only_differences_go_on(sides, engine):
    sides.pay("A")
    sides.pay("B")
    sides.clear("A", fee_fen=5)
    sides.clear("X", 70, fee_fen=1)
    compared = sides.compared(engine)
    totals = {row["finding"]: row for row in engine.rows(sums(compared))}
    assert (totals["matched"]["items"], totals["matched"]["channel_fen"], totals["matched"]["fee_fen"]) == (1, 1_000, 5)
    assert sorted(row["reference"] for row in engine.rows(unmatched(compared))) == ["B", "X"]


def test_an_engine_that_is_not_known_is_refused():
    with pytest.raises(EngineError, match="use duckdb"):
        open_engine("mysql://x")
