"""What the disk and SQLite alone can do: the rows of a payment committed by the standard library, nothing else."""

import sqlite3
import time
from pathlib import Path

ROWS = 8
"""Of an online sale: payment, message, two entries with four lines."""
ROW_BYTES = 120


def bare_commits(path: Path, payments: int) -> tuple[float, float]:
    """Payments a second, and processor ms a payment, when each payment's rows are two durable transactions."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, body BLOB)")
    row = bytes(ROW_BYTES)
    began, cpu = time.monotonic(), time.process_time()
    for _ in range(payments):
        for rows in (2, ROWS - 2):  # taken, and concluded
            database.execute("BEGIN IMMEDIATE")
            for _ in range(rows):
                database.execute("INSERT INTO bare (body) VALUES (?)", (row,))
            database.execute("COMMIT")
    took_s, cpu_s = time.monotonic() - began, time.process_time() - cpu
    database.close()
    return payments / took_s, cpu_s / payments * 1000
