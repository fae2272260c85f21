"""The last fence before a log: digits that could be a card number, and long hex, do not pass."""

import logging
import re

from host_sim.networks.cards import luhn

_DIGITS = re.compile(r"\d{13,}")
_SHORTEST, _LONGEST = 13, 19
_HEX = re.compile(r"(?<![0-9A-Za-z])(?=[0-9A-Fa-f]*[A-Fa-f])[0-9A-Fa-f]{16,}(?![0-9A-Za-z])")


class Redaction(logging.Filter):
    """A filter that rewrites a record's message; it never drops one."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        clean = _HEX.sub("[hex]", _DIGITS.sub(_hidden, text))
        if clean != text:
            record.msg, record.args = clean, None
        return True


def logger(name: str) -> logging.Logger:
    """The host's logger of that name, fenced."""
    made = logging.getLogger(name)
    if not any(isinstance(one, Redaction) for one in made.filters):
        made.addFilter(Redaction())
    return made


def _hidden(match: re.Match[str]) -> str:
    """A card number may stand inside a longer run: in a track, or with an amount behind it."""
    digits = match.group()
    windows = (
        digits[at : at + length]
        for length in range(_SHORTEST, min(_LONGEST, len(digits)) + 1)
        for at in range(len(digits) - length + 1)
    )
    return f"[{len(digits)} digits]" if any(map(luhn, windows)) else digits
