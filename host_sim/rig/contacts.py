"""The contacts of a slot: power, clock and the bytes between a reader and a card, with the time that they take.

Source: ISO/IEC 7816-3:2006, sections 6 (power), 8 (reset), 9 (PPS), 10 and 11 (T=0, T=1).
"""

from functools import reduce
from operator import xor

from host_sim.rig.cards import atr
from host_sim.rig.cards.contact import Mute, Pulled
from host_sim.rig.cards.t0 import T0Side
from host_sim.rig.cards.t1 import T1Side
from host_sim.rig.slot import Slot

RESET_US = 10_000  # from the reset to the card's first byte: at most 40,000 clocks
MUTE_US = 50_000
VOLTAGE = {1: 1, 2: 2, 3: 4}  # bPowerSelect: bit in a card's voltages
CHARACTER, BLOCK_CHARACTER = 12, 11  # bits of a byte with guard time, T=0 and T=1


class Contacts:
    """slot: what is in front of them. timed: False for a real card, whose own time has passed already.

    elapsed_us: what the last step took. t0, t1: the card's side, whichever speaks. exchanged: bytes both ways.
    nulls: of T=0, "still working".
    """

    def __init__(self, slot: Slot, timed: bool = True):
        self.slot, self.timed = slot, timed
        self.exchanged = self.nulls = 0
        self.one_by_one = False
        self.off()

    def off(self) -> None:
        """No power: the card forgets its session."""
        self.powered, self.clock, self.fresh = False, True, False
        self.protocol, self.speed = 0, 0x11
        self.elapsed_us = 0
        self.t0: T0Side | None = None
        self.t1: T1Side | None = None

    def power_off(self) -> None:
        if self.powered and self.slot.card is not None:
            self.slot.card.power_off()
        self.off()

    def reset(self, select: int) -> bytes:
        """Power at a voltage (bPowerSelect) and a reset; the answer. Mute, Pulled."""
        card = self.slot.card
        assert card is not None
        self.power_off()
        self.elapsed_us = MUTE_US
        if select in VOLTAGE and not getattr(card, "voltages", 7) & VOLTAGE[select]:
            raise Mute
        answer = card.power_on()
        self._facts = atr.read(answer)
        self.elapsed_us = RESET_US
        self._pass(len(answer), CHARACTER)
        self.powered = self.fresh = True
        self._speak(self._facts.protocols[0] if self._facts.specific is None else self._facts.specific)
        if self._facts.specific is not None:
            self.speed = self._facts.ta1
        return answer

    def _speak(self, protocol: int) -> None:
        assert self.slot.card is not None
        self.protocol = protocol
        if protocol:
            self.t1 = T1Side(self.slot.card, self._facts.ifsc, self.bwt_us(self._facts.bwi))
        else:
            self.t0 = T0Side(self.slot.card, self.one_by_one)

    @staticmethod
    def bwt_us(bwi: int) -> int:
        """Block waiting time (11.4.3)."""
        return round((2**bwi * 960 * 372) / atr.CLOCK_HZ * 1e6)

    def wwt_us(self, wi: int) -> int:
        """Waiting time of T=0 (10.2)."""
        return round(wi * 960 * atr.FI[self.speed >> 4] / atr.CLOCK_HZ * 1e6)

    def _pass(self, count: int, bits: int) -> None:
        """Bytes go over the line; Pulled at the one where the hand pulls."""
        left = self.slot.bytes_left
        gone = left is not None and left <= count
        passed = left if gone and left is not None else count
        if left is not None:
            self.slot.bytes_left = left - passed
        self.exchanged += passed
        if self.timed:
            self.elapsed_us += round(passed * bits * atr.etu_us(self.speed))
        if gone:
            raise Pulled

    # ---- PPS (9)
    def pps(self, request: bytes) -> bytes:
        """The card's answer: as asked, or all but the speed where it cannot. Mute: it is no PPS."""
        self.elapsed_us = 0
        self._pass(len(request), CHARACTER)
        fresh, self.fresh = self.fresh, False
        wrong = len(request) < 3 or reduce(xor, request) or request[1] & 0x0F not in self._facts.protocols
        if not fresh or wrong or self._facts.specific is not None:
            self.elapsed_us += MUTE_US
            raise Mute
        answer = request
        if request[1] & 0x10 and request[2] != self._facts.ta1:
            answer = bytes([0xFF, request[1] & 0x0F, 0xFF ^ request[1] & 0x0F])
        self._pass(len(answer), CHARACTER)
        self._speak(request[1] & 0x0F)
        if answer[1] & 0x10:
            self.speed = answer[2]
        return answer

    # ---- T=0
    def tpdu(self, data: bytes, waiting: int) -> bytes:
        """A TPDU as the reader carries it: header, then data as the card asks for it. Data and status word.
        waiting: WI that the reader was told. Mute, Pulled."""
        self.elapsed_us = 0
        self.fresh = False
        most_us = self.wwt_us(waiting)
        header, rest = data[:5].ljust(5, b"\x00"), data[5:]
        if self.t0 is None or not self.clock:
            self._silence(most_us)
        assert self.t0 is not None
        self._pass(5, CHARACTER)
        said = self._said(self.t0.header(header, bool(rest)), most_us)
        while said[0] in (header[1], header[1] ^ 0xFF) and rest:
            count = self.t0.asks()
            if len(rest) < count:
                self._silence(most_us)
            self._pass(1 + count, CHARACTER)
            said, rest = self._said(self.t0.data(rest[:count]), most_us), rest[count:]
        if said[0] not in (header[1], header[1] ^ 0xFF):
            self._pass(2, CHARACTER)
            return said[-2:]
        if len(said) < 3:  # it asks for data that the reader has not got
            self._silence(most_us)
        self._pass(len(said), CHARACTER)
        return said[1:]

    def _silence(self, most_us: int) -> None:
        self.elapsed_us += most_us if self.timed else 0
        raise Mute

    def _said(self, said: bytes, most_us: int) -> bytes:
        assert self.t0 is not None
        self.elapsed_us += self.t0.works_us if self.timed else 0
        self.nulls += 2 * self.t0.works_us // most_us  # 60 in time, again and again
        return said

    # ---- T=1
    def block(self, data: bytes, bwi: int, times: int) -> bytes:
        """A block to the card and its next one. bwi: as the reader was told. times: of the block waiting time, 0 as 1.
        Mute, Pulled."""
        self.elapsed_us = 0
        self.fresh = False
        most_us = self.bwt_us(bwi) * max(1, times)
        if self.t1 is None or not self.clock:
            self._silence(most_us)
        assert self.t1 is not None
        self._pass(len(data), BLOCK_CHARACTER)
        said = self.t1.receive(data)
        if said is None or (self.timed and self.t1.works_us > most_us):
            self._silence(most_us)
        assert said is not None
        self.elapsed_us += self.t1.works_us if self.timed else 0
        self._pass(len(said), BLOCK_CHARACTER)
        return said
