"""What a secret may look like in a file: every usual encoding of digits, track 2 and bytes, as patterns to look for."""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tools.errors import ToolError

SHORT_DIGITS = 8  # below it chance is not negligible in a few megabytes
BYTES_LEAST = 8
BROKEN_BY = b" \t\r\n-:"
_URLSAFE = bytes.maketrans(b"+/", b"-_")
_DIGITS = re.compile(r"[0-9]+")
TRACK2 = re.compile(r"[0-9]{12,19}[=Dd][0-9]{4,}")


class SecretError(ToolError):
    """A secret that cannot be looked for."""


@dataclass(frozen=True)
class Secret:
    """kind: what a finding calls it. value: digits, track 2 with = or D, or bytes."""

    kind: str
    value: str | bytes = field(repr=False)

    def __post_init__(self) -> None:
        value = self.value
        if isinstance(value, bytes):
            fine = len(value) >= BYTES_LEAST and len(set(value)) > 1
            advice = f"give at least {BYTES_LEAST} bytes that are not all the same"
        else:
            fine = bool(TRACK2.fullmatch(value) or (_DIGITS.fullmatch(value) and 4 <= len(value) <= 19))
            advice = "give 4 to 19 digits, or track 2 with = or D and without sentinels"
        if not fine:
            raise SecretError(f"{self.kind} is not to be told from chance, or not of that form", advice)

    @property
    def short(self) -> bool:
        return isinstance(self.value, str) and len(self.value) < SHORT_DIGITS


@dataclass(frozen=True)
class Needle:
    """view: which reading of the data it is looked for in. before, after: the nibbles that must stand beside it."""

    secret: Secret
    encoding: str
    pattern: bytes = field(repr=False)
    view: str = "raw"
    before: int | None = field(default=None, repr=False)
    after: int | None = field(default=None, repr=False)
    alone: str = ""  # "text" or "packed": a short secret, and how it must stand alone


def needles(secret: Secret) -> Iterator[Needle]:
    """Everything that one secret may look like."""
    if isinstance(secret.value, bytes):
        yield from _bytes(secret, secret.value, "bytes")
        return
    texts = [secret.value]
    if not _DIGITS.fullmatch(secret.value):
        digits = re.sub("[=Dd]", "=", secret.value)
        texts = [digits, digits.replace("=", "D"), digits.replace("=", "d")]
    for text in texts:
        yield from _text(secret, text.encode("ascii"), "ASCII", "text" if secret.short else "")
    yield from _packed(secret, texts[-1])
    if _DIGITS.fullmatch(secret.value) and not secret.short:
        number = int(secret.value)
        if number.bit_length() <= 64 and number >= 1 << 32:
            yield Needle(secret, "integer, big-endian", number.to_bytes(8, "big"))
            yield Needle(secret, "integer, little-endian", number.to_bytes(8, "little"))


def _text(secret: Secret, text: bytes, name: str, alone: str = "") -> Iterator[Needle]:
    yield Needle(secret, name, text, alone=alone)
    if not alone:
        yield _broken(Needle(secret, name, text))
    yield from _hex(secret, text, f"hex of {name}")
    yield from _base64(secret, text, name)
    yield from _wide(secret, text, name, alone)


def _bytes(secret: Secret, value: bytes, name: str) -> Iterator[Needle]:
    yield Needle(secret, name, value)
    yield from _hex(secret, value, "hex")
    yield from _base64(secret, value, name)
    for case in (value.hex(), value.hex().upper()):
        yield from _base64(secret, case.encode("ascii"), "hex")


def _hex(secret: Secret, value: bytes, name: str) -> Iterator[Needle]:
    lower = value.hex().encode("ascii")
    yield Needle(secret, name, lower, "lower")
    yield Needle(secret, name, lower, "squeezed lower")
    yield from _wide(secret, lower, name, view="lower")


def _wide(secret: Secret, text: bytes, name: str, alone: str = "", view: str = "raw") -> Iterator[Needle]:
    plain = text.decode("ascii")
    yield Needle(secret, f"{name} in UTF-16 LE", plain.encode("utf-16-le"), view, alone=alone and "wide")
    yield Needle(secret, f"{name} in UTF-16 BE", plain.encode("utf-16-be"), view, alone=alone and "wide")


def _base64(secret: Secret, value: bytes, name: str) -> Iterator[Needle]:
    """The characters that do not depend on what stands before and behind, for each of three alignments."""
    for skipped in range(3):
        whole = base64.b64encode(bytes(skipped) + value)
        first, last = -(-skipped * 8 // 6), (skipped + len(value)) * 8 // 6
        plain = whole[first:last]
        for pattern, kind in ((plain, "base64"), (plain.translate(_URLSAFE), "URL-safe base64")):
            if kind == "base64" or pattern != plain:
                needle = Needle(secret, f"{kind} of {name}, {skipped} bytes off", pattern)
                yield needle
                yield _broken(needle)


def _broken(needle: Needle) -> Needle:
    """The same, in data and pattern without what may break a text."""
    pattern = needle.pattern.translate(None, BROKEN_BY)
    return Needle(needle.secret, needle.encoding, pattern, "squeezed")


def _packed(secret: Secret, digits: str) -> Iterator[Needle]:
    """BCD, two digits a byte, from the high and from the low nibble. A nibble over is compared by itself."""
    alone = "packed" if secret.short else ""
    for name, begin in (("high", 0), ("low", 1)):
        body, end = digits[begin:], (len(digits) - begin) // 2 * 2
        whole = bytes.fromhex(body[:end])
        needle = Needle(
            secret,
            f"packed BCD from the {name} nibble",
            whole,
            before=int(digits[0], 16) if begin else None,
            after=int(body[end], 16) if end < len(body) else None,
            alone=alone,
        )
        yield needle
        if not alone:
            yield from _base64(secret, whole, f"packed BCD from the {name} nibble")
    if not _DIGITS.fullmatch(digits):  # of digits the hex of BCD is the digits themselves
        yield Needle(secret, "hex of packed BCD", digits.lower().encode("ascii"), "lower")
