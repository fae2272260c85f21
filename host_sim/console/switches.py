"""The world's switches. Each acts on the wire, the supply, the paper or the clock, and nowhere else."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from host_sim.console.watch import Watch
from host_sim.rig import bus
from host_sim.rig.counter import Counter
from host_sim.rig.nor import AFTER, TORN, PowerCut
from host_sim.rig.stage import SHANGHAI

LINKS = ("up", "slow", "lossy", "down")
LATENCY_US = {"up": 20_000, "slow": 1_500_000, "lossy": 20_000, "down": 20_000}
LOSS = 0.3
MTI_AT = 13  # behind length 2, TPDU 5 and header 6
CUTS = ("now", "write", "answer")
CUTOFF = (22, 59, 50)
MORNING = (9, 0, 0)


class PlugPulled(PowerCut):
    """The world pulls the plug."""


class Switches:
    """changed(name): told after each change. link: one of LINKS. lose_answer: the next answer does not arrive.
    spoil: the next request is spoiled on its way. armed: where the power will be cut, or ""."""

    def __init__(self, counter: Counter, watch: Watch, changed: Callable[[str], None]):
        self._counter, self._watch, self._changed = counter, watch, changed
        self._random = random.Random()
        self.link = "up"
        self.lose_answer = self.spoil = False
        self.armed = ""
        self._answered = False  # an answer lies at the till's end of the line
        watch.switch = self._wire
        self._before = counter.before
        counter.before = self._bus

    def state(self) -> dict[str, object]:
        return {
            "link": self.link,
            "loseAnswer": self.lose_answer,
            "spoil": self.spoil,
            "armed": self.armed,
            "paperOut": self._counter.printer.paper_out,
        }

    def set_link(self, link: str) -> None:
        if link in LINKS:
            self.link = link
            self._counter.link.latency_us = LATENCY_US[link]
            self._counter.link.up = link != "down"
            self._changed("link-" + link)

    def set(self, name: str, on: bool) -> None:
        """name: lose_answer, spoil or paper_out."""
        if name == "paper_out":
            self._counter.printer.paper_out = on
        elif name in ("lose_answer", "spoil"):
            setattr(self, name, on)
        else:
            return
        self._changed(f"{name.replace('_', '-')}-{'on' if on else 'off'}")

    def _wire(self, direction: str, data: bytes) -> bytes | None:
        self._answered = direction == "answer" and not self.lose_answer
        if direction == "answer" and self.lose_answer:
            self.lose_answer = False
            self._changed("lose-answer-off")
            return None
        if direction == "request" and self.spoil and len(data) > MTI_AT + 30:
            self.spoil = False
            self._changed("spoil-off")
            return data[:-1] + bytes([data[-1] ^ 0x01])
        if self.link == "lossy" and self._random.random() < LOSS:
            return None
        return data

    # ---- power
    def arm(self, where: str) -> None:
        """where: "write" in the middle of the next write to flash, "answer" when the next answer has come, "" never."""
        self.armed = where if where in CUTS[1:] else ""
        self._answered = False
        self._counter.nor.cut(1 if self.armed == "write" else 0, TORN)
        self._changed("armed-" + (self.armed or "off"))

    def _bus(self, message: bus.Message) -> None:
        if self.armed == "answer" and self._answered and message.device == bus.LINK and message.op == bus.RECEIVE:
            self.armed = ""
            raise PlugPulled(AFTER, 0)
        if self._before is not None:
            self._before(message)

    def power_gone(self) -> None:
        """What was armed has happened, or can happen no more."""
        self.armed = ""
        self._counter.nor.cut(0, AFTER)


def leap(now: datetime, to: str) -> timedelta | None:
    """How far the clock goes forward. to: "hour", "cutoff" (ten seconds before the next) or "morning" (the next)."""
    local = now.astimezone(SHANGHAI)
    if to == "hour":
        return timedelta(hours=1)
    hands = {"cutoff": CUTOFF, "morning": MORNING}.get(to)
    if hands is None:
        return None
    target = local.replace(hour=hands[0], minute=hands[1], second=hands[2], microsecond=0)
    if target <= local:
        target += timedelta(days=1)
    return target - local
