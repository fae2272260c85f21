"""Faults put into a clearing file on its way, by a process of its own that keeps what it did to itself.

    python -m host_sim.networks.clearing.inject FILE OUT ANSWERS --seed 7 --each 2

reads the channel's file, writes the one that the acquirer gets, and appends to ANSWERS, one JSON object a line, what a
reconciliation must find: kind, reference, amount_fen (what the channel has more, negative less), file. Nobody but the
final count reads ANSWERS. An item that is late waits in ANSWERS' neighbour (`.held`) for the next file of its channel.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from host_sim.networks.clearing.files import form_of, reading, write_file
from host_sim.networks.clearing.item import ClearingItem

KINDS = ("long", "short", "amount", "duplicate", "late")
LONG_PREFIX = "X"
"""Of a reference that no acquirer gives."""


def inject(source: Path, out: Path, answers: Path, seed: int, each: int, hold: bool = True) -> list[dict[str, Any]]:
    """Put up to `each` faults of every kind into a file: fewer where it has too few sales. Gives the answers.

    hold: False for a channel's last file: nothing that it leaves out comes later.
    """
    dice = random.Random(f"{seed}/{source.name}")
    held = answers.with_suffix(".held")
    with reading(source) as (head, items):
        # Two passes, so that a file of any length streams: first where its sales are.
        sales = [number for number, item in enumerate(items) if item.kind == "sale"]
    kinds = [kind for kind in KINDS if hold or kind != "late"]
    marked = [kind for _ in range(each) for kind in kinds if kind != "long"]
    if len(sales) < len(marked):
        marked = marked[: len(sales)]
    faults = dict(zip(sorted(dice.sample(sales, len(marked))), dice.sample(marked, len(marked)), strict=True))
    done: list[dict[str, Any]] = []
    waiting = _waiting(held, head.channel)
    keep: list[ClearingItem] = []

    def altered(items: Iterator[ClearingItem]) -> Iterator[ClearingItem]:
        last = None
        for number, item in enumerate(items):
            last = item
            fault = faults.get(number)
            if fault in ("short", "late"):
                done.append(_answer(fault, item.reference, -item.amount_fen, out))
                if fault == "late":
                    keep.append(item)
                continue
            if fault == "amount":
                more_fen = dice.choice((-1, 1, 9, 90, -item.amount_fen // 2 or 1))
                if item.amount_fen + more_fen <= 0:
                    more_fen = 1
                done.append(_answer(fault, item.reference, more_fen, out))
                item = item._replace(amount_fen=item.amount_fen + more_fen)
            yield item
            if fault == "duplicate":
                done.append(_answer(fault, item.reference, item.net_fen, out))
                yield item
        yield from waiting
        for number in range(each if last is not None else 0):
            assert last is not None
            reference = f"{LONG_PREFIX}{head.day:%y%m%d}{dice.randrange(10_000):04d}{number % 10}"
            amount_fen = dice.randrange(100, 50_000)
            sale = {"kind": "sale", "amount_fen": amount_fen, "fee_fen": 0, "terminal": "", "trace": 0}
            done.append(_answer("long", reference, amount_fen, out))
            yield last._replace(reference=reference, **sale)

    with reading(source) as (head, items):
        write_file(out, form_of(source), head, altered(items))
    _hold(held, head.channel, keep)
    with answers.open("a", encoding="utf-8") as file:
        for answer in done:
            file.write(json.dumps(answer, sort_keys=True) + "\n")
    return done


def _answer(kind: str, reference: str, amount_fen: int, out: Path) -> dict[str, Any]:
    return {"kind": kind, "reference": reference, "amount_fen": amount_fen, "file": out.name}


def _waiting(held: Path, channel: str) -> list[ClearingItem]:
    """Items of earlier files of this channel that come with this one."""
    known = json.loads(held.read_text(encoding="utf-8")) if held.exists() else {}
    rows = known.get(channel, [])
    return [ClearingItem(*row[:-1], at=datetime.fromisoformat(row[-1])) for row in rows]


def _hold(held: Path, channel: str, items: list[ClearingItem]) -> None:
    known = json.loads(held.read_text(encoding="utf-8")) if held.exists() else {}
    known[channel] = [[*item[:-1], item.at.isoformat()] for item in items]
    held.write_text(json.dumps(known), encoding="utf-8")


def main() -> None:
    """The command line above. With --serve: one job a line of standard input, "FILE OUT ANSWERS" with tabs between, and
    "last" behind them for a channel's last file; one line of JSON for each."""
    parser = argparse.ArgumentParser(prog="python -m host_sim.networks.clearing.inject")
    parser.add_argument("paths", nargs="*", metavar="FILE OUT ANSWERS")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each", type=int, default=1, help="faults of every kind")
    parser.add_argument("--last", action="store_true", help="the channel's last file: nothing comes late")
    parser.add_argument("--serve", action="store_true", help="jobs come line by line")
    given = parser.parse_args()
    if given.serve != (not given.paths) or len(given.paths) not in (0, 3):
        parser.error("FILE OUT ANSWERS, or --serve")
    jobs = (line.rstrip("\n").split("\t") for line in sys.stdin) if given.serve else iter([given.paths])
    for job in jobs:
        source, out, answers = map(Path, job[:3])
        last = given.last or job[3:] == ["last"]
        done = inject(source, out, answers, given.seed, given.each, hold=not last)
        print(json.dumps({"injected": len(done)}), flush=True)


if __name__ == "__main__":
    main()
