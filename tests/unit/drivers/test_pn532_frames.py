"""PN532 HSU frames: the manual's own bytes, damage, noise. Source: NXP UM0701-02, 6.2.1 and section 7."""

from checks import raises
from till.drivers.pn532_frames import ACK, BAD, DATA, ERROR, Incoming, Outgoing


class Bytes:
    """A UART that holds these bytes and gives at most `most` of them at a time."""

    def __init__(self, data, most=1000):
        self.data = bytearray(data)
        self.most = most

    def any(self):
        return len(self.data)

    def readinto(self, view):
        count = min(len(view), len(self.data), self.most)
        view[:count] = self.data[:count]
        self.data = self.data[count:]
        return count


def kinds(data, most=1000):
    """[(kind, code, payload)] of a byte stream fed in parts."""
    frames = Incoming()
    uart = Bytes(data, most)
    found = []
    for _ in range(4000):
        kind = frames.next()
        if kind is None:
            if not uart.any():
                break
            assert frames.fill(uart) > 0
        elif kind == DATA:
            found.append((kind, frames.code, bytes(frames.payload)))
        else:
            found.append((kind, None, None))
    return found


def built(code, data):
    frame = Outgoing()
    frame.begin(code)
    frame.add(data)
    return bytes(frame.frame())


def answer(code, data, extended=False):
    """A chip's frame, made the other way round than the driver does."""
    body = bytes((0xD5, code)) + data
    if extended or len(body) > 255:
        high, low = len(body) // 256, len(body) % 256
        head = b"\xff\xff" + bytes((high, low, (512 - high - low) % 256))
    else:
        head = bytes((len(body), (256 - len(body)) % 256))
    return b"\x00\x00\xff" + head + body + bytes(((0x10000 - sum(body)) % 256, 0))


def test_the_manual_s_commands():
    assert built(0x02, b"") == b"\x00\x00\xff\x02\xfe\xd4\x02\x2a\x00"
    assert built(0x4A, b"\x01\x00") == b"\x00\x00\xff\x04\xfc\xd4\x4a\x01\x00\xe1\x00"
    assert built(0x14, b"\x01\x00\x01") == b"\x00\x00\xff\x05\xfb\xd4\x14\x01\x00\x01\x16\x00"


def test_the_manual_s_answers():
    assert kinds(b"\x00\x00\xff\x00\xff\x00") == [(ACK, None, None)]
    assert kinds(b"\x00\x00\xff\x01\xff\x7f\x81\x00") == [(ERROR, None, None)]
    assert kinds(b"\x00\x00\xff\x06\xfa\xd5\x03\x32\x01\x06\x07\xe8\x00") == [(DATA, 0x03, b"\x32\x01\x06\x07")]


def test_an_extended_command_from_256_bytes_on():
    short = built(0x40, bytes(253))
    assert short[:6] == b"\x00\x00\xff\xff\x01\xd4" and len(short) == 255 + 7
    long = built(0x40, bytes(254))
    assert long[:9] == b"\x00\x00\xff\xff\xff\x01\x00\xff\xd4" and len(long) == 256 + 10
    assert built(0x40, bytes(263))[3:8] == b"\xff\xff\x01\x09\xf6"
    frame = Outgoing()
    frame.begin(0x40)
    raises(ValueError, frame.add, bytes(264))


def test_one_buffer_serves_many_commands():
    frame = Outgoing()
    frame.begin(0x40)
    frame.add(bytes(263))
    frame.frame()
    frame.begin(0x02)
    assert bytes(frame.frame()) == b"\x00\x00\xff\x02\xfe\xd4\x02\x2a\x00"


def test_answers_of_every_length_in_parts_of_any_size():
    for length in (0, 1, 2, 252, 253, 254, 255, 262, 263):
        data = bytes((index * 7) & 0xFF for index in range(length))
        for most in (1, 3, 64, 1000):
            assert kinds(answer(0x41, data), most) == [(DATA, 0x41, data)]
    assert kinds(answer(0x41, b"ab", extended=True)) == [(DATA, 0x41, b"ab")]


def test_frames_back_to_back_with_noise_between():
    stream = (
        b"\x55\x00\xfe" + b"\x00\x00\xff\x00\xff\x00" + answer(0x15, b"") + b"\x13\x37" + answer(0x41, b"\x00\x90\x00")
    )
    expected = [(ACK, None, None), (DATA, 0x15, b""), (DATA, 0x41, b"\x00\x90\x00")]
    assert kinds(stream) == expected
    assert kinds(stream, 1) == expected


def test_lengths_that_lie():
    good = answer(0x41, b"\x00\x90\x00")
    for length in (0, 0xFE):
        wrong = bytearray(good)
        wrong[3] = length
        assert kinds(wrong)[:1] == [(BAD, None, None)] or length == 0
    assert kinds(b"\x00\x00\xff\x00\x00\xd5")[:1] == [(BAD, None, None)]  # length 0 that its checksum confirms
    assert kinds(b"\x00\x00\xff\xff\xff\x7f\xff\x82\xd5")[:1] == [(BAD, None, None)]  # 32767 bytes
    assert kinds(b"\x00\x00\xff\xff\xff\x01\x0a\xf5\xd5")[:1] == [(BAD, None, None)]  # 266: one too many


def test_every_flipped_bit_of_an_answer_is_noticed():
    good = answer(0x41, b"\x00\x6f\x10\x84\x90\x00")
    for index in range(3, len(good) - 1):
        for bit in range(8):
            wrong = bytearray(good)
            wrong[index] ^= 1 << bit
            assert (DATA, 0x41, b"\x00\x6f\x10\x84\x90\x00") not in kinds(wrong)
            assert all(kind != DATA for kind, _, _ in kinds(wrong))


def test_a_host_frame_or_a_lone_byte_is_no_answer():
    assert kinds(built(0x4A, b"\x01\x00")) == [(BAD, None, None)]  # an echo
    assert kinds(b"\x00\x00\xff\x01\xff\xd5\x2b\x00") == [(BAD, None, None)]


def test_random_streams_never_hang_or_raise():
    seed = 1
    for _ in range(60):
        stream = bytearray()
        for _ in range(120):
            seed = (seed * 1103515245 + 12345) & 0x3FFFFFFF
            pick = seed >> 16 & 7
            if pick == 0:
                stream.extend(b"\x00\xff")
            elif pick == 1:
                stream.extend(answer(0x41, bytes(seed >> 20 & 31)))
            else:
                stream.append(seed >> 8 & 0xFF)
        kinds(stream, 1 + (seed >> 12 & 63))


def test_wipe_leaves_nothing_of_a_card():
    frames = Incoming()
    frames.fill(Bytes(answer(0x41, b"\x57\x62\x92")))
    assert frames.next() == DATA
    frames.wipe()
    assert frames.payload is None
    assert bytes(frames._buffer) == bytes(300)
    frame = Outgoing()
    frame.begin(0x40)
    frame.add(b"\x12\x34")
    frame.wipe()
    assert not any(frame._buffer)
