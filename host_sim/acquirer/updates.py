"""Newer versions of the till that a host offers: signed files in a folder. docs/update.md has the format.

The host cannot sign: it hands out what the till's maker has signed, and the till proves it.
"""

import hashlib
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

HEADER = struct.Struct(">4sBBHII8s16s32s")
MAGIC, FORMAT = b"TUPD", 1
SUFFIX = ".update"
PART_BYTES = 480  # of a body in one answer
NAME_BYTES = 8


class UpdateFileError(Exception):
    """A file that is no update, or none that can be offered. args: what, what to do."""


def number_of(version: str) -> int | None:
    """ "1.2.3" as a number that grows with it, None where it is none."""
    parts = version.split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) <= 3 for part in parts):
        return None
    return (int(parts[0]) * 1000 + int(parts[1])) * 1000 + int(parts[2])


class Package(NamedTuple):
    """One file. version: number. base: identity of the base image, 16 hex digits. board: name. signature: b"" while
    it has none."""

    version: int
    base: str
    board: str
    body: bytes
    signature: bytes

    def header(self, signature_bytes: int | None = None) -> bytes:
        """The 72 bytes that are signed."""
        digest = hashlib.sha256(self.body).digest()
        size = len(self.signature) if signature_bytes is None else signature_bytes
        base, board = bytes.fromhex(self.base), self.board.encode().ljust(16, b"\0")
        return HEADER.pack(MAGIC, FORMAT, 0, size, self.version, len(self.body), base, board, digest)

    @property
    def name(self) -> str:
        """What a till asks for its parts by."""
        return hashlib.sha256(self.body).digest()[:NAME_BYTES].hex()

    @property
    def text(self) -> str:
        return f"{self.version // 1_000_000}.{self.version // 1000 % 1000}.{self.version % 1000}"

    def pack(self) -> bytes:
        return self.header() + self.signature + self.body


def parse(data: bytes) -> Package:
    """Raises UpdateFileError."""
    if len(data) < HEADER.size:
        raise UpdateFileError("it is shorter than a header", "build it again")
    magic, form, zero, size, version, length, base, board, digest = HEADER.unpack_from(data)
    signature, body = data[HEADER.size : HEADER.size + size], data[HEADER.size + size :]
    if (magic, form, zero) != (MAGIC, FORMAT, 0):
        raise UpdateFileError("it does not begin as an update does", "build it again")
    if len(body) != length or hashlib.sha256(body).digest() != digest:
        raise UpdateFileError("its body is not the one that its header names", "build it again")
    return Package(version, base.hex(), board.rstrip(b"\0").decode("ascii", "replace"), body, signature)


def load(path: Path) -> Package:
    """Raises UpdateFileError, which names the file."""
    try:
        return parse(path.read_bytes())
    except OSError as error:
        raise UpdateFileError(f"{path} cannot be read: {error.strerror}", "name another file") from None
    except UpdateFileError as error:
        raise UpdateFileError(f"{path}: {error.args[0]}", error.args[1]) from None


class Offers:
    """What there is to offer."""

    def __init__(self, packages: Iterable[Package] = ()):
        self._packages = sorted(packages, key=lambda one: one.version)

    @classmethod
    def of(cls, folder: Path | None) -> "Offers":
        """All signed ones of a folder. Raises UpdateFileError."""
        if folder is None:
            return cls()
        if not folder.is_dir():
            raise UpdateFileError(f"{folder} is no folder", "name the folder that has the signed updates")
        found = [load(path) for path in sorted(folder.glob(f"*{SUFFIX}"))]
        for package in found:
            if not package.signature:
                raise UpdateFileError(f"version {package.text} is not signed", "sign it: picotill update sign")
        return cls(found)

    @property
    def newest(self) -> int:
        """Version of the newest, whatever it is for; 0 for none."""
        return self._packages[-1].version if self._packages else 0

    def best(self, board: str, base: str, version: int) -> Package | None:
        """The newest for such a till, None where there is none newer than its own."""
        fitting = [one for one in self._packages if (one.board, one.base) == (board, base) and one.version > version]
        return fitting[-1] if fitting else None

    def named(self, name: str) -> Package | None:
        return next((one for one in self._packages if one.name == name), None)
