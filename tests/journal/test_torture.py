"""A part of `make torture`, on both runtimes and both kinds of flash, and the parts of its judge."""

import re

import pytest

from till.journal import power_cut
from tools.errors import ToolError
from tools.torture import command
from tools.torture.judge import Verdict, judge
from tools.torture.shop import Card, Shop

FIGURES = re.compile(r"cuts (\d+) lost 0 duplicated 0 corrupt-accepted 0 cuts/s \d+")


@pytest.mark.parametrize(("once", "cuts"), [(False, 300), (True, 100)])
def test_nothing_is_lost_doubled_or_wrongly_believed(capsys, once, cuts):
    assert command.command(cuts=cuts, seed=1, once=once, replay_cut="", micropython=False) == 0
    found = FIGURES.fullmatch(capsys.readouterr().out.splitlines()[-1])
    assert found and int(found.group(1)) == cuts * 6 // 5


def test_the_same_under_micropython(capfd):
    assert command.command(cuts=60, seed=2, once=False, replay_cut="", micropython=True) == 0
    assert capfd.readouterr().out.splitlines()[-1] == "done 72 failed 0"


def test_the_parts_are_the_whole_and_no_cut_is_in_two(monkeypatch):
    done = []
    monkeypatch.setattr(command, "slice_of", lambda work: done.append(work) or (work[2] - work[1], []))
    told = [command.torture(10_000, 3, False, 1, (which, 5))[0] for which in range(1, 6)]
    assert sum(int(line.split()[1]) for line in told) == 12_000
    assert sorted((work[1], work[2]) for work in done) == [(at, at + 500) for at in range(0, 12_000, 500)]
    with pytest.raises(ToolError, match="parts"):
        command.torture(10_000, 3, False, 1, (25, 25))


@pytest.mark.parametrize("name", ["0/4", "5/4", "1", "a/b", "", "1/0", "-1/4"])
def test_a_part_that_there_is_not(name):
    with pytest.raises(ToolError, match="PART=1/4"):
        command.part_of(name)


def test_what_is_found_is_found_again_by_the_command_that_is_printed(monkeypatch, capsys):
    forgets = monkeypatch.context()
    with forgets as planted:
        planted.setattr(power_cut, "recover", lambda book: [])
        assert command.command(cuts=100, seed=1, processes=1) == 1
        out = capsys.readouterr().out
        number = re.search(r"again: make torture REPLAY=(1:\d+)$", out, re.MULTILINE)
        assert number and FIGURES.fullmatch(out.splitlines()[-1]) is None
        assert command.command(replay_cut=number.group(1)) == 1
        assert capsys.readouterr().out.splitlines()[-1] == "found again"
    assert command.command(replay_cut=number.group(1)) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "nothing found"


def shop_and_world():
    from host_sim.rig.nor import Nor
    from tools.torture.chance import Chance
    from tools.torture.world import World

    nor = Nor(9 * 4096, Chance(1))
    shop = Shop(nor, World())
    shop.book.open_batch(1)
    return shop


def test_the_judge_knows_a_payment_that_is_gone():
    shop = shop_and_world()
    shop.pay(1000, Card(1))
    shop.world.told[1, 77] = "approved"
    with pytest.raises(Verdict) as found:
        judge(shop.nor, shop.world)
    assert found.value.args[0] == "lost"


def test_the_judge_knows_a_second_charge():
    shop = shop_and_world()
    payment = shop.offline(1000, Card(1))
    shop.cancel(payment)
    shop.world.moved[1, payment.trace] = (1, "offline", 1000, Card(1).pan)
    with pytest.raises(Verdict) as found:
        judge(shop.nor, shop.world)
    assert found.value.args[0] in ("duplicated", "lost")


def test_the_judge_knows_a_record_that_nobody_made():
    shop = shop_and_world()
    payment = shop.pay(1000, Card(1))
    shop.world.made[1, payment.trace] = ("sale", 1001, Card(1).pan, 0)
    with pytest.raises(Verdict) as found:
        judge(shop.nor, shop.world)
    assert found.value.args[0] == "corrupt-accepted"


def test_the_judge_knows_a_till_that_stands_still():
    shop = shop_and_world()
    shop.pay(1000, Card(1))
    shop.nor.stuck = tuple(range(9))
    with pytest.raises(Verdict) as found:
        judge(shop.nor, shop.world)
    assert found.value.args[0] == "stuck"
