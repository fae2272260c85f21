import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.rig import bus
from host_sim.rig.wiring import I2cPort
from tests.rig.make_golden_bus import golden

GOLDEN = Path(__file__).with_name("golden_bus.bin").read_bytes()


def messages(data: bytes) -> list[bus.Message]:
    found, offset = [], 0
    while (one := bus.decode(data, offset)) is not None:
        message, offset = one
        found.append(message)
    assert offset == len(data)
    return found


def test_the_golden_file_is_what_its_hex_says():
    assert golden() == GOLDEN


def test_golden_messages_decode_and_encode_to_the_same_bytes():
    found = messages(GOLDEN)
    assert len(found) == 50
    assert b"".join(bus.encode(message) for message in found) == GOLDEN
    assert found[0] == bus.Message(bus.HELLO, bus.BOARD, 1, 0, b"\x02unix")
    assert found[-1] == bus.Message(bus.POWER, bus.BOARD, 65535, 1 << 32, b"\x01")


@given(st.binary(max_size=64))
def test_any_bytes_are_a_message_or_a_bus_error_or_too_few(data):
    try:
        found = bus.decode(data)
    except bus.BusError:
        return
    assert found is None or found[1] <= len(data)


@given(
    st.integers(0, 255), st.integers(0, 255), st.integers(0, 65535), st.integers(0, 2**64 - 1), st.binary(max_size=300)
)
def test_round_trip(op, device, seq, time_us, payload):
    message = bus.Message(op, device, seq, time_us, payload)
    assert bus.decode(bus.encode(message)) == (message, bus.HEADER.size + len(payload))


class Echo:
    """A board that answers each question with its payload."""

    def attached(self, connection): ...

    def detached(self, connection): ...

    def ask(self, connection, message):
        if message.device == 9:
            raise bus.BusError("no device 9")
        return b"\x01" if message.op == bus.HELLO else message.payload


@pytest.fixture
async def echo():
    trace = bus.Trace()
    server = await asyncio.get_running_loop().create_server(
        lambda: bus.Connection(Echo(), lambda: 77, trace), "127.0.0.1", 0
    )
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
    yield reader, writer, trace
    writer.close()
    server.close()


async def ask(reader, writer, op, device, payload):
    writer.write(bus.encode(bus.Message(op, device, 5, 0, payload)))
    header = await reader.readexactly(bus.HEADER.size)
    length = bus.HEADER.unpack(header)[3]
    found = bus.decode(header + await reader.readexactly(length))
    assert found is not None
    return found[0]


async def test_another_version_is_refused_with_what_to_do(echo):
    reader, writer, _ = echo
    answer = await ask(reader, writer, bus.HELLO, 0, b"\x03unix")
    assert answer.op == bus.ERROR and b"update the board" in answer.payload
    assert await reader.read() == b""


async def test_a_question_before_hello_is_refused(echo):
    reader, writer, _ = echo
    answer = await ask(reader, writer, bus.FUSES, 0, b"")
    assert answer.op == bus.ERROR


async def test_an_unknown_device_ends_the_power_with_a_reason(echo):
    reader, writer, _ = echo
    await ask(reader, writer, bus.HELLO, 0, b"\x01t")
    answer = await ask(reader, writer, bus.READ, 9, b"")
    assert answer == bus.Message(bus.ERROR, 0, 0, 77, b"no device 9")
    assert await reader.read() == b""


async def test_notes_are_no_part_of_the_trace(echo):
    reader, writer, trace = echo
    await ask(reader, writer, bus.HELLO, 0, b"\x01t")
    before = trace.digest()
    await ask(reader, writer, bus.NOTE, 0, b"heap_peak=1")
    assert trace.digest() == before
    answer = await ask(reader, writer, bus.SEND, 2, b"abc")
    assert (answer.op, answer.seq, answer.time_us, answer.payload) == (bus.SEND | bus.ANSWER, 5, 77, b"abc")
    assert trace.digest() != before


def test_start_of_the_world_is_aware():
    from host_sim.rig.world import World

    assert World(datetime(2026, 11, 23, 1, tzinfo=UTC)).now().isoformat() == "2026-11-23T01:00:00+00:00"


class Chip:
    """Notes what it is told; takes at most `most` bytes of a write."""

    def __init__(self, most=99):
        self.told, self.most = [], most

    def start(self, read):
        self.told.append(("start", read))
        return True

    def write(self, data):
        self.told.append(("write", data[: self.most]))
        return min(len(data), self.most)

    def read(self, count):
        self.told.append(("read", count))
        return bytes(range(count))

    def stop(self):
        self.told.append(("stop",))


def singly(port, address, data, count):
    """The same transaction by the single operations of version 1."""

    def ask(op, payload=b""):
        return port.ask(bus.Message(op, bus.I2C0, 1, 0, payload))

    answer, total = (1, 0, b""), 0
    if data or not count:
        if not ask(bus.START, bytes([address, 0]))[0][0]:
            return (0, 0, b""), ask(bus.STOP)[1]
        taken = int.from_bytes(ask(bus.WRITE, data)[0], "little") if data else 0
        answer = (1, taken, b"")
        if taken != len(data):
            return answer, ask(bus.STOP)[1]
    if count:
        ask(bus.START, bytes([address, 1]))
        answer = (1, len(data), ask(bus.READ, count.to_bytes(2, "little"))[0])
    total += ask(bus.STOP)[1]
    return answer, total


@pytest.mark.parametrize(
    ("address", "data", "count", "most"),
    [(0x34, b"\x01\x02", 0, 9), (0x34, b"", 3, 9), (0x34, b"\x04", 2, 9), (0x34, b"", 0, 9), (0x50, b"x", 1, 9),
     (0x34, b"abc", 2, 1)],
)  # fmt: skip
def test_a_transfer_is_what_the_single_operations_are(address, data, count, most):
    one, other = Chip(most), Chip(most)
    payload = bytes([address]) + count.to_bytes(2, "little") + data
    answer, cost_us = I2cPort({0x34: one}).ask(bus.Message(bus.TRANSFER, bus.I2C0, 1, 0, payload))
    found = (answer[0], int.from_bytes(answer[1:3], "little"), answer[3:])
    assert (found, cost_us) == singly(I2cPort({0x34: other}), address, data, count)
    assert one.told == other.told


async def test_a_board_of_version_1_is_still_served(echo):
    reader, writer, _ = echo
    assert (await ask(reader, writer, bus.HELLO, 0, b"\x01pico")).payload == b"\x01"
