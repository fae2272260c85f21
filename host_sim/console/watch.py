"""Watches the counter as a bystander would: its glass, its keys, its cards, its flash chip, its line, its paper.

It looks at pixels, commands and frames as they pass; nothing of the till or the host is asked.
"""

import re
from collections.abc import Callable
from typing import Any

from host_sim.acquirer.frame import FrameError, FrameReader
from host_sim.acquirer.profiles import Profile
from host_sim.console import journal
from host_sim.console.protocol import describe
from host_sim.console.recorder import Recorder, payment_key
from host_sim.console.ways import Ways
from host_sim.rig import bus
from host_sim.rig.counter import Counter
from host_sim.rig.link import Intercept
from host_sim.rig.paper import Slip
from host_sim.rig.screen import Glyphs, read_text
from host_sim.rig.world import Timer

SETTLE_US = 20_000
IDLE = ("请输入收款金额", "Typeanamount", "请按菜单签到", "Menutosignon")
SECRET = ("密码", "PIN", "password", "Password")
OPEN_ENTRY = ("金额", "amount", "凭证号", "trace", "菜单", "Menu", "1 ", "日期", "Date", "操作员", "Operator")
"""Screens on which a digit is no secret; on any other a digit is noted as a dot."""
DOT = "\u2022"
BATCH = re.compile(r"(?:批次号|BATCH)\s+(\d{6})")
TRACE = re.compile(r"(?:凭证号|TRACE)\s+(\d{6})")
OFFLINE = ("离线已受理", "离线已批准", "Acceptedoffline", "Approvedoffline")
SCREEN_TRACE = re.compile(r"(?:凭证号|Trace)(\d{6})")
OPENING = ("sale", "void", "refund", "qr_scan", "qr_show", "qr_void", "qr_refund")
PAYMENTS = (*OPENING, "offline", "reversal", "upload_item", "qr_query", "qr_reversal", "qr_upload")


class Watch:
    """counter: watched from now on. switch: what the world does to the line (see Link.intercept). ways: how cards come
    to this till. screen_seen(lines, idle): told of each new screen."""

    def __init__(self, counter: Counter, recorder: Recorder, profile: Profile, glyphs: Glyphs):
        self.counter, self.recorder, self._profile, self._glyphs = counter, recorder, profile, glyphs
        self.switch: Intercept = lambda direction, data: data
        self.lines: list[str] = []
        self.ways = Ways(lambda: None)
        self.screen_seen: Callable[[list[str], bool], None] = lambda lines, idle: None
        self._on = False
        self._readers = {way: self._reader() for way in ("request", "answer")}
        self._looking: Timer | None = None
        counter.link.intercept = self._line
        counter.before = self._bus

    def _reader(self) -> FrameReader:
        return FrameReader(self._profile.header_bytes, self._profile.limit_bytes)

    # ---- the glass
    def glass_changed(self) -> None:
        """Reads the screen once it stands: a picture comes over the bus page by page."""
        if self._looking is not None:
            self._looking.cancel()
        self._looking = self.counter.world.call_after(SETTLE_US, self._look)

    def _look(self) -> None:
        self._looking = None
        lines = [line.strip() for line in self.read()]
        if lines == self.lines:
            return
        self.lines = lines
        text = "".join(lines).replace(" ", "")
        if not text:
            return
        facts: dict[str, Any] = {}
        trace = SCREEN_TRACE.search(text) if any(mark in text for mark in OFFLINE) else None
        if trace and self.recorder.batch:  # it was not sent: only its screen says which payment it is
            facts["payment"] = payment_key(self.recorder.batch, int(trace[1]))
        idle = any(mark in text for mark in IDLE)
        if idle:
            facts["idle"] = True
        self.recorder.add("screen", "seen", lines=lines, **facts)
        if idle:
            self.recorder.end()
        self.ways.screen(text)
        self.screen_seen(lines, idle)

    def read(self) -> list[str]:
        return read_text(self.counter.display.pixels(), self._glyphs)

    # ---- fingers
    def pressed(self, name: str) -> None:
        text = "\n".join(self.read())
        secret = name.isdigit() and (
            any(mark in text for mark in SECRET) or not any(mark in text for mark in OPEN_ENTRY)
        )
        self.recorder.begin()
        self.recorder.add("key", "pressed", key=DOT if secret else name)

    def presented(self, name: str, way: str) -> None:
        """way: tap, insert, swipe or scan."""
        self.recorder.begin()
        self.recorder.add("card", "presented", card=name, way=way)

    # ---- the flash chip
    def _bus(self, message: bus.Message) -> None:
        self.ways.bus(message)
        if message.device != bus.FLASH or message.op != bus.PROGRAM:
            return
        address = int.from_bytes(message.payload[:4], "little")
        found = journal.written(address, message.payload[4:], self.counter.nor.read)
        if found is not None:
            self.recorder.add("journal", found.pop("kind"), **found)

    # ---- the line
    def _line(self, direction: str, data: bytes) -> bytes | None:
        kept = self.switch(direction, data)
        fate = "lost" if not kept else "spoiled" if kept != data else ""
        try:
            frames = self._readers[direction].feed(data)
        except FrameError:
            self._readers[direction] = self._reader()
            return kept
        for frame in frames:
            told = describe(frame, self._profile)
            facts: dict[str, Any] = {"direction": direction, "fate": fate, **told}
            if told["trace"] and told["name"] in PAYMENTS:
                facts["payment"] = payment_key(told["batch"], int(told["trace"]))
                facts["opens"] = direction == "request" and told["name"] in OPENING
            self.recorder.add("wire", "message", **facts)
        return kept

    def line_closed(self) -> None:
        """A new connection begins with a new frame."""
        self._readers = {way: self._reader() for way in ("request", "answer")}

    # ---- paper and power
    def slip(self, slip: Slip, number: int) -> None:
        """number: under which it is kept."""
        text = slip.text()
        facts: dict[str, Any] = {"slip": number, "text": text}
        batch, trace = BATCH.search(text), TRACE.search(text)
        if batch and trace:
            facts["payment"] = payment_key(int(batch[1]), int(trace[1]))
        self.recorder.add("paper", "slip", **facts)

    def power(self, on: bool) -> None:
        if on == self._on:
            return
        self._on = on
        self.recorder.begin()
        self.recorder.add("power", "on" if on else "off")
        self.line_closed()
