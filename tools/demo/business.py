"""Plays the day, and proves at its end that the books agree and that nothing secret was left anywhere."""

import logging
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Column
from sqlalchemy import select

from host_sim.acquirer.totals import Totals
from host_sim.rig.person import NotSeen
from host_sim.rig.stage import SHANGHAI, Stage
from host_sim.rig.supply import HEAP_MOST, SupplyError
from host_sim.rig.world import StandStill
from host_sim.settlement.calendar import business_day
from host_sim.store.schema import BatchSettlement
from tools.demo.balance import Books, compare, gather, plant, yuan
from tools.demo.day import Day
from tools.demo.figures import figures
from tools.demo.kept import TillOutput, write_day, write_slips
from tools.demo.mailbox import Mailbox
from tools.demo.secrets import gather_secrets
from tools.demo.show import Show
from tools.demo.slips import Slip, read_slips
from tools.errors import ToolError
from tools.secret_forms import Secret
from tools.secrets_scan import files, search

FIRST_BATCH = 1
BALANCED = "balanced: slips = batch = host = ledger"


@dataclass
class Outcome:
    """What the day came to. differs: what the books do not agree on; leaks: where something secret was found."""

    slips: list[Slip]
    totals: Totals | None
    figures: dict[str, Any]
    differs: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    secrets: list[Secret] = field(default_factory=list, repr=False)


async def play(show: Show, folder: Path, seed: int = 1, plant_in: str | None = None, pictures: bool = False) -> Outcome:
    """One day in that folder, which is empty. Errors: ToolError where the day stops half way."""
    began = time.perf_counter()
    log = logging.FileHandler(folder / "host.log", encoding="utf-8")
    logger = logging.getLogger("picotill")
    logger.addHandler(log)
    logger.propagate = False
    try:
        async with Mailbox() as mailbox, Stage(folder, seed, smtp=mailbox.address) as stage:
            output = TillOutput(stage)
            show.watch(stage)
            imported = _kb(stage.heap_imported)
            show.say(f"till: MicroPython with {_kb(HEAP_MOST)} of heap above the {imported} of its imported code")
            await stage.act(stage.provision())
            show.say(f"provisioned: terminal key's check value {stage.tmk_check}")
            day = Day(stage, lambda title: None)
            try:
                await _scenes(show, day)
            except (NotSeen, StandStill, SupplyError) as error:
                stage.counter.power_cut()
                (folder / "till.log").write_bytes(await output.all())
                raise stopped(stage, error) from error
            stage.counter.power_cut()  # closing time
            outcome = await _prove(show, day, mailbox, folder, plant_in, began)
            write_slips(folder, stage, pictures)
            await write_day(folder, stage, output, mailbox, show.said, outcome.figures)
            await _search(show, day, folder, outcome)
            return outcome
    finally:
        logger.removeHandler(log)
        log.close()


async def _scenes(show: Show, day: Day) -> None:
    title = TextColumn("{task.description}", table_column=Column(no_wrap=True, overflow="ellipsis"))
    columns = (TextColumn("the day"), BarColumn(24), MofNCompleteColumn(), TimeElapsedColumn(), title)
    with Progress(*columns, console=show.console, transient=True) as progress:
        scenes = day.scenes()
        task = progress.add_task("", total=len(scenes))
        try:
            for number, (title, scene) in enumerate(scenes, 1):
                progress.update(task, description=title)
                show.scene(number, len(scenes), title)
                await day.stage.act(scene())
                show.flush()
                progress.advance(task)
        finally:
            show.flush()


def stopped(stage: Stage, error: Exception) -> ToolError:
    """The day did not come to its end: in which words, and what to do next."""
    deaths = stage.counter.deaths
    if deaths:
        last = deaths[-1].strip().splitlines()[-1]
        advice = "play it again with --keep FOLDER and read FOLDER/till.log"
        return ToolError(f"the till's firmware died: {last}", advice)
    what = " ".join(str(error).split())
    return ToolError(f"the day stopped: {what}", "play it again with --screens pixels and look at its last screen")


async def _prove(show: Show, day: Day, mailbox: Mailbox, folder: Path, plant_in: str | None, began: float) -> Outcome:
    stage, totals = day.stage, day.tap.totals
    slips = read_slips(slip.text() for slip in stage.counter.printer.slips)
    if plant_in:
        slips, totals = plant(plant_in, folder, slips, totals)
    books = await gather(stage, slips, totals, FIRST_BATCH, business_day(stage.world.now()))
    differs = compare(books)
    payouts = await stage.host.store.read(
        lambda session: [(one.amount_fen, one.due_date) for one in session.scalars(select(BatchSettlement))]
    )
    if len(payouts) != 1 or len(mailbox.mails) != 1:
        differs.append(f"host: {len(payouts)} payouts and {len(mailbox.mails)} notices for one settlement")
    numbers = figures(stage, time.perf_counter() - began, books.net_fen(), len(mailbox.mails))
    show.say("\nclosing time", "bold")
    for line in summary(stage, books, numbers):
        show.say(line)
    for amount_fen, due in payouts:
        show.say(f"payout   {yuan(amount_fen):>8} on {due}; notices sent by mail: {len(mailbox.mails)}")
    return Outcome(slips, totals, numbers, differs)


def summary(stage: Stage, books: Books, numbers: dict[str, Any]) -> list[str]:
    """What each of the five counted, and the day's figures."""
    batch = books.batch
    counted = {
        "slips": (len(books.slip), sum(books.slip.values())),
        "batch": (batch.debit_count + batch.credit_count, batch.debit_fen - batch.credit_fen),
        "host": (len(books.host), sum(books.host.values())),
        "ledger": (len(books.ledger), sum(books.ledger.values())),
        "issuer": (len(books.issuer), sum(books.issuer.values())),
    }
    lines = [f"{name:8} {yuan(fen):>8} in {count} payments" for name, (count, fen) in counted.items()]
    till, flash, host, day = numbers["till"], numbers["flash"], numbers["host"], numbers["day"]
    local = stage.world.now().astimezone(SHANGHAI)
    passed = local - stage.start - timedelta(microseconds=local.microsecond)
    return [
        *lines,
        f"heap     {till['heap_peak_above_imported'] // 1024:>8} KB at most of {_kb(HEAP_MOST)}; {till['boots']} boots",
        f"flash    {flash['bytes_programmed']:>8} bytes programmed, {flash['erases']} erases",
        f"host     {host['authorisation_ms_median']!s:>8} ms an authorisation (median of {host['authorisations']})",
        f"time     {passed!s:>8} of business in {day['wall_s']} s",
    ]


async def _search(show: Show, day: Day, folder: Path, outcome: Outcome) -> None:
    outcome.secrets = await gather_secrets(day.stage, day.tap)
    places = list(files([folder]))
    outcome.leaks = [str(finding) for finding in search(outcome.secrets, places)]
    size = sum(len(data) for _, data in places)
    show.say(
        f"secrets  {len(outcome.leaks):>8} found; {len(outcome.secrets)} keys, cards and PINs looked for in "
        f"{len(places)} files, {_kb(size)}"
    )


def verdict(console: Console, outcome: Outcome) -> int:
    """The last lines. Returns the exit status."""
    for line in outcome.differs:
        console.print(f"differs: {line}", markup=False, soft_wrap=True)
    for line in outcome.leaks:
        console.print(f"secret: {line}", markup=False, soft_wrap=True)
    if outcome.differs:
        console.print("not balanced: look at the place named first; --keep FOLDER leaves its books", soft_wrap=True)
    elif outcome.leaks:
        console.print("not clean: look at the place named first; --keep FOLDER leaves its files", soft_wrap=True)
    else:
        console.print(BALANCED, style="green")
    return 1 if outcome.differs or outcome.leaks else 0


def _kb(count: int) -> str:
    return f"{count // 1024} KB"
