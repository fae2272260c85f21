"""A UART line between the till and one model: bytes take their time, and the receiver's buffer is bounded."""

from collections.abc import Callable
from typing import Protocol

from host_sim.rig.world import World

BITS_A_BYTE = 10
RECEIVE_BUFFER = 1024


class Model(Protocol):
    line: "Line"

    def opened(self, baud: int) -> None: ...
    def receive(self, data: bytes) -> None: ...


class Line:
    """world: the clock. model: what hangs on the line. raised: called when bytes have reached the till."""

    def __init__(self, world: World, model: Model, raised: Callable[[], None]):
        self.world, self._model, self._raised = world, model, raised
        self.baud = 0
        self.dropped = 0
        self.board_paces = False  # the board takes a piece when its first byte has come, and spreads it out itself
        self._received = bytearray()
        self._to_till_us = 0  # when the wire is free again, each way
        self._to_model_us = 0
        self._power = 0  # bytes of an earlier power cycle never arrive
        model.line = self

    def open(self, baud: int) -> None:
        self.baud = baud
        self._received.clear()
        self._model.opened(baud)

    def off(self) -> None:
        self.baud = 0
        self._power += 1
        self._received.clear()
        self._to_till_us = self._to_model_us = 0

    def _wire_us(self, count: int) -> int:
        return count * BITS_A_BYTE * 1_000_000 // self.baud

    def from_till(self, data: bytes) -> int:
        """Bytes that the till hands to its UART; the model gets them when the last bit has arrived."""
        if not self.baud:
            return 0
        begin_us = max(self.world.now_us, self._to_model_us)
        self._to_model_us = begin_us + self._wire_us(len(data))
        self.world.call_after(self._to_model_us - self.world.now_us, self._arrive, self._power, data)
        return len(data)

    def _arrive(self, power: int, data: bytes) -> None:
        if power == self._power:
            self._model.receive(data)

    def send(self, data: bytes, after_us: int = 0) -> None:
        """Bytes from the model; they reach the till after after_us and their time on the wire."""
        if not self.baud or not data:
            return
        begin_us = max(self.world.now_us + after_us, self._to_till_us)
        self._to_till_us = begin_us + self._wire_us(len(data))
        there_us = begin_us + self._wire_us(1) if self.board_paces else self._to_till_us
        self.world.call_after(there_us - self.world.now_us, self._deliver, self._power, bytes(data))

    def _deliver(self, power: int, data: bytes) -> None:
        if power != self._power:
            return
        room = RECEIVE_BUFFER - len(self._received)
        self._received += data[:room]
        self.dropped += max(0, len(data) - room)
        self._raised()

    def take(self, most: int) -> bytes:
        data = bytes(self._received[:most])
        del self._received[:most]
        return data
