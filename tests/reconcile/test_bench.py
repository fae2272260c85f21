"""What the expressions cost beside the same join by hand: the same rows, hardly more work."""

from tools.reconcile.bench import MOST, measure

ROWS = 150_000


def test_the_expressions_give_the_same_rows_for_hardly_more_work():
    figures = measure(ROWS, rounds=2)
    print(figures)
    assert figures["ratio of the statements' CPU"] < MOST
    assert figures["ratio of peak memory"] < MOST
