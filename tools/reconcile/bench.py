"""`make reconcile-bench`: the comparison's rows a second and peak memory, beside the same join in plain DuckDB SQL.

Each way runs in a process of its own, turn by turn, on the same files: one way's memory and caches are not the other's.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tools.errors import ToolError
from tools.reconcile.sides import faults_in, make_sides

WAYS = ("expressions", "plain SQL")
ROUNDS = 3
MEASURED = ("wall_s", "cpu_s", "statement_s")
MOST = 1.5


def measure(rows: int, rounds: int = ROUNDS) -> dict[str, Any]:
    """Both ways over `rows` items; of each figure the best of `rounds` counts. Raises ToolError where the two do
    not find the same."""
    best: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory(prefix="picotill-bench-") as folder:
        make_sides(Path(folder), rows)
        for _ in range(rounds):
            for way in WAYS:
                seen = _run(way, folder)
                if seen["sums"] != faults_in(rows):
                    raise ToolError(f"{way} found {seen['sums']}, not {faults_in(rows)}", "correct match.py")
                known = best.setdefault(way, seen)
                best[way] = {name: min(seen[name], known[name]) if name in MEASURED else seen[name] for name in seen}
    ours, plain = (best[way] for way in WAYS)
    if ours["digest"] != plain["digest"]:
        raise ToolError("expressions and plain SQL do not give the same rows", "compare match.py and plain.py")
    return {
        "rows": rows,
        "expressions, rows/s": round(rows / ours["wall_s"]),
        "expressions, CPU s": round(ours["cpu_s"], 3),
        "expressions, peak MB": ours["peak_mb"],
        "plain SQL, rows/s": round(rows / plain["wall_s"]),
        "plain SQL, CPU s": round(plain["cpu_s"], 3),
        "plain SQL, peak MB": plain["peak_mb"],
        "ratio of CPU": round(ours["cpu_s"] / plain["cpu_s"], 3),
        "ratio of the statements' CPU": round(ours["statement_s"] / plain["statement_s"], 3),
        "ratio of peak memory": round(ours["peak_mb"] / plain["peak_mb"], 3),
    }


def _run(way: str, folder: str) -> dict[str, Any]:
    line = [sys.executable, "-m", "tools.reconcile.bench", way, folder]
    done = subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ToolError(f"{way} failed: {done.stderr[-400:]}", "run it again; if it stays, the comparison is broken")
    return json.loads(done.stdout)


def _expressions(folder: Path, out: Path) -> float:
    """CPU seconds of the statement alone: to open the engine and to make SQL takes the same for any number of rows."""
    import ibis

    from host_sim.settlement.reconciliation.engine import open_engine
    from host_sim.settlement.reconciliation.match import compare

    with open_engine() as engine:
        ours, till, totals, channel = (engine.connection.read_parquet(folder / f"{name}.parquet") for name in _SIDES)
        statement = ibis.to_sql(compare(ours, till, totals, channel), dialect="duckdb")
        began = time.process_time()
        engine.connection.raw_sql(f"COPY ({statement}) TO '{out}' (FORMAT PARQUET)")
        return time.process_time() - began


def _plain(folder: Path, out: Path) -> float:
    import duckdb

    from tools.reconcile.plain import COMPARED

    with duckdb.connect() as connection:
        for name in _SIDES:
            connection.execute(f"CREATE VIEW {name} AS SELECT * FROM '{folder / name}.parquet'")
        began = time.process_time()
        connection.execute(f"COPY ({COMPARED}) TO '{out}' (FORMAT PARQUET)")
        return time.process_time() - began


_SIDES = ("ours", "till", "totals", "channel")


def _main(way: str, folder: str) -> None:
    """One way in this process: figures as JSON. Both write the whole comparison to a file, which is looked at later."""
    import ibis  # noqa: F401 - both ways have the same program in memory
    import pyarrow  # noqa: F401

    import host_sim.settlement.reconciliation.engine  # noqa: F401

    out = Path(folder) / f"{way}.parquet".replace(" ", "_")
    wall, cpu = time.perf_counter(), time.process_time()
    statement_s = (_expressions if way == WAYS[0] else _plain)(Path(folder), out)
    wall_s, cpu_s = time.perf_counter() - wall, time.process_time() - cpu
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    figures = {"wall_s": wall_s, "cpu_s": cpu_s, "statement_s": statement_s, "peak_mb": peak_mb}
    print(json.dumps(figures | _looked_at(out)))


def _looked_at(out: Path) -> dict[str, Any]:
    """How many of each finding, and a digest of all rows in whatever order."""
    import duckdb

    with duckdb.connect() as connection:
        rows = connection.execute(f"SELECT finding, count(*) FROM '{out}' GROUP BY 1").fetchall()
        digest = connection.execute(
            "SELECT sum(hash(line, reference, kind, our_fen, channel_fen, fee_fen, payment_id, merchant_id, day::DATE,"
            f" standing, finding, difference_fen::BIGINT, till_says)) FROM '{out}'"
        ).fetchall()
    return {"sums": dict(rows), "digest": str(digest[0][0])}


def command() -> int:
    """`make reconcile-bench`: prints the figures; 1 where the ratio is MOST or more."""
    figures = measure(int(sys.argv[1]))
    for name, value in figures.items():
        print(f"{name:28} {value}")
    if figures["ratio of CPU"] >= MOST:
        print(f"the expressions cost {MOST} times the plain join or more", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    if len(sys.argv) == 2:
        try:
            sys.exit(command())
        except ToolError as error:
            sys.exit(f"make reconcile-bench: {error.what}\n  next: {error.do_next}")
    _main(*sys.argv[1:3])
