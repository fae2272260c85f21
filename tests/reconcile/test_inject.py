"""Faults put into a file by a process of its own: what it says it did is what the file shows, and nothing else."""

import json
import subprocess
import sys
from collections import Counter
from datetime import timedelta

from host_sim.networks.clearing.files import reading, write_file
from tests.reconcile.test_clearing_files import HEAD, SALE


def sales(day, count=30):
    return [
        SALE._replace(reference=f"{day}{number:011d}", amount_fen=1_000 + number, trace=number)
        for number in range(count)
    ]


def run(*jobs, each=1):
    line = [sys.executable, "-m", "host_sim.networks.clearing.inject", "--serve", "--seed", "7", "--each", str(each)]
    told = "".join("\t".join(map(str, job)) + "\n" for job in jobs)
    done = subprocess.run(line, input=told, capture_output=True, text=True, check=True)
    return [json.loads(line)["injected"] for line in done.stdout.splitlines()]


def content(path):
    with reading(path) as (_, items):
        return list(items)


def test_the_answers_are_what_was_done_to_the_files(tmp_path):
    answers, first, second = tmp_path / "answers.jsonl", sales(1), sales(2)
    write_file(tmp_path / "a.clr", "fixed", HEAD, first)
    write_file(tmp_path / "b.clr", "fixed", HEAD._replace(day=HEAD.day + timedelta(days=1)), second)
    jobs = [(tmp_path / f"{name}.clr", tmp_path / f"{name}.out", answers) for name in "ab"]
    assert run(jobs[0], (*jobs[1], "last"), each=2) == [10, 8]
    known = [json.loads(line) for line in answers.read_text().splitlines()]
    assert Counter(one["kind"] for one in known) == {"long": 4, "short": 4, "amount": 4, "duplicate": 4, "late": 2}
    came = content(tmp_path / "a.out") + content(tmp_path / "b.out")
    true = {item.reference: item.amount_fen for item in first + second}
    seen = Counter(item.reference for item in came)
    for one in known:
        item = next((item for item in came if item.reference == one["reference"]), None)
        if one["kind"] == "short":
            assert item is None and one["amount_fen"] == -true.pop(one["reference"])
        elif one["kind"] == "amount":
            assert item is not None and item.amount_fen == true[one["reference"]] + one["amount_fen"] > 0
            true[one["reference"]] = item.amount_fen
        elif one["kind"] == "long":
            assert item is not None and one["reference"] not in true and item.amount_fen == one["amount_fen"]
            true[one["reference"]] = item.amount_fen
        elif one["kind"] == "duplicate":
            assert seen[one["reference"]] == 2
        else:
            assert one["file"] == "a.out" and item in content(tmp_path / "b.out")
    doubled = {one["reference"] for one in known if one["kind"] == "duplicate"}
    assert {item.reference: item.amount_fen for item in came} == true
    assert seen == Counter({reference: 2 if reference in doubled else 1 for reference in true})


def test_a_file_with_too_few_sales_gets_fewer_faults(tmp_path):
    write_file(tmp_path / "a.csv", "csv", HEAD, sales(1, 2))
    assert run((tmp_path / "a.csv", tmp_path / "a.out", tmp_path / "answers")) == [3]


def test_without_faults_the_file_is_the_same(tmp_path):
    write_file(tmp_path / "a.clr", "fixed", HEAD, sales(1))
    assert run((tmp_path / "a.clr", tmp_path / "b.clr", tmp_path / "answers"), each=0) == [0]
    assert (tmp_path / "a.clr").read_bytes() == (tmp_path / "b.clr").read_bytes()
