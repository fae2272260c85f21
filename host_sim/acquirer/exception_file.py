"""The exception file: cards that no terminal may take without its issuer. Source: EMV 4.4 Book 3, 10.6 (terminal
exception file).

A card stands in it as the first 8 bytes of the SHA-256 of its number's digits, so that no file has a number in clear.
"""

from hashlib import sha256
from pathlib import Path

DIGEST_BYTES = 8
CARDS_MOST = 40  # what one answer holds
TAG = 0xDF0B  # ours, beside DF0A of a revoked certificate


class ExceptionFileError(Exception):
    """A file that cannot be read as one. args: what, what to do."""


def digest(pan: str) -> bytes:
    """How a card number stands in the file."""
    return sha256(pan.encode("ascii")).digest()[:DIGEST_BYTES]


def read_exceptions(path: Path | None) -> tuple[bytes, ...]:
    """The cards in a file: a line of 16 hex digits each, `#` begins a remark. None: no card. Raises
    ExceptionFileError."""
    if path is None:
        return ()
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ExceptionFileError(f"{path} cannot be read: {type(error).__name__}", "name a text file") from None
    found: list[bytes] = []
    for number, line in enumerate(lines, 1):
        text = line.partition("#")[0].strip()
        if not text:
            continue
        try:
            one = bytes.fromhex(text)
        except ValueError:
            one = b""
        if len(one) != DIGEST_BYTES:
            mend = "write the first 16 hex digits of the SHA-256 of the card number"
            raise ExceptionFileError(f"{path} line {number} is not 16 hex digits", mend)
        found.append(one)
    if len(found) > CARDS_MOST:
        raise ExceptionFileError(f"{path} has {len(found)} cards", f"keep at most {CARDS_MOST}, the newest ones")
    return tuple(dict.fromkeys(found))
