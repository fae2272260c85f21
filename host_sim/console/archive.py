"""What was seen at the counter and what was printed, kept over runs in one SQLite file; redacted before it gets here.

Each event stands once it has been kept, however the process ends (WAL: a commit survives the process; after a power
loss of the laptop itself the newest may be missing). Both tables are bounded in count and in bytes.
"""

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

EVENTS_MOST, EVENT_BYTES_MOST = 20_000, 24_000_000
SLIPS_MOST, SLIP_BYTES_MOST = 500, 8_000_000
TRIM_EVERY = 256  # a table passes its bounds by so many rows at most
TABLES = """
CREATE TABLE IF NOT EXISTS event (n INTEGER PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS slip (n INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL);
"""

Body = dict[str, Any]


class Archive:
    """path: of the file. A file that is no database any more is put aside as .damaged, and a new one begun; was_damaged
    says so. bounds: of each table, rows and bytes."""

    def __init__(
        self,
        path: Path,
        events: tuple[int, int] = (EVENTS_MOST, EVENT_BYTES_MOST),
        slips: tuple[int, int] = (SLIPS_MOST, SLIP_BYTES_MOST),
    ):
        self._bounds = {"event": events, "slip": slips}
        self._kept = {"event": 0, "slip": 0}
        self.was_damaged = False
        try:
            self._file = _open(path)
        except sqlite3.DatabaseError:
            self.was_damaged = True
            path.replace(path.with_suffix(".damaged"))
            for beside in ("-wal", "-shm"):
                path.with_name(path.name + beside).unlink(missing_ok=True)
            self._file = _open(path)

    def keep_event(self, event: Body) -> None:
        """event: with its number under "n"."""
        self._file.execute("INSERT OR REPLACE INTO event VALUES (?, ?)", (event["n"], _text(event)))
        self._count("event")

    def events(self) -> Iterator[Body]:
        """All of them, oldest first. One that cannot be read is passed over."""
        for (body,) in self._file.execute("SELECT body FROM event ORDER BY n"):
            with contextlib.suppress(ValueError):
                yield json.loads(body)

    def keep_slip(self, slip: Body) -> int:
        """The number under which it is kept; none comes twice."""
        number = self._file.execute("INSERT INTO slip (body) VALUES (?)", (_text(slip),)).lastrowid
        self._count("slip")
        assert number is not None
        return number

    def slip(self, number: int) -> Body | None:
        row = self._file.execute("SELECT body FROM slip WHERE n = ?", (number,)).fetchone()
        return json.loads(row[0]) if row else None

    def slips(self, most: int) -> list[tuple[int, Body]]:
        """The newest, oldest first."""
        rows = self._file.execute("SELECT n, body FROM slip ORDER BY n DESC LIMIT ?", (most,)).fetchall()
        return [(number, json.loads(body)) for number, body in reversed(rows)]

    def close(self) -> None:
        for table in self._bounds:
            self._trim(table)
        self._file.close()

    def _count(self, table: str) -> None:
        self._kept[table] += 1
        if self._kept[table] % TRIM_EVERY == 0:
            self._trim(table)

    def _trim(self, table: str) -> None:
        """Lets the oldest go, first by count, then until the rest is small enough."""
        rows, most_bytes = self._bounds[table]
        self._file.execute(
            f"DELETE FROM {table} WHERE n IN (SELECT n FROM (SELECT n, row_number() OVER newest AS place, "
            f"sum(length(CAST(body AS BLOB))) OVER newest AS sum FROM {table} WINDOW newest AS (ORDER BY n DESC)) "
            "WHERE place > ? OR sum > ?)",
            (rows, most_bytes),
        )


def _open(path: Path) -> sqlite3.Connection:
    # Used on the event loop only; a web server may close it from another thread.
    file = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        file.execute("PRAGMA journal_mode = WAL")
        file.execute("PRAGMA synchronous = NORMAL")
        file.executescript(TABLES)
    except sqlite3.DatabaseError:
        file.close()
        raise
    path.chmod(0o600)
    return file


def _text(body: Body) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
