"""Contact cards for tests of the reader, with nothing on them but their answers."""

from host_sim.rig.cards import atr
from host_sim.rig.cards.contact import Mute


class EchoChip:
    """Answers a command with times its bytes, or what answers says for its instruction, and 9000.

    got: commands in order. delay_us: over each answer.
    """

    def __init__(self, protocols=(0,), ta1=None, times=1, answers=None, delay_us=0, voltages=7):
        self.atr = atr.build(protocols, ta1)
        self.times, self.answers, self.delay_us, self.voltages = times, answers or {}, delay_us, voltages
        self.got, self.resets, self.offs = [], 0, 0
        self.mute_after = None

    def power_on(self):
        self.resets += 1
        return self.atr

    def power_off(self):
        self.offs += 1

    def transmit(self, apdu):
        if self.mute_after is not None and len(self.got) >= self.mute_after:
            raise Mute
        self.got.append(bytes(apdu))
        if apdu[1] in self.answers:
            return self.answers[apdu[1]]
        return bytes(apdu) * self.times + b"\x90\x00"
