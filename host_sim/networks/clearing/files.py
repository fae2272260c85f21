"""Clearing files on disk: which format a channel has, written whole or not at all, read from their first byte."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from host_sim.networks.clearing import fixed, table
from host_sim.networks.clearing.item import ClearingItem, FileHead, FileSums

FORMATS: dict[str, ModuleType] = {"fixed": fixed, "csv": table}
SUFFIXES = {"fixed": ".clr", "csv": ".csv"}


def file_name(head: FileHead, form: str) -> str:
    """What the file of a channel's day is called."""
    return f"{head.channel}-{head.day:%Y%m%d}{SUFFIXES[form]}"


def write_file(path: Path, form: str, head: FileHead, items: Iterable[ClearingItem]) -> FileSums:
    """Write a file under its name only once it is complete. form: fixed or csv. Raises ClearingError, OSError."""
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            sums = FORMATS[form].write(file, head, items)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return sums


@contextmanager
def reading(path: Path) -> Iterator[tuple[FileHead, Iterator[ClearingItem]]]:
    """The head and the items of a file of either format. Raises ClearingError, also while the items are taken."""
    with path.open("rb") as file:
        form = "fixed" if file.read(2) == b"HD" else "csv"
        file.seek(0)
        yield FORMATS[form].read(file)


def form_of(path: Path) -> str:
    """fixed or csv, by the file's first bytes."""
    with path.open("rb") as file:
        return "fixed" if file.read(2) == b"HD" else "csv"
