"""Card verification results: what the card tells its issuer of this transaction and the last, in each scheme's bytes.

Sources: VIS 1.4 and PBOC 3.0 part 5 (length 3, three bytes), M/Chip 4 (six bytes).
"""

from dataclasses import dataclass

AAC, TC, ARQC = 0x00, 0x40, 0x80
NOT_ASKED = 0x80
"""Of the second cryptogram, in a CVR."""


@dataclass
class Verdict:
    """first, second: cryptogram types (AAC, TC, ARQC; second None before it was asked). The rest as named."""

    first: int = AAC
    second: int | None = None
    issuer_authenticated: bool = False
    issuer_failed: bool = False
    pin_tried: bool = False
    pin_failed: bool = False
    pin_blocked: bool = False
    no_online: bool = False
    last_incomplete: bool = False
    over_limits: bool = False
    new_card: bool = False
    last_issuer_failed: bool = False
    last_script_failed: bool = False
    scripts: int = 0
    dda: bool = False
    cda: bool = False
    tries: int = 3

    def _types(self) -> int:
        second = NOT_ASKED if self.second is None else self.second
        return second | self.first >> 2

    def vis(self) -> bytes:
        """03 and three bytes."""
        one = self._types() | self.issuer_failed << 3 | self.pin_tried << 2 | self.pin_failed << 1 | self.no_online
        two = (
            self.last_incomplete << 7
            | self.pin_blocked << 6
            | self.over_limits << 5
            | self.new_card << 4
            | self.last_issuer_failed << 3
        )
        three = min(self.scripts, 15) << 4 | self.last_script_failed << 3 | self.dda
        return bytes([3, one, two, three])

    def mchip(self) -> bytes:
        """Six bytes."""
        one = self._types() | self.pin_tried << 2 | (self.pin_tried and not self.pin_failed)
        two = self.dda << 7 | self.cda << 6 | self.issuer_authenticated << 4
        three = min(self.scripts, 15) << 4 | self.tries & 15
        four = self.no_online << 7 | (not self.pin_tried) << 6 | self.pin_failed << 5 | self.pin_blocked << 4
        five = self.over_limits << 7 | self.last_incomplete << 3
        six = self.issuer_failed << 2 | bool(self.scripts) << 1 | self.last_script_failed
        return bytes([one, two, three, four, five, six])
