"""T=1 on the card's side: blocks in, blocks out (ISO/IEC 7816-3, section 11)."""

from collections.abc import Callable
from functools import reduce
from operator import xor

from host_sim.rig.cards.contact import ContactCard, Mute

MORE, RESPONSE = 0x20, 0x20
R_BLOCK, S_BLOCK = 0x80, 0xC0
RESYNCH, IFS, ABORT, WTX = range(4)
DAMAGED, OTHER = 1, 2
CHAIN_MOST = 1024

Spoil = Callable[[int, bytes], bytes | None]
"""Sees each block that the card sends, with its number from 0 on; gives what goes over the line, None for silence."""


def block(pcb: int, inf: bytes = b"") -> bytes:
    body = bytes([0, pcb, len(inf)]) + inf
    return body + bytes([reduce(xor, body)])


class T1Side:
    """card: behind it. ifsc: longest INF that it takes. bwt_us: block waiting time that it has promised.

    errors: blocks that arrived damaged or out of order. repeated: blocks sent once more. extensions: times that it
    asked for more time. works_us: how long it took over the last block. spoil: what becomes of its blocks on the way.
    """

    def __init__(self, card: ContactCard, ifsc: int, bwt_us: int):
        self._card, self._ifsc, self._bwt_us = card, ifsc, bwt_us
        self.errors = self.repeated = self.extensions = self.sent = 0
        self.works_us = 0
        self._mute = False
        self.spoil: Spoil = lambda number, data: data
        self._start()

    def _start(self) -> None:
        self._ifsd = 32
        self._ns = self._nr = 0
        self._incoming, self._outgoing = b"", b""
        self._answering = self._late = False
        self._delay_us = 0
        self._last = block(R_BLOCK)

    def receive(self, data: bytes) -> bytes | None:
        """One block from the reader; the card's next one, None for silence."""
        self.works_us = 0
        if self._mute:
            return None
        try:
            out = self._next(data)
        except Mute:
            self._mute = True  # until its next reset
            return None
        number, self.sent = self.sent, self.sent + 1
        return self.spoil(number, out)

    def _next(self, data: bytes) -> bytes:
        if len(data) < 4 or data[0] or data[2] != len(data) - 4 or reduce(xor, data):
            return self._wrong(DAMAGED)
        pcb, inf = data[1], data[3:-1]
        if pcb & 0x80 == 0:
            return self._i_block(pcb, inf)
        if pcb & 0xC0 == R_BLOCK:
            return self._r_block(pcb >> 4 & 1)
        return self._s_block(pcb & 0x3F, inf)

    def _wrong(self, error: int) -> bytes:
        self.errors += 1
        return block(R_BLOCK | self._nr << 4 | error)

    def _i_block(self, pcb: int, inf: bytes) -> bytes:
        if pcb >> 6 & 1 != self._nr or (self._answering and self._outgoing) or self._late:
            return self._wrong(OTHER)
        if self._answering:
            self._answering = False
            self._ns ^= 1
        self._nr ^= 1
        self._incoming += inf
        if len(self._incoming) > CHAIN_MOST:
            self._incoming = b""
            return self._wrong(OTHER)
        if pcb & MORE:
            return self._say(block(R_BLOCK | self._nr << 4))
        apdu, self._incoming = self._incoming, b""
        self._outgoing = self._card.transmit(apdu)
        self._delay_us = self._card.delay_us
        if self._delay_us >= self._bwt_us:
            self._late = True
            self.extensions += 1
            times = min(255, self._delay_us // self._bwt_us + 1)
            return self._say(block(S_BLOCK | WTX, bytes([times])))
        return self._part()

    def _part(self) -> bytes:
        self.works_us, self._delay_us = self._delay_us, 0
        inf, self._outgoing = self._outgoing[: self._ifsd], self._outgoing[self._ifsd :]
        self._answering = True
        return self._say(block(self._ns << 6 | (MORE if self._outgoing else 0), inf))

    def _r_block(self, wanted: int) -> bytes:
        if self._answering and self._outgoing and wanted != self._ns:
            self._ns ^= 1
            return self._part()
        self.repeated += 1
        return self._last

    def _s_block(self, kind: int, inf: bytes) -> bytes:
        if kind == RESYNCH and not inf:
            self._start()
            return block(S_BLOCK | RESPONSE | RESYNCH)
        if kind == IFS and len(inf) == 1:
            self._ifsd = inf[0]
            return self._say(block(S_BLOCK | RESPONSE | IFS, inf))
        if kind == RESPONSE | WTX and self._late:
            self._late = False
            return self._part()
        if kind == ABORT and not inf:
            self._incoming, self._outgoing = b"", b""
            return self._say(block(S_BLOCK | RESPONSE | ABORT))
        return self._wrong(OTHER)

    def _say(self, out: bytes) -> bytes:
        self._last = out
        return out
