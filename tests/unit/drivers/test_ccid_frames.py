"""Frames of a serial CCID reader, byte for byte."""

from checks import raises
from till.drivers.ccid_frames import BAD, INSERTED, MESSAGE, NAK, REMOVED, Incoming, Outgoing


class Bytes:
    """A UART that holds what it is given."""

    def __init__(self, data=b""):
        self.data = data

    def readinto(self, view):
        count = min(len(view), len(self.data))
        view[:count] = self.data[:count]
        self.data = self.data[count:]
        return count


def message(kind, seq, status=0, error=0, data=b""):
    body = bytes((3, 6, kind, len(data) & 255, len(data) >> 8, 0, 0, 0, seq, status, error, 0)) + data
    check = 0
    for byte in body:
        check ^= byte
    return body + bytes((check,))


def read(data):
    """Kinds of everything in data, however it is filled in."""
    frames, uart, found = Incoming(), Bytes(data), []
    while True:
        kind = frames.next()
        if kind is not None:
            found.append(kind)
        elif not frames.fill(uart):
            return found, frames


def test_power_on_and_a_transfer_on_the_line():
    out = Outgoing()
    out.begin(0x62, 1, 3)
    assert bytes(out.frame()) == bytes.fromhex("0306 62 00000000 00 01 030000 65".replace(" ", ""))
    out.begin(0x6F, 0x12)
    out.add(b"\x00\xa4\x04\x00")
    out.add(b"\x02\x3f\x00")
    assert bytes(out.frame()) == bytes.fromhex("0306 6F 07000000 00 12 000000 00A40400023F00 E2".replace(" ", ""))


def test_a_command_has_261_bytes_at_most():
    out = Outgoing()
    out.begin(0x6F, 1)
    out.add(bytes(261))
    frame = bytes(out.frame())
    assert len(frame) == 274 and frame[3:5] == b"\x05\x01"
    raises(ValueError, out.add, b"\x00")
    out.wipe()
    assert not any(out._buffer)


def test_an_answer():
    found, frames = read(message(0x80, 7, 0x41, 0xFE, b"\x3b\x00"))
    assert found == [MESSAGE]
    assert (frames.code, frames.seq, frames.status, frames.error) == (0x80, 7, 0x41, 0xFE)
    assert bytes(frames.data) == b"\x3b\x00"


def test_notices_refusals_and_noise_between_frames():
    data = b"\x50\x03" + message(0x81, 1) + b"\x00\xff\x50\x02\x03\x15\x16\x03" + message(0x81, 2)
    assert read(data)[0] == [INSERTED, MESSAGE, REMOVED, NAK, MESSAGE]


def test_every_bit_that_falls_is_noticed():
    good = message(0x80, 7, 0, 0, b"\x6f\x10\x90\x00")
    for at in range(len(good)):
        for bit in range(8):
            data = bytearray(good)
            data[at] ^= 1 << bit
            found, frames = read(bytes(data))
            assert MESSAGE not in found, (at, bit)
            if at >= 9:
                assert found[0] == BAD and frames.bad == 1


def test_a_frame_in_pieces():
    frames, uart = Incoming(), Bytes()
    good = message(0x80, 3, 0, 0, bytes(range(40)))
    for at in range(len(good)):
        assert frames.next() is None
        assert frames.begun() == (at > 0)
        uart.data = good[at : at + 1]
        frames.fill(uart)
    assert frames.next() == MESSAGE and bytes(frames.data) == bytes(range(40))
    uart.data = good[:20]
    frames.fill(uart)
    frames.cut_short()
    assert frames.bad == 1 and not frames.begun() and frames.next() is None


def test_random_bytes_never_stop_it():
    seed, kinds = 5, [0] * 6
    for _ in range(120):
        data = bytearray()
        for _ in range(60):
            seed = (seed * 1103515245 + 12345) & 0x3FFFFFFF
            data.append((0x03, 0x06, 0x15, 0x16, 0x50, 0x02, 0x00, seed >> 20 & 0xFF)[seed >> 13 & 7])
        for kind in read(bytes(data))[0]:
            kinds[kind] += 1
    assert kinds[NAK] and kinds[INSERTED] + kinds[REMOVED] and kinds[BAD]
