"""A part of `make simulate`: whatever fails, every evening paper, issuer, host and ledger agree, and payments go on."""

import pytest

from tools.simulate.play import play
from tools.simulate.run import ACTS, figures, one, towns_of
from tools.simulate.schedule import CHIP, LATE, NIGHT, STRIPE, Step, draw


@pytest.mark.parametrize("number", range(2))
async def test_nothing_is_lost_and_nothing_is_taken_twice(prepared, number):
    report = await one(prepared, 1, (number, 3, 1))
    assert not report.verdicts, (report.verdicts, [str(step) for step in report.shortest])
    told = figures([report])
    assert told.line() == f"terminal-days 3 faults {report.faults} lost 0 duplicated 0 unbalanced 0"
    assert report.faults >= 8, "a town in which nothing fails proves nothing"


async def test_without_faults_everything_that_is_wanted_is_done(prepared):
    steps = [step for step in draw(5, 2, 1, ACTS) if step.what in ("sale", "reprint", "sign_on")]
    outcome = await play(prepared, 5, [step._replace(given=(0, *step.given[1:])) for step in steps])
    assert outcome.verdicts == [] and outcome.faults == 0
    assert set(outcome.codes) >= {("sale", "")} and {code for _, code in outcome.codes} == {""}, outcome.codes


async def test_every_card_pays_in_its_own_way(prepared):
    steps = [Step(1, till, "sale", (card, 1000 + till * 10 + card)) for till in range(3) for card in (0, CHIP, STRIPE)]
    outcome = await play(prepared, 7, steps)
    assert outcome.verdicts == [] and outcome.codes == {("sale", ""): 9}, (outcome.verdicts, outcome.codes)


async def test_a_night_and_the_end_of_a_business_day_in_the_middle_of_things(prepared):
    """A sale whose answer is lost and whose reversal has no line; the next day it is given up or goes on, and the books
    agree."""
    steps = [
        Step(1, 0, LATE), Step(1, 0, "sale", (0, 1000)), Step(1, 0, "lose", ("answer", 0, 4)),
        Step(1, 0, "sale", (CHIP, 2000)), Step(1, 0, "line_down"), Step(1, 0, "sale", (0, 3000)), Step(1, 0, NIGHT),
        Step(2, 0, "sale", (STRIPE, 4000)), Step(2, 0, "line_up"), Step(2, 0, "sale", (0, 5000)),
    ]  # fmt: skip
    outcome = await play(prepared, 8, steps)
    assert outcome.verdicts == [], outcome.verdicts
    assert outcome.days == 2 and outcome.codes["sale", ""] >= 2, outcome.codes


def test_a_run_has_exactly_the_days_that_were_asked_for():
    for days in (1, 2, 3, 4, 5, 6, 7, 1000):
        towns = towns_of(days)
        assert sum(tills * of_days for _, tills, of_days in towns) == days
        assert [number for number, _, _ in towns] == list(range(len(towns)))


def test_a_schedule_follows_from_its_seed_and_no_two_sales_are_alike():
    assert draw(3, 3, 2, 8) == draw(3, 3, 2, 8) != draw(4, 3, 2, 8)
    sales = [step.given[1] for step in draw(3, 3, 5, 12) if step.what == "sale"]
    assert len(set(sales)) == len(sales)
