"""Where the comparison runs, by a connection string; the expressions are the same everywhere.

    duckdb://                      in this process (the default); duckdb:///file.duckdb keeps its tables
    postgresql://user@host/name    a PostgreSQL server, in temporary tables
    pyspark://local[2]             a Spark master: PySpark must be installed (requirements/spark.txt, and Java)

`folder` is where a distributed engine's workers find what was loaded: a folder that all of them see.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as parquet
from ibis.expr.schema import Schema
from ibis.expr.types import Table

ROWS_AT_ONCE = 50_000
DEFAULT = "duckdb://"


class EngineError(Exception):
    """An engine that cannot be had. args: the engine, reason and what to do."""

    def __str__(self) -> str:
        return ": ".join(str(part) for part in self.args)


class Engine:
    """An open engine. Close it, or use it in a with statement. connection: an ibis backend. spark: its session."""

    def __init__(self, connection: Any, folder: Path | None = None, spark: Any = None):
        self.connection = connection
        self._spark = spark
        self._own = tempfile.TemporaryDirectory(prefix="picotill-reconcile-") if folder is None and spark else None
        self._folder = folder or Path(self._own.name if self._own else ".")
        self._loaded = 0
        self._names: set[str] = set()
        self._statements: dict[tuple[str, ...], str] = {}

    def load(self, name: str, schema: Schema, rows: Iterable[tuple[Any, ...]]) -> Table:
        """Rows into a table of the engine, a batch at a time: no more than ROWS_AT_ONCE are held here."""
        failed: list[Exception] = []

        def guarded() -> Iterator[tuple[Any, ...]]:
            try:
                yield from rows
            except Exception as error:  # an engine that reads this would tell of it in words of its own
                failed.append(error)
                raise

        name = f"side_{name}"
        self._names.add(name)
        try:
            return self._load(name, schema, batched(schema, guarded()))
        except Exception:
            if failed:
                raise failed[0] from None
            raise

    def _load(self, name: str, schema: Schema, batches: Iterator[pa.RecordBatch]) -> Table:
        if self._spark is not None:
            self._loaded += 1
            path = self._folder / f"{name}_{self._loaded}.parquet"
            write_parquet(path, schema, batches)
            return self.connection.read_parquet(str(path), table_name=name)
        reader = pa.RecordBatchReader.from_batches(schema.to_pyarrow(), batches)
        if self.connection.name == "duckdb":
            self.connection.con.register("incoming", reader)
            self.connection.raw_sql(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM incoming")
            self.connection.con.unregister("incoming")
            return self.connection.table(name)
        # By hand: what ibis 12 makes of drop_table with the newest sqlglot lacks the name.
        self.connection.raw_sql(f"DROP TABLE IF EXISTS {name}").close()
        self.connection.create_table(name, schema=schema, temp=True)
        for batch in reader:
            if batch.num_rows:
                self.connection.insert(name, pa.Table.from_batches([batch]))
        return self.connection.table(name)

    def rows(self, table: Table) -> list[dict[str, Any]]:
        """What an expression comes to."""
        return self.connection.to_pyarrow(table).to_pylist()

    def stream(self, build: Callable[..., Table], *tables: Table) -> Iterator[dict[str, Any]]:
        """What build(*tables) comes to, row by row: held as the engine's columns, ROWS_AT_ONCE as rows.

        The embedded engine keeps the statement: tables of the same names give the same one.
        """
        if self.connection.name == "duckdb":
            names = (build.__qualname__, *(table.get_name() for table in tables))
            if names not in self._statements:
                self._statements[names] = str(ibis.to_sql(build(*tables), dialect="duckdb"))
            found = self.connection.con.sql(self._statements[names]).to_arrow_table()
        else:
            found = self.connection.to_pyarrow(build(*tables))
        for batch in found.to_batches(max_chunksize=ROWS_AT_ONCE):
            yield from batch.to_pylist()

    def clear(self) -> None:
        """Empty what was loaded."""
        for name in self._names:
            if self._spark is None:
                self.connection.raw_sql(f"DELETE FROM {name}")

    def close(self) -> None:
        """Let go of the engine and of what was loaded."""
        self.connection.disconnect()
        if self._spark is not None:
            self._spark.stop()
        if self._own is not None:
            self._own.cleanup()

    def __enter__(self) -> "Engine":
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def batched(schema: Schema, rows: Iterable[tuple[Any, ...]]) -> Iterator[pa.RecordBatch]:
    """Rows as Arrow batches."""
    arrow = schema.to_pyarrow()
    held: list[tuple[Any, ...]] = []
    for row in rows:
        held.append(row)
        if len(held) == ROWS_AT_ONCE:
            yield _batch(arrow, held)
            held.clear()
    if held:
        yield _batch(arrow, held)


def write_parquet(path: Path, schema: Schema, batches: Iterable[pa.RecordBatch]) -> None:
    """Batches as a Parquet file."""
    with parquet.ParquetWriter(path, schema.to_pyarrow()) as writer:
        for batch in batches:
            writer.write_batch(batch)


def _batch(schema: pa.Schema, rows: list[tuple[Any, ...]]) -> pa.RecordBatch:
    columns = zip(*rows, strict=True)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def open_engine(url: str = DEFAULT, folder: Path | None = None) -> Engine:
    """An engine by its connection string. Raises EngineError."""
    kind = url.partition("://")[0]
    if kind == "duckdb":
        return Engine(ibis.duckdb.connect(url.removeprefix("duckdb://").removeprefix("/") or ":memory:"))
    if kind in ("postgresql", "postgres"):
        return Engine(ibis.connect(url))
    if kind == "pyspark":
        return _spark(url.removeprefix("pyspark://") or "local[2]", folder)
    raise EngineError(kind or url, "is not known: use duckdb://, postgresql://... or pyspark://MASTER")


def _spark(master: str, folder: Path | None) -> Engine:
    try:
        from pyspark.sql import SparkSession  # pyright: ignore[reportMissingImports] - installed apart
    except ModuleNotFoundError:
        raise EngineError("pyspark", "is not installed: install requirements/spark.txt, and Java") from None
    builder = SparkSession.builder.master(master).appName("picotill reconciliation")
    settings = {"spark.ui.enabled": "false", "spark.sql.session.timeZone": "UTC", "spark.log.level": "ERROR"}
    if master.startswith("local"):
        # Nothing of a local run listens beyond this machine.
        settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
        settings |= {"spark.sql.shuffle.partitions": "4"}
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    return Engine(ibis.pyspark.connect(session), folder, session)
