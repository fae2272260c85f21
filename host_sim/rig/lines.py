"""A stripe head and a barcode scanner on one line to the till: each swipe and each code is a line of text.

Source: ISO/IEC 7811-6 (characters and LRC of tracks), ISO/IEC 15424 (symbology identifiers).
"""

from collections.abc import Callable

from host_sim.rig.uart import Line

SWIPE_US = 250_000
SENTINELS = {1: "%", 2: ";", 3: "+"}
END = "?"


def lrc(track: int, content: str) -> str:
    """The check character of a track's content, sentinels with it. ValueError for characters that the track lacks."""
    first, width = (0x20, 64) if track == 1 else (0x30, 16)
    start = "%" if track == 1 else ";"
    total = 0
    for character in start + content + END:
        value = ord(character) - first
        if not 0 <= value < width:
            raise ValueError(f"track {track} cannot hold {character!r}")
        total ^= value
    return chr(total + first)


def swipe_line(tracks: dict[int, str | None], with_lrc: bool = True) -> bytes:
    """tracks: content by number, without sentinels; None for one that cannot be read."""
    parts = []
    for number, content in sorted(tracks.items()):
        if content is None:
            parts.append(SENTINELS[number] + "E" + END)
        else:
            parts.append(SENTINELS[number] + content + END + (lrc(number, content) if with_lrc else ""))
    return "".join(parts).encode("ascii") + b"\r"


class Talkers:
    """The two devices, which only talk. damage: called once with the next line, gives the bytes that arrive instead, in
    parts with the microseconds between them."""

    line: Line

    def __init__(self) -> None:
        self.baud = 0
        self.ignored = 0
        self.damage: Callable[[bytes], list[tuple[int, bytes]]] | None = None

    def opened(self, baud: int) -> None:
        self.baud = baud

    def receive(self, data: bytes) -> None:
        self.ignored += len(data)

    def reset(self) -> None:
        self.damage = None

    def swipe(self, tracks: dict[int, str | None]) -> None:
        """A card goes through the head; the line comes when it has passed."""
        self._say(swipe_line(tracks), SWIPE_US)

    def scan(self, text: str, identifier: str = "]Q1") -> None:
        """A code is held before the scanner."""
        self._say((identifier + text).encode("ascii") + b"\r\n", 50_000)

    def _say(self, data: bytes, after_us: int) -> None:
        parts = [(0, data)]
        if self.damage is not None:
            parts, self.damage = self.damage(data), None
        for wait_us, part in parts:
            after_us += wait_us
            self.line.send(part, after_us)
