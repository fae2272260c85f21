"""Sides of any size to measure with: made in the engine itself from row numbers, so the same on every run."""

from pathlib import Path

import duckdb

FAULTS = {"long": 1, "short": 2, "amount": 3, "duplicate": 4, "late": 5}
ONE_IN = 1_000
"""Of this many items one has each fault."""
TERMINALS, BATCH = 600, 200

_OURS = """
SELECT lpad(i::VARCHAR, 12, '0') AS reference, CASE WHEN credit THEN 'refund' ELSE 'sale' END AS kind,
    CASE WHEN credit THEN -amount ELSE amount END AS amount_fen, DATE '2026-11-23' AS day,
    CASE WHEN fault = 5 THEN 'short' ELSE 'due' END AS standing, i + 1 AS payment_id, i % 20 + 1 AS merchant_id,
    lpad((90000000 + i % {terminals})::VARCHAR, 8, '0') AS terminal, i // {terminals} // {batch} + 1 AS batch,
    i // {terminals} // {batch} + 1 AS made,
    i // {terminals} % {batch} + 1 AS trace, 'domestic' AS scheme, credit
FROM (SELECT i, i % {one_in} AS fault, i % 50 = 49 AS credit, (100 + hash(i) % 99900)::BIGINT AS amount
    FROM range({rows}) t(i))
"""
_CHANNEL = """
SELECT row_number() OVER (ORDER BY payment_id, again) AS line,
    CASE WHEN fault = 1 THEN 'X' || reference ELSE reference END AS reference, kind,
    amount_fen + CASE WHEN fault = 3 THEN 1 ELSE 0 END AS amount_fen, abs(amount_fen) // 500 AS fee_fen, terminal, trace
FROM (SELECT *, (payment_id - 1) % {one_in} AS fault FROM ours), (VALUES (1), (2)) twice(again)
WHERE fault <> 2 AND (again = 1 OR fault = 4)
"""
_TOTALS = """
SELECT terminal, batch, scheme, sum(CASE WHEN credit THEN 0 ELSE amount_fen END)::BIGINT AS debit_fen,
    count(*) FILTER (NOT credit) AS debit_count,
    sum(CASE WHEN credit THEN -amount_fen ELSE 0 END)::BIGINT AS credit_fen,
    count(*) FILTER (credit) AS credit_count
FROM ours WHERE batch % 10 > 0 GROUP BY terminal, batch, scheme
"""
_TILL = """
SELECT terminal, made, trace, CASE WHEN trace % 100 = 0 THEN NULL ELSE abs(amount_fen) END AS amount_fen
FROM ours WHERE batch % 10 = 0
"""


def make_sides(folder: Path, rows: int) -> dict[str, Path]:
    """ours, channel, totals and till of `rows` items as Parquet files. A fault of every kind in ONE_IN items: a long
    one takes its own item away, so it is also a short one."""
    sizes = {"rows": rows, "one_in": ONE_IN, "terminals": TERMINALS, "batch": BATCH}
    paths = {}
    with duckdb.connect() as connection:
        for name, select in (("ours", _OURS), ("channel", _CHANNEL), ("totals", _TOTALS), ("till", _TILL)):
            connection.execute(f"CREATE TABLE {name} AS {select.format(**sizes)}")
            paths[name] = folder / f"{name}.parquet"
            connection.execute(f"COPY {name} TO '{paths[name]}' (FORMAT PARQUET)")
    return paths


def faults_in(rows: int) -> dict[str, int]:
    """How many of each finding a comparison of make_sides(rows) must give."""
    counts = {kind: len(range(first, rows, ONE_IN)) for kind, first in FAULTS.items()}
    counts["short"] += counts["long"]
    return counts | {"matched": rows - sum(counts[kind] for kind in ("short", "amount", "late"))}
