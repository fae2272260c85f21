"""`picotill reconcile`: clearing files taken in, the work list in words, and its repair."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from host_sim.clock import SystemClock
from host_sim.networks.clearing.item import ClearingError
from host_sim.settlement.differences import open_differences
from host_sim.store.connect import StoreError, connect
from host_sim.store.migrate import migrate
from tools.errors import ToolError

try:
    from host_sim.settlement.reconciliation.engine import DEFAULT, EngineError, open_engine
    from host_sim.settlement.reconciliation.repair import repair
    from host_sim.settlement.reconciliation.taking import ReconciliationError, take_file
except ModuleNotFoundError as error:
    raise ToolError(f"{error.name} is not installed", "install it: python3 tools/environment.py reconcile") from None

T = TypeVar("T")


def command(
    files: Annotated[list[Path] | None, typer.Argument(help="Clearing files, oldest first.")] = None,
    database: Annotated[str, typer.Option(help="The host's database.")] = "sqlite:///var/host.sqlite",
    engine: Annotated[str, typer.Option(help="duckdb://, postgresql://... or pyspark://MASTER.")] = DEFAULT,
    mend: Annotated[bool, typer.Option("--repair", help="Clear what is open and has waited long enough.")] = False,
    waited: Annotated[bool, typer.Option(help="With --repair: what should still wait for a later file too.")] = False,
    language: Annotated[str, typer.Option(help="Of the work list: zh or en.")] = "en",
) -> None:
    """Take in clearing files, show the open differences, and repair them."""
    if language not in ("zh", "en"):
        raise ToolError(f"language {language}", "give zh or en")
    if database.startswith("sqlite:///") and not Path(database.removeprefix("sqlite:///")).exists():
        raise ToolError(f"no database at {database}", "name the host's with --database")
    try:
        store = connect(database)
        migrate(store)
        now = SystemClock().now()
        for path in files or ():
            _take(store, engine, path, now)
        if mend:
            done = _unit(store, lambda session: repair(session, now, waited=waited))
            to = ", ".join(f"{count} to {who}" for who, count in sorted(done.cleared.items())) or "nothing"
            print(f"repaired: {to}; waiting: {done.waiting}")
        _unit(store, lambda session: _list(session, now, language))
        store.dispose()
    except (StoreError, EngineError, ClearingError, ReconciliationError, OSError) as error:
        raise ToolError(str(error), "put that right and run it again: nothing was half done") from None


def _take(store: Engine, url: str, path: Path, now: datetime) -> None:
    with open_engine(url) as engine:
        taken = _unit(store, lambda session: take_file(session, engine, path, now))
    found = ", ".join(f"{name} {count}" for name, count in sorted(taken.found.items()))
    print(f"{path.name}: {'taken in before' if taken.known else found or 'empty'}")


def _unit(store: Engine, work: Callable[[Session], T]) -> T:
    with Session(store) as session, session.begin():
        return work(session)


def _list(session: Session, now: datetime, language: str) -> None:
    rows = open_differences(session)
    for one in rows:
        age = (now - one.found_at).days
        owner = one.owner or "nobody"
        print(f"{one.id:>6} {one.kind:9} {age:>3} days {owner:10} {one.explanation[language]}")
    print(f"open: {len(rows)}")
