"""What the expressions cost beside the same join by hand: the same rows, hardly more work."""

from tools.reconcile.bench import MOST, measure

ROWS = 150_000


def test_the_expressions_give_the_same_rows_for_hardly_more_work():
    figures = measure(ROWS, rounds=2)
    print(figures)
    # What it takes to make the statement is the same for any number of rows, and no part of the ratio here.
    assert figures["ratio without into SQL"] < MOST
    assert figures["into SQL, once, CPU s"] < 3
    assert figures["ratio of peak memory"] < MOST
