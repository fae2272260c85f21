"""Listens on the line between till and host and keeps what the proof needs of it.

It stands at the till's end: it hears what left the till before any switch of the world loses or spoils it, and what
reached the till after that.
"""

from dataclasses import dataclass, field

from host_sim.acquirer.codec import Codec, CodecError
from host_sim.acquirer.frame import FrameError, FrameReader
from host_sim.acquirer.profiles import load_profile
from host_sim.acquirer.totals import Totals, TotalsError, read_totals
from host_sim.rig.link import Intercept, Link


@dataclass
class Heard:
    """One message: its type, F3, F11, F39 and direction. Nothing of a card."""

    direction: str
    mti: str
    processing: str
    trace: str
    response: str


@dataclass
class Wiretap:
    """link: where to listen. totals: of the last 0500 that left the till. pin_blocks: F52 as they went over the line,
    for the search of what was stored. key_downloads: F62 of the sign-on answers, for the same."""

    link: Link
    heard: list[Heard] = field(default_factory=list)
    totals: Totals | None = None
    pin_blocks: set[bytes] = field(default_factory=set)
    key_downloads: set[bytes] = field(default_factory=set)

    def __post_init__(self) -> None:
        profile = load_profile("cup-3des")
        self._codec = Codec(profile)
        self._readers = {way: FrameReader(profile.header_bytes, profile.limit_bytes) for way in ("request", "answer")}
        self._world: Intercept = self.link.intercept
        self.link.intercept = self._listen

    @property
    def switch(self) -> Intercept:
        """What the world does to the line; set it to spoil or lose chunks."""
        return self._world

    @switch.setter
    def switch(self, intercept: Intercept) -> None:
        self._world = intercept

    def calm(self) -> None:
        """The line is itself again."""
        self._world = lambda direction, data: data

    def _listen(self, direction: str, data: bytes) -> bytes | None:
        if direction == "request":
            self._keep(direction, data)
            return self._world(direction, data)
        arrived = self._world(direction, data)
        if arrived:
            self._keep(direction, arrived)
        return arrived

    def _keep(self, direction: str, data: bytes) -> None:
        try:
            frames = self._readers[direction].feed(data)
        except FrameError:
            self._readers[direction] = FrameReader(6, 2048)  # a spoiled length: listen again from the next chunk on
            return
        for frame in frames:
            try:
                mti, fields = self._codec.decode(frame.body)
            except CodecError:
                continue
            text = {number: value for number, value in fields.items() if isinstance(value, str)}
            self.heard.append(Heard(direction, mti, text.get(3, ""), text.get(11, ""), text.get(39, "")))
            block = fields.get(52)
            if isinstance(block, bytes):
                self.pin_blocks.add(block)
            keys = fields.get(62)
            if mti == "0810" and isinstance(keys, bytes):
                self.key_downloads.add(keys)
            if direction == "request" and mti == "0500":
                try:
                    self.totals = read_totals(text.get(48, ""))
                except TotalsError:
                    continue

    def times(self, mti: str, trace: str | None = None) -> int:
        """How often a message of that type left the till."""
        return sum(one.mti == mti and one.direction == "request" and trace in (None, one.trace) for one in self.heard)
