"""T=0 and T=1 against a card written down: what is yielded, byte for byte. Source: ISO/IEC 7816-3:2006, 11 and 12."""

from checks import raises
from till.drivers.t0 import T0, T0Error
from till.drivers.t1 import T1, T1Error, block, pcb_of


def played(steps, *dialogue):
    """Send the card's half of (expected, reply) pairs; returns the generator's result."""
    reply = None
    for expected, answer in dialogue:
        data, _ = steps.send(reply)
        assert bytes(data) == expected, (bytes(data), expected)
        reply = answer
    try:
        steps.send(reply)
    except StopIteration as end:
        return end.value
    raise AssertionError("goes on")


def h(text):
    return bytes.fromhex(text.replace(" ", ""))


def t0(apdu, *dialogue):
    return played(T0(bytearray(512)).transmit(h(apdu)), *[(h(a), h(b)) for a, b in dialogue])


def test_t_0_cases():
    assert t0("00 0E 00 00", ("00 0E 00 00 00", "9000")) == h("9000")
    assert t0("00 B2 01 0C 02", ("00 B2 01 0C 02", "7000 9000")) == h("7000 9000")
    assert t0("00 20 00 80 01 55", ("00 20 00 80 01 55", "63C2")) == h("63C2")
    assert t0("00 A4 04 00 01 AA 00", ("00 A4 04 00 01 AA", "6102"), ("00 C0 00 00 02", "6F00 9000")) == h("6F00 9000")


def test_t_0_lengths():
    assert t0("00 B2 01 0C 00", ("00 B2 01 0C 00", "6C02"), ("00 B2 01 0C 02", "7000 9000")) == h("7000 9000")
    assert t0(
        "80 CA 9F 36 00", ("80 CA 9F 36 00", "6C04"), ("80 CA 9F 36 04", "01 02 6102"), ("80 C0 00 00 02", "03 04 9000")
    ) == h("01 02 03 04 9000")


def test_t_0_a_warning_with_data():
    assert t0(
        "00 A4 04 00 01 AA 00", ("00 A4 04 00 01 AA", "6283"), ("00 C0 00 00 00", "6C02"),
        ("00 C0 00 00 02", "6F00 9000"),
    ) == h("6F00 6283")  # fmt: skip
    # nothing waits there after all
    assert t0("00 A4 04 00 01 AA 00", ("00 A4 04 00 01 AA", "6283"), ("00 C0 00 00 00", "6985")) == h("6283")
    assert t0("00 20 00 80 01 55", ("00 20 00 80 01 55", "6283")) == h("6283")


def test_t_0_bounds():
    for apdu in ("00 A4", "00 A4 04 00 05 AA", "00 A4 04 00 01 AA 00 00"):
        raises(T0Error, t0, apdu)
    raises(T0Error, t0, "00 B2 01 0C 00", ("00 B2 01 0C 00", "90"))
    endless = [("00 B2 01 0C 00", "6101")] + [("00 C0 00 00 01", "55 6101")] * 15
    raises(T0Error, t0, "00 B2 01 0C 00", *endless)
    long = T0(bytearray(4)).transmit(h("00 B2 01 0C 00"))
    long.send(None)
    assert "over" in str(raises(T0Error, long.send, h("01 02 03 04 05 9000")))


def test_blocks():
    assert bytes(block(0x00, h("00A40400"))) == h("00 00 04 00A40400 A4")
    assert bytes(block(0x90)) == h("00 90 00 90")
    assert pcb_of(h("00 90 00 90")) == 0x90
    for bad in ("", "00", "00 90 00 91", "00 90 01 90", "01 90 00 91", "00 90 00"):
        assert pcb_of(h(bad)) is None
    assert pcb_of(None) is None


def t1(apdu, *dialogue, ifsc=32, side=None):
    side = side or T1(ifsc, bytearray(512))
    return played(side.transmit(h(apdu)), *[(bytes(a), b if b is None else bytes(b)) for a, b in dialogue])


GPO = "80A80000"


def test_t_1_numbers_go_on_from_one_command_to_the_next():
    side = T1(32, bytearray(512))
    for number in (0, 1, 0):
        pcb = number << 6
        assert t1(GPO, (block(pcb, h(GPO)), block(pcb, h("9000"))), side=side) == h("9000")


def test_t_1_chains():
    whole = bytes(range(40))
    side = T1(16, bytearray(512))
    assert played(
        side.transmit(whole),
        (block(0x20, whole[:16]), block(0x90)),
        (block(0x60, whole[16:32]), block(0x80)),
        (block(0x00, whole[32:]), block(0x20, b"\x01\x02")),
        (block(0x90), block(0x40, b"\x90\x00")),
    ) == h("0102 9000")


def test_t_1_more_time_and_another_size():
    side = T1(32, bytearray(512))
    steps = side.transmit(h(GPO))
    steps.send(None)
    data, times = steps.send(bytes(block(0xC3, b"\x05")))
    assert bytes(data) == bytes(block(0xE3, b"\x05")) and times == 5
    data, times = steps.send(bytes(block(0xC1, b"\x10")))
    assert bytes(data) == bytes(block(0xE1, b"\x10")) and times == 0
    raises(StopIteration, steps.send, bytes(block(0x00, h("9000"))))
    assert bytes(side.transmit(bytes(20)).send(None)[0]) == bytes(block(0x60, bytes(16)))


def test_t_1_errors_are_said_and_mended():
    i0, answer = block(0, h(GPO)), block(0, h("9000"))
    assert t1(GPO, (i0, b""), (block(0x81), answer)) == h("9000")  # damaged: R(0), error 1
    assert t1(GPO, (i0, None), (block(0x82), answer)) == h("9000")  # silence: error 2
    assert t1(GPO, (i0, block(0x40, h("9000"))), (block(0x82), answer)) == h("9000")  # wrong number
    assert t1(GPO, (i0, block(0x81)), (i0, answer)) == h("9000")  # the card got it damaged
    assert t1(GPO, (i0, block(0x90)), (block(0x82), answer)) == h("9000")  # it has it: not a second time
    # a damaged block in its chain, and a damaged acknowledgement of ours
    part = block(0x20, b"\x01")
    assert t1(GPO, (i0, part), (block(0x90), b""), (block(0x91), block(0x40, h("9000")))) == h("01 9000")
    assert t1(GPO, (i0, part), (block(0x90), block(0x91)), (block(0x90), block(0x40, h("9000")))) == h("01 9000")


def test_t_1_resynchronisation():
    i0, resynch = block(0, h(GPO)), block(0xC0)
    bad = ((i0, b""), (block(0x81), b""), (block(0x81), b""))
    side = T1(32, bytearray(512))
    error = raises(T1Error, t1, GPO, *bad, (resynch, b""), (resynch, block(0xE0)), side=side)
    assert "lost" in str(error) and not error.mute
    assert t1(GPO, (i0, block(0, h("9000"))), side=side) == h("9000")
    error = raises(T1Error, t1, GPO, (i0, None), (block(0x82), None), (block(0x82), None), *[(resynch, None)] * 3)
    assert error.mute
    error = raises(T1Error, t1, GPO, *bad, *[(resynch, b"")] * 3)
    assert not error.mute


def test_t_1_bounds():
    i0 = block(0, h(GPO))
    assert "broke off" in str(raises(T1Error, t1, GPO, (i0, block(0xC2)), (block(0xE2), b"")))
    more = [(i0, block(0xC3, b"\x01"))] + [(block(0xE3, b"\x01"), block(0xC3, b"\x01"))] * 60
    assert "time" in str(raises(T1Error, t1, GPO, *more))
    side = T1(32, bytearray(4))
    assert "over" in str(raises(T1Error, t1, GPO, (i0, block(0, bytes(5))), side=side))


def test_t_1_start():
    request = block(0xC1, b"\xfe")
    side = T1(32, bytearray(8))
    played(side.start(), (request, b""), (request, bytes(block(0xE1, b"\xfe"))))
    raises(T1Error, played, side.start(), *[(request, bytes(block(0xE1, b"\x20")))] * 3)


def test_random_answers_end_in_an_answer_or_its_own_error():
    seed, ends = 11, [0, 0]
    for _ in range(150):
        steps = T1(32, bytearray(64)).transmit(bytes(4))
        reply = None
        for _ in range(1000):
            try:
                steps.send(reply)
            except StopIteration:
                ends[0] += 1
                break
            except T1Error:
                ends[1] += 1
                break
            seed = (seed * 1103515245 + 12345) & 0x3FFFFFFF
            pcb = (0, 0x40, 0x20, 0x60, 0x80, 0x90, 0xC3, seed >> 20 & 0xFF)[seed >> 12 & 7]
            reply = bytes(block(pcb, bytes(seed >> 8 & 3))) if seed >> 6 & 7 else b"\x55"
        else:
            raise AssertionError("without end")
    assert min(ends) > 3, ends
