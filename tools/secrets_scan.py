"""`picotill scan`: looks for card data and keys where they must not be, in every form that they usually take.

A secret is digits (PAN, PIN), track 2, or bytes (keys, PIN blocks). It is looked for as ASCII digits, packed BCD from
either nibble, hex of the text and of the bytes, base64 (plain and URL-safe, from each of its three alignments), UTF-16
in both byte orders and, as databases keep numbers, an integer of 8 bytes. Hex may be upper, lower or mixed; texts may
be broken by blanks, hyphens, colons and line ends. A find is told by place, offset, encoding and kind: never itself.

Four to seven digits can be there by chance. They count where they stand alone: as text inside a run of at most RUN_MOST
letters and digits, as packed BCD between filler (or behind their own number), and not as base64 of packed BCD.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Annotated

import typer

from tools.errors import ToolError
from tools.secret_forms import BROKEN_BY, TRACK2, Needle, Secret, SecretError, needles

RUN_MOST = 24
FINDINGS_MOST = 1000
BLOCK = 4096
FILLER = (0x00, 0x20, 0xFF)
_RUN = re.compile(rb"[0-9A-Za-z]")


@dataclass(frozen=True)
class Finding:
    """place: file or name of what was searched. offset: bytes from its beginning, where the find begins."""

    place: str
    offset: int
    encoding: str
    kind: str
    length: int = field(compare=False, default=0)

    def __str__(self) -> str:
        return f"{self.place} at byte {self.offset}: {self.kind} as {self.encoding}"


# ---- the data, in its readings
class Data:
    """One file or text. Its readings are made once, when the first needle asks for them."""

    def __init__(self, place: str, raw: bytes):
        self.place, self.raw = place, raw

    @cached_property
    def lower(self) -> bytes:
        return self.raw.lower()

    @cached_property
    def squeezed(self) -> bytes:
        return self.raw.translate(None, BROKEN_BY)

    @cached_property
    def squeezed_lower(self) -> bytes:
        return self.squeezed.lower()

    def reading(self, view: str) -> bytes:
        return getattr(self, view.replace(" ", "_")) if view != "raw" else self.raw

    @cached_property
    def _kept(self) -> list[int]:
        """How many bytes of the squeezed reading stand before each block of the data."""
        blocks = (self.raw[at : at + BLOCK] for at in range(0, len(self.raw), BLOCK))
        return [0, *accumulate(len(block.translate(None, BROKEN_BY)) for block in blocks)]

    def offset(self, view: str, at: int) -> int:
        """Where a byte of that reading stands in the data itself."""
        if not view.startswith("squeezed"):
            return at
        block = bisect_right(self._kept, at) - 1
        left = at - self._kept[block]
        for offset in range(block * BLOCK, len(self.raw)):
            if self.raw[offset] not in BROKEN_BY:
                if not left:
                    return offset
                left -= 1
        raise IndexError(at)


def search(secrets: Iterable[Secret], places: Iterable[tuple[str, bytes]]) -> list[Finding]:
    """All findings, by place and offset. A find inside a longer one (a PAN inside its track 2) is not told twice;
    after FINDINGS_MOST in one place the rest of it is left."""
    wanted = list(dict.fromkeys(needle for secret in secrets for needle in needles(secret)))
    found: list[Finding] = []
    for place, raw in places:
        data = Data(place, raw)
        here: list[Finding] = []
        for needle in wanted:
            here += _occurrences(data, needle, FINDINGS_MOST - len(here))
        found += _longest(here)
    return found


def _occurrences(data: Data, needle: Needle, most: int) -> list[Finding]:
    haystack, found, at = data.reading(needle.view), [], -1
    while len(found) < most and (at := haystack.find(needle.pattern, at + 1)) >= 0:
        end = at + len(needle.pattern)
        if _beside(haystack, needle, at, end) and _stands_alone(haystack, needle, at, end):
            begin = data.offset(needle.view, at)
            length = data.offset(needle.view, end - 1) + 1 - begin
            early, late = needle.before is not None, needle.after is not None
            found.append(Finding(data.place, begin - early, needle.encoding, needle.secret.kind, length + early + late))
    return found


def _beside(data: bytes, needle: Needle, at: int, end: int) -> bool:
    if needle.before is not None and (at == 0 or data[at - 1] & 0x0F != needle.before):
        return False
    return needle.after is None or (end < len(data) and data[end] >> 4 == needle.after)


def _stands_alone(data: bytes, needle: Needle, at: int, end: int) -> bool:
    if not needle.alone:
        return True
    if needle.alone == "packed":
        return _filler_beside(data, needle, at, end)
    step = 2 if needle.alone == "wide" else 1
    left, right = at, end
    while left - step >= 0 and right - left <= RUN_MOST * step and _RUN.match(data, left - step + _first(needle)):
        left -= step
    while right < len(data) and right - left <= RUN_MOST * step and _RUN.match(data, right + _first(needle)):
        right += step
    return right - left <= RUN_MOST * step


def _first(needle: Needle) -> int:
    """Where in a character of two bytes its letter stands."""
    return 1 if needle.alone == "wide" and needle.pattern[0] == 0 else 0


def _filler_beside(data: bytes, needle: Needle, at: int, end: int) -> bool:
    """Filler or the end of the data on both sides; in front it may be the number of digits too (ISO 9564-1)."""
    digits = len(needle.secret.value)
    if needle.before is not None:
        left = data[at - 1] >> 4 in (0x0, 0xF, digits)
    else:
        left = not at or data[at - 1] in (*FILLER, digits)
    if needle.after is not None:
        return left and data[end] & 0x0F in (0x0, 0xF)
    return left and (end == len(data) or data[end] in FILLER)


def _longest(found: list[Finding]) -> list[Finding]:
    kept: list[Finding] = []
    for finding in sorted(set(found), key=lambda one: (one.offset, -one.length, one.kind, one.encoding)):
        if not any(_tells(one, finding) for one in kept[-8:]):
            kept.append(finding)
    return kept


def _tells(one: Finding, other: Finding) -> bool:
    """Whether one finding says all that the other would: it is the same kind in the same place, or a longer thing."""
    begins, ends = other.offset - one.offset, one.offset + one.length - other.offset - other.length
    if one.kind == other.kind:
        return begins >= 0 and ends >= -1  # the zeros around a text in UTF-16 belong to either byte order
    return begins >= 0 and ends >= 0 and one.length > other.length


# ---- files
def files(paths: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file; of a folder, all that is below it. ToolError where one cannot be read."""
    for path in paths:
        if not path.exists():
            raise ToolError(f"there is no {path}", "name files or folders that are there")
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                yield str(file.relative_to(path) if path.is_dir() else file), _content(file)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ToolError(f"{file} cannot be read: {error.strerror}", "give yourself the right to read it") from None


DIGIT_KINDS: dict[str, Callable[[str], bool]] = {
    "pan": lambda value: 12 <= len(value) <= 19 and value.isdigit(),
    "pin": lambda value: 4 <= len(value) <= 12 and value.isdigit(),
    "track2": lambda value: bool(TRACK2.fullmatch(value)),
}


def read_secrets(lines: Iterable[str]) -> list[Secret]:
    """`kind value` a line: pan, pin and track2 as they are, every other kind (tmk, pin-block ...) in hex. # begins a
    comment. ToolError with the number of the line, without what is in it."""
    secrets = []
    for number, line in enumerate(lines, 1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        kind, value = words[0].lower(), words[-1]
        try:
            if len(words) != 2 or not DIGIT_KINDS.get(kind, lambda value: True)(value):
                raise ValueError
            secrets.append(Secret(kind, value if kind in DIGIT_KINDS else bytes.fromhex(value)))
        except (ValueError, SecretError):
            advice = "write `pan DIGITS`, `pin DIGITS`, `track2 PAN=REST`, or a name and at least 8 bytes in hex"
            raise ToolError(f"line {number} of the secrets is wrong", advice) from None
    if not secrets:
        raise ToolError("there are no secrets to look for", "write one a line: `pan DIGITS`, `tmk HEX`")
    return secrets


def command(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders to search.")],
    secrets: Annotated[
        typer.FileText,
        typer.Option(help="File of `kind value` lines, - for standard input: pan, pin, track2, or a name and hex."),
    ],
) -> int:
    """Look for card numbers, tracks, PINs and keys in files, in every usual encoding. Never shows what it found.

    Exit status 0: nothing is there. 1: something is, and each line says where.
    """
    wanted = read_secrets(secrets)
    places = list(files(paths))
    found = search(wanted, places)
    for finding in found:
        print(finding)
    size = sum(len(data) for _, data in places)
    print(f"{len(found)} found: {len(wanted)} secrets in {len(places)} files of {size} bytes")
    return 1 if found else 0
