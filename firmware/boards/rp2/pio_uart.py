"""UARTs beyond the two of the chip: PIO state machines with DMA. 8N1, eight PIO cycles a bit.

Source: RP2040 datasheet 3.6.3 and 3.6.4 (UART in PIO), 2.5.6.1 and 2.5.6.2 (DMA rings).
"""

import rp2
import uctypes
from machine import Pin
from micropython import const

from boards.rp2.pio_programs import receive, transmit
from till.drivers.clock import Signal

_CYCLES_A_BIT = const(8)
_ENDLESS = 0xFFFFFFFF
_TRANSMIT_BYTES = const(600)
_PIO_BASE = (0x50200000, 0x50300000)
_DMA_BASE = 0x50000000
_DMA_STEP, _WRITE_ADDR = const(0x40), const(4)  # RP2040 datasheet 2.5.7
_RXF0 = const(0x20)  # 4 bytes a state machine; the byte is in the top lane: it is shifted in from the left
_MACHINES_A_BLOCK = const(4)


class Receiver:
    """machine: 0-7. ring_bits: the ring holds 2 ** ring_bits bytes; what the driver leaves longer is overwritten.

    place: address of the register that moves when a byte comes."""

    def __init__(self, machine, rx, baud, ring_bits):
        self.baud, self.received = baud, Signal()
        self._mask = (1 << ring_bits) - 1
        room = bytearray(2 << ring_bits)  # a ring starts at a multiple of its size
        skip = -uctypes.addressof(room) & self._mask
        self._ring = memoryview(room)[skip : skip + self._mask + 1]
        self._base = uctypes.addressof(self._ring)
        pin = Pin(rx, Pin.IN, Pin.PULL_UP)
        self._machine = rp2.StateMachine(machine, receive, freq=baud * _CYCLES_A_BIT, in_base=pin, jmp_pin=pin)
        block, number = machine // _MACHINES_A_BLOCK, machine % _MACHINES_A_BLOCK
        self._dma = dma = rp2.DMA()
        control = dma.pack_ctrl(
            size=0, inc_read=False, inc_write=True, ring_size=ring_bits, ring_sel=True,
            treq_sel=block * 8 + 4 + number, irq_quiet=True,
        )  # fmt: skip
        source = _PIO_BASE[block] + _RXF0 + 4 * number + 3
        dma.config(read=source, write=self._ring, count=_ENDLESS, ctrl=control, trigger=True)
        channel = dma.channel  # pyright: ignore[reportAttributeAccessIssue]
        self.place = _DMA_BASE + _DMA_STEP * channel + _WRITE_ADDR
        self._taken = self._seen = 0
        self._machine.active(1)

    def _written(self):
        return self._dma.write - self._base & self._mask  # pyright: ignore[reportAttributeAccessIssue]

    def any(self):
        return self._written() - self._taken & self._mask

    def readinto(self, into):
        count = min(len(into), self.any())
        first = min(count, self._mask + 1 - self._taken)
        into[:first] = self._ring[self._taken : self._taken + first]
        if count > first:
            into[first:count] = self._ring[: count - first]
        self._taken = self._taken + count & self._mask
        return count

    def poll(self):
        """Sets received where bytes came since the last look. True when it did."""
        written = self._written()
        if written == self._seen:
            return False
        self._seen = written
        self.received.set()
        return True


class Transmitter:
    """One piece at a time; write() takes nothing while the last one is on its way."""

    def __init__(self, machine, tx, baud):
        pin = Pin(tx)
        self._machine = rp2.StateMachine(machine, transmit, freq=baud * _CYCLES_A_BIT, sideset_base=pin, out_base=pin)
        self._piece = bytearray(_TRANSMIT_BYTES)
        self._view = memoryview(self._piece)
        self._dma = rp2.DMA()
        self._control = self._dma.pack_ctrl(
            size=0, inc_read=True, inc_write=False, treq_sel=machine // 4 * 8 + machine % 4, irq_quiet=True
        )
        self._machine.active(1)

    def write(self, data):
        if self._dma.active():
            return 0
        count = min(len(data), _TRANSMIT_BYTES)
        self._view[:count] = memoryview(data)[:count]
        self._dma.config(read=self._piece, write=self._machine, count=count, ctrl=self._control, trigger=True)
        return count


class PioUart(Receiver):
    """Both directions. machines: (receiver, transmitter)."""

    def __init__(self, machines, tx, rx, baud, ring_bits, exchanges):
        self.begin, self.end = exchanges.begin, exchanges.end
        Receiver.__init__(self, machines[0], rx, baud, ring_bits)
        self.write = Transmitter(machines[1], tx, baud).write
