"""The contact reader's driver against a reader written down, byte for byte. Source: USB CCID 1.1, GemPC Twin."""

from checks import raises
from drivers.fakes import BabblingUart, FakeClock, FakeSignal, ScriptedUart, run
from till.drivers.ccid import ContactReader
from till.drivers.reader_error import CardGone, CardMute, ReaderError

NAK = b"\x03\x15\x16"
ATR = b"\x3b\x00"


def framed(kind, seq, first=0, second=0, third=0, data=b""):
    body = bytes((3, 6, kind, len(data) & 255, len(data) >> 8, 0, 0, 0, seq, first, second, third)) + data
    check = 0
    for byte in body:
        check ^= byte
    return body + bytes((check,))


def step(command, answer, delay_ms=2):
    return (command, ((delay_ms, answer),))


def slot(seq, icc=0):
    return step(framed(0x65, seq), framed(0x81, seq, icc))


# slot status, power on at 1.8 V, parameters of T=0
POWERED = (
    slot(1, 1),
    step(framed(0x62, 2, 3), framed(0x80, 2, data=ATR)),
    step(framed(0x61, 3, data=b"\x11\x00\x00\x0a\x00"), framed(0x82, 3, data=b"\x11\x00\x00\x0a\x00")),
)
OFF = (framed(0x63, 5), ((1, framed(0x81, 5, 1)),))
RECORD = b"\x00\xb2\x01\x0c\x02"


def ask(seq=4):
    return framed(0x6F, seq, data=RECORD)


def said(seq=4, data=b"\x70\x00\x90\x00"):
    return framed(0x80, seq, data=data)


def made(*script):
    clock = FakeClock()
    uart = ScriptedUart(clock, script)
    return ContactReader(uart, clock), uart, clock


def with_card(*script):
    reader, uart, clock = made(*(POWERED + script))
    assert run(reader.wait_card((), 1000)) == (ATR, None)
    return reader, uart, clock


def test_a_card_from_power_on_to_power_off():
    reader, uart, _ = with_card(step(ask(), said()), OFF)
    assert reader.present and reader.atr.protocols == (0,) and uart.open == 0
    assert run(reader.exchange(RECORD)) == b"\x70\x00\x90\x00"
    run(reader.release())
    assert uart.done() and uart.open == 0 and reader.atr is None
    for buffer in (reader._answer, reader._link._in._buffer, reader._link._out._buffer):
        assert not any(buffer)
    run(reader.release())
    assert uart.done()


def test_the_reader_asks_for_a_command_again():
    reader, uart, _ = with_card(step(ask(), NAK), step(ask(), said()))
    assert run(reader.exchange(RECORD)) == b"\x70\x00\x90\x00"
    assert uart.done()
    reader, uart, _ = with_card(*[step(ask(), NAK)] * 4)
    assert "damaged" in str(raises(ReaderError, run, reader.exchange(RECORD)))
    assert uart.done() and uart.open == 0


def test_an_answer_damaged_on_the_line_is_asked_for_again():
    for at in (9, 13, -1):
        damaged = bytearray(said())
        damaged[at] ^= 4
        reader, uart, _ = with_card(step(ask(), bytes(damaged)), step(NAK, said()))
        assert run(reader.exchange(RECORD)) == b"\x70\x00\x90\x00"
        assert uart.done() and reader.bad == 1


def test_the_rest_of_a_frame_never_comes():
    reader, uart, clock = with_card(step(ask(), said()[:-3]), step(NAK, said()))
    before = clock.now_ms
    assert run(reader.exchange(RECORD)) == b"\x70\x00\x90\x00"
    assert uart.done() and clock.now_ms - before < 300


def test_late_answers_and_notices_are_not_taken_for_this_one():
    reader, uart, _ = with_card((ask(), ((1, said(3)), (2, b"\x50\x03"), (3, framed(0x81, 4)), (4, said()))))
    uart.arrive(said(4, b"\x6a\x82"))
    assert run(reader.exchange(RECORD)) == b"\x70\x00\x90\x00"
    assert reader.late == 3


def test_time_extensions_keep_it_waiting_but_not_for_ever():
    more = [(4000 * at, framed(0x80, 4, 0x80, 1)) for at in range(1, 6)]
    reader, uart, clock = with_card((ask(), more + [(24000, said())]))
    before = clock.now_ms
    assert run(reader.exchange(RECORD)) == b"\x70\x00\x90\x00"
    assert 24000 <= clock.now_ms - before < 24100
    endless = [(4000 * at, framed(0x80, 4, 0x80, 1)) for at in range(1, 12)]
    reader, uart, clock = with_card((ask(), endless), step(framed(0x72, 5), framed(0x81, 5)))
    before = clock.now_ms
    assert "in time" in str(raises(ReaderError, run, reader.exchange(RECORD)))
    assert clock.now_ms - before < 41000 and uart.done()


def test_a_command_is_never_given_to_the_card_twice():
    reader, uart, clock = with_card((ask(), ()), step(framed(0x72, 5), framed(0x81, 5)))
    raises(ReaderError, run, reader.exchange(RECORD))
    assert uart.done() and clock.now_ms < 7000


def test_what_the_reader_says_of_the_card():
    for status, error, kind in ((0x42, 0xFE, CardGone), (0x41, 0xFB, CardGone), (0x40, 0xFE, CardMute)):
        reader, uart, _ = with_card(step(ask(), framed(0x80, 4, status, error)))
        assert type(raises(kind, run, reader.exchange(RECORD))) is kind
        assert uart.open == 0
    reader, _, _ = with_card(step(ask(), framed(0x80, 4, 0x40, 0xFD)))
    assert type(raises(ReaderError, run, reader.exchange(RECORD))) is ReaderError


def test_a_card_that_went_between_two_commands():
    reader, uart, _ = with_card()
    uart.arrive(b"\x50\x02\x50\x03")
    raises(CardGone, run, reader.exchange(RECORD))
    assert uart.done() and reader.present


def test_a_silent_reader_is_an_error_in_bounded_time():
    lost = (framed(0x65, 1), ()), (framed(0x65, 2), ()), (framed(0x65, 3), ())
    reader, uart, clock = made(*lost)
    assert "connected" in str(raises(ReaderError, run, reader.start()))
    assert uart.done() and uart.open == 0 and clock.now_ms < 2000


def test_a_key_ends_the_wait_and_stays_set():
    reader, uart, clock = made(slot(1, 2), slot(2, 2))
    key = FakeSignal()
    clock.call_at(1500, key.set)
    assert run(reader.wait_card((key,), 60000)) == (None, key)
    assert key.is_set() and uart.done() and uart.open == 0


def test_every_voltage_and_then_it_is_no_card():
    mute = [step(framed(0x62, 2 + at, select), framed(0x80, 2 + at, 0x41, 0xFE)) for at, select in enumerate((3, 2, 1))]
    reader, uart, _ = made(slot(1, 1), *mute)
    assert "answer to reset" in str(raises(CardMute, run, reader.wait_card((), 1000)))
    assert uart.done() and reader.atr is None


def test_random_lines_end_in_an_answer_or_in_the_driver_s_own_error():
    seed, ends = 21, [0, 0]
    for _ in range(60):
        babble = []
        for at_ms in range(12):
            seed = (seed * 1103515245 + 12345) & 0x3FFFFFFF
            data = bytearray(said())
            data[seed >> 10 & 7] ^= 1 << (seed >> 14 & 7)
            if seed >> 17 & 3 == 0:
                data = said()
            babble.append((at_ms, bytes(data[: 4 + (seed >> 18 & 15)])))
        clock = FakeClock()
        uart = BabblingUart(clock, POWERED)
        reader = ContactReader(uart, clock)
        run(reader.wait_card((), 1000))
        uart.babble = babble
        try:
            assert run(reader.exchange(RECORD))[-2:] == b"\x90\x00"
            ends[0] += 1
        except ReaderError:
            ends[1] += 1
        assert clock.now_ms < 60000 and uart.open == 0
    assert min(ends) > 5, ends
