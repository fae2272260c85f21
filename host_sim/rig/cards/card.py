"""What every card in the reader's field is: ISO/IEC 14443-4, one command at a time."""

from collections.abc import Callable

# TL, T0 (frames of 256 bytes; TA1, TB1, TC1 follow), TA1 (106 kbit/s), TB1 (FWI 8: 77 ms), TC1 (CID), historical bytes
ATS = bytes.fromhex("0A 78 80 80 02") + b"QPBOC"


class Card:
    """uid: 4, 7 or 10 bytes. ats: the answer to select, its length byte first (ISO/IEC 14443-4, 5.2).

    leave: takes the card out of the field it is in; whoever presents the card sets it.
    """

    uid: bytes
    ats: bytes = ATS

    def __init__(self) -> None:
        self.leave: Callable[[], object] = lambda: None

    def reset(self) -> None:
        """The field went away: the session is forgotten, what is in non-volatile memory stays."""

    def process(self, apdu: bytes) -> bytes | None:
        """Answers one command with data and status word. None: the card says nothing."""
        raise AssertionError("a card without an application")

    def time_us(self, apdu: bytes) -> int:
        """How long the card computes on a command."""
        return 2_000
