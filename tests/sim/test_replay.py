"""A failure of the simulation, from the run that finds it to the command that shows it again."""

import re

import pytest

from host_sim.acquirer import concluding
from tools.errors import ToolError
from tools.simulate import command, run


@pytest.fixture
def simulated(prepared, monkeypatch):
    """The command, on tills that are provisioned already."""

    async def ready(*_):
        return prepared

    monkeypatch.setattr(run, "prepare", ready)
    monkeypatch.setattr(command, "prepare", ready)
    return command.command


def test_a_failure_prints_its_shortest_schedule_and_is_found_again(simulated, monkeypatch, capsys):
    with monkeypatch.context() as planted:
        planted.setattr(concluding, "book", lambda *_, **__: None)
        assert simulated(days=1, seed=1, processes=1) == 1
        lines = capsys.readouterr().out.splitlines()
        again = next(at for at, line in enumerate(lines) if "again: make simulate REPLAY=" in line)
        schedule, figures = lines[again + 1 : -1], lines[-1]
        assert re.fullmatch(r"terminal-days 1 faults \d+ lost 0 duplicated 0 unbalanced [1-9]\d*", figures)
        assert len(schedule) == 1 and schedule[0].startswith("  day 1 till 0 "), schedule
        name = lines[again].split("REPLAY=")[1]
        assert name == "1:0:1:1"
        assert simulated(replay=name, shrink=False) == 1
        assert capsys.readouterr().out.splitlines()[-1] == "found again"
    assert simulated(replay=name, shrink=False) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "nothing found"


@pytest.mark.parametrize("name", ["1:0:1", "1:0:9:1", "1:0:0:1", "a:0:1:1"])
def test_a_name_that_is_no_town(simulated, name):
    with pytest.raises(ToolError, match="REPLAY=SEED:TOWN:TILLS:DAYS"):
        simulated(replay=name)


def test_the_parts_are_the_whole_and_no_town_is_in_two(simulated, monkeypatch):
    played = []
    monkeypatch.setattr(run, "work", lambda job: played.append(job[2]) or run.Report(job[2], 0, 0, (), ()))
    for which in (1, 2, 3):
        list(run.simulate(20, 1, 1, True, (which, 3)))
    assert sorted(played) == run.towns_of(20)
