"""Cards that misbehave at the reader, each in one way, the same way every time."""

from host_sim.rig.cards import apdu
from host_sim.rig.cards.card import Card
from host_sim.rig.cards.tlv import tlv


class Wrapped(Card):
    """Another card with something wrong: it looks like that card to the reader."""

    def __init__(self, card: Card):
        super().__init__()
        self.card = card
        self.uid, self.ats = card.uid, card.ats

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.card!r}>"

    def reset(self) -> None:
        self.card.reset()

    def process(self, apdu: bytes) -> bytes | None:
        return self.card.process(apdu)

    def time_us(self, apdu: bytes) -> int:
        return self.card.time_us(apdu)


class MuteCard(Wrapped):
    """Answers after_apdus commands and then nothing any more, though it stays in the field."""

    def __init__(self, card: Card, after_apdus: int = 0):
        super().__init__(card)
        self.after_apdus, self.commands = after_apdus, 0

    def process(self, apdu: bytes) -> bytes | None:
        self.commands += 1
        return super().process(apdu) if self.commands <= self.after_apdus else None


class LeavingCard(Wrapped):
    """Is pulled out of the field while it works on the command after after_apdus answered ones; each time it is
    presented, unless times says how often."""

    def __init__(self, card: Card, after_apdus: int, times: int | None = None):
        super().__init__(card)
        self.after_apdus, self.times, self.commands = after_apdus, times, 0

    def reset(self) -> None:
        super().reset()
        self.commands = 0

    def process(self, apdu: bytes) -> bytes | None:
        self.commands += 1
        if self.commands <= self.after_apdus or self.times == 0:
            return super().process(apdu)
        if self.times is not None:
            self.times -= 1
        super().process(apdu)  # the card had the command, its answer never arrived
        self.leave()
        return None


class SlowCard(Wrapped):
    """Takes more_us longer for each command."""

    def __init__(self, card: Card, more_us: int):
        super().__init__(card)
        self.more_us = more_us

    def time_us(self, apdu: bytes) -> int:
        return super().time_us(apdu) + self.more_us


class NoApplicationCard(Card):
    """A card of the right kind without a payment application, like a door key: 6A82 to every SELECT."""

    def __init__(self, uid: bytes = bytes.fromhex("04A1B2C3")):
        super().__init__()
        self.uid = uid

    def process(self, command: bytes) -> bytes:
        parsed = apdu.parse(command)
        if parsed is None:
            return apdu.WRONG_LENGTH
        return apdu.NOT_FOUND if parsed.ins == 0xA4 else apdu.WRONG_INS


_RUN_ON = tlv(0x6F, tlv(0x84, b"2PAY.SYS.DDF01"))[:-3]
GARBAGE = {
    "cut-short": _RUN_ON,  # lengths that promise more than there is
    "huge-length": bytes.fromhex("6F84FFFFFFFF84022020"),
    "endless-tag": bytes.fromhex("6F0A") + b"\x9f" + b"\xff" * 9,
    "deep": b"".join(bytes([0x6F, length]) for length in range(120, 0, -2)),  # 60 templates in one another
    "indefinite": bytes.fromhex("6F800000"),
    "empty": b"",
    "padding": bytes(40) + b"\xff" * 40,
    "noise": bytes(n * 97 + 31 & 0xFF for n in range(200)),
}


class GarbageCard(Wrapped):
    """Answers as the card does until after_apdus, then with data that is no TLV, and 9000. kind: a key of GARBAGE."""

    def __init__(self, card: Card, kind: str = "cut-short", after_apdus: int = 0):
        super().__init__(card)
        self.garbage, self.after_apdus, self.commands = GARBAGE[kind], after_apdus, 0

    def reset(self) -> None:
        super().reset()
        self.commands = 0

    def process(self, command: bytes) -> bytes | None:
        self.commands += 1
        answer = super().process(command)
        return answer if self.commands <= self.after_apdus else self.garbage + apdu.OK
