"""PN532: commands, ACK and NACK, cards, chaining, aborts. Source: NXP UM0701-02, sections 6.2 and 7."""

from checks import raises
from drivers.fakes import BabblingUart, FakeClock, FakeSignal, ScriptedUart, run
from till.drivers.pn532 import PN532
from till.drivers.reader_error import CardGone, ReaderError, TwoCards

ACK = b"\x00\x00\xff\x00\xff\x00"
NACK = b"\x00\x00\xff\xff\x00\x00"
WAKE = b"\x55\x55" + bytes(14)
VERSION = b"\x00\x00\xff\x06\xfa\xd5\x03\x32\x01\x06\x07\xe8\x00"


def frame(tfi, data):
    body = bytes((tfi,)) + data
    if len(body) > 255:
        head = b"\xff\xff" + bytes((len(body) >> 8, len(body) & 255, -(len(body) // 256 + len(body) % 256) % 256))
    else:
        head = bytes((len(body), -len(body) % 256))
    return b"\x00\x00\xff" + head + body + bytes((-sum(body) % 256, 0))


def host(*data):
    return frame(0xD4, bytes(data))


def chip(*data):
    return frame(0xD5, bytes(data))


def step(command, reply, delay_ms=2):
    return (command, ((0, ACK), (delay_ms, reply)))


START = (
    (WAKE, ()),
    step(host(0x14, 1, 0, 1), chip(0x15)),
    step(b"\x00\x00\xff\x02\xfe\xd4\x02\x2a\x00", VERSION),
    step(host(0x32, 5, 0xFF, 1, 0xFF), chip(0x33)),
)
LIST = host(0x4A, 2, 0)
# NbTg 1, Tg 1, SENS_RES 0004, SEL_RES 20, 4 bytes NFCID1, ATS 05 78 80 70 02
LISTED = chip(0x4B, 1, 1, 0, 4, 0x20, 4, 0x12, 0x34, 0x56, 0x78, 5, 0x78, 0x80, 0x70, 0x02)
FIELD_OFF = step(host(0x32, 1, 0), chip(0x33))
RELEASE = (step(host(0x52, 0), chip(0x53, 0)), FIELD_OFF)


def made(*script, room=None):
    clock = FakeClock()
    uart = ScriptedUart(clock, script, room)
    return PN532(uart, clock), uart, clock


def with_card(*script):
    """A reader with a card in its field, whose next writes are script."""
    nfc, uart, clock = made(*(START + (step(LIST, LISTED),) + script))
    target, fired = run(nfc.wait_card((), 1000))
    assert target.uid == b"\x12\x34\x56\x78" and fired is None
    return nfc, uart, clock


def test_start_wakes_and_sets_the_chip_up():
    nfc, uart, _ = made(*START)
    run(nfc.start())
    assert uart.done()
    assert nfc.version == (1, 6)
    assert (uart.open, uart.opened) == (0, 1)


def test_start_tries_again_when_the_first_frame_is_lost():
    nfc, uart, _ = made((WAKE, ()), (host(0x14, 1, 0, 1), ()), (ACK, ()), *START)
    run(nfc.start())
    assert uart.done()


def test_a_silent_reader_is_an_error_in_bounded_time():
    lost = ((WAKE, ()), (host(0x14, 1, 0, 1), ()), (ACK, ()))
    nfc, uart, clock = made(*(lost * 3))
    error = raises(ReaderError, run, nfc.start())
    assert "start" in str(error) and not isinstance(error, CardGone)
    assert uart.done() and uart.open == 0
    assert clock.now_ms < 1000


def test_another_chip_is_refused():
    other = (START[0], START[1], step(host(2), chip(3, 0x33, 1, 0, 7)))
    nfc, uart, _ = made(*other)
    raises(ReaderError, run, nfc.start())
    assert uart.open == 0


def test_a_card_comes_later():
    nfc, uart, clock = made(*(START + (step(LIST, LISTED, 4000),)))
    target, fired = run(nfc.wait_card((), 60000))
    assert fired is None
    assert target.uid == b"\x12\x34\x56\x78"
    assert target.ats == b"\x05\x78\x80\x70\x02"
    assert uart.done() and uart.open == 1
    assert 4000 <= clock.now_ms < 4100


def test_a_card_without_iso_14443_4_has_no_ats():
    for more in ((), (2, 0)):
        classic = chip(0x4B, 1, 1, 0, 4, 0x08, 4, 1, 2, 3, 4, *more)
        nfc, _, _ = made(*(START + (step(LIST, classic),)))
        target, _ = run(nfc.wait_card((), 1000))
        assert target.ats == b"" and target.uid == b"\x01\x02\x03\x04"


def test_no_card_in_time_stops_the_search_and_the_field():
    nfc, uart, clock = made(*(START + ((LIST, ((0, ACK),)), (ACK, ()), FIELD_OFF)))
    assert run(nfc.wait_card((), 3000)) == (None, None)
    assert uart.done() and uart.open == 0
    assert 3000 <= clock.now_ms < 3200


def test_a_key_stops_the_search_and_stays_set():
    nfc, uart, clock = made(*(START + ((LIST, ((0, ACK),)), (ACK, ()), FIELD_OFF)))
    key, link = FakeSignal(), FakeSignal()
    clock.call_at(1500, key.set)
    assert run(nfc.wait_card((link, key), 60000)) == (None, key)
    assert key.is_set() and uart.done() and uart.open == 0
    assert clock.now_ms < 1600


def test_a_card_listed_while_the_search_is_stopped_is_not_the_next_answer():
    late = (ACK, ((1, LISTED),))
    nfc, uart, clock = made(*(START + ((LIST, ((0, ACK),)), late, FIELD_OFF, step(LIST, LISTED))))
    key = FakeSignal()
    clock.call_at(500, key.set)
    assert run(nfc.wait_card((key,), None)) == (None, key)
    target, _ = run(nfc.wait_card((), 1000))
    assert target and uart.done()


def test_a_chip_that_gives_up_is_asked_again_at_a_pace():
    nobody = step(LIST, chip(0x4B, 0))
    nfc, uart, clock = made(*(START + (nobody, nobody, nobody, step(LIST, LISTED))))
    target, _ = run(nfc.wait_card((), 1000))
    assert target and uart.done()
    assert clock.now_ms >= 60


def test_two_cards_are_let_go_and_neither_pays():
    two = chip(0x4B, 2, 1, 0, 4, 0x20, 4, 1, 2, 3, 4, 2, 0, 4, 0x20, 4, 5, 6, 7, 8)
    nfc, uart, _ = made(*(START + (step(LIST, two),) + RELEASE + (step(LIST, LISTED),)))
    raises(TwoCards, run, nfc.wait_card((), 1000))
    assert uart.open == 0
    target, _ = run(nfc.wait_card((), 1000))  # without waking it again
    assert target.uid == b"\x12\x34\x56\x78" and uart.done()


def test_a_short_answer_is_refused():
    for reply in (
        chip(0x4B, 1, 1, 0),
        chip(0x4B, 1, 1, 0, 4, 0x20, 10, 1),
    ):
        nfc, uart, _ = made(*(START + (step(LIST, reply),)))
        raises(ReaderError, run, nfc.wait_card((), 1000))
        assert uart.open == 0


def test_exchange():
    nfc, uart, _ = with_card(step(host(0x40, 1, 0, 0xA4, 4, 0), chip(0x41, 0, 0x6F, 0, 0x90, 0)), *RELEASE)
    assert run(nfc.exchange(b"\x00\xa4\x04\x00")) == b"\x6f\x00\x90\x00"
    assert uart.open == 1
    run(nfc.release())
    assert uart.done() and uart.open == 0
    run(nfc.release())
    assert uart.done()


def test_a_long_command_goes_in_an_extended_frame_and_a_longer_one_in_two():
    apdu = bytes(index & 0xFF for index in range(261))
    nfc, uart, _ = with_card(step(frame(0xD4, b"\x40\x01" + apdu), chip(0x41, 0, 0x90, 0)))
    assert run(nfc.exchange(apdu)) == b"\x90\x00"
    apdu = bytes(index & 0xFF for index in range(300))
    nfc, uart, _ = with_card(
        step(frame(0xD4, b"\x40\x41" + apdu[:262]), chip(0x41, 0)),
        step(frame(0xD4, b"\x40\x01" + apdu[262:]), chip(0x41, 0, 0x90, 0)),
    )
    assert run(nfc.exchange(apdu)) == b"\x90\x00"
    assert uart.done()


def test_a_long_answer_comes_in_parts():
    first, second = bytes(262), b"\x01" * 30 + b"\x90\x00"
    nfc, uart, _ = with_card(
        step(host(0x40, 1, 0), frame(0xD5, b"\x41\x40" + first)),
        step(host(0x40, 1), frame(0xD5, b"\x41\x00" + second)),
    )
    assert run(nfc.exchange(b"\x00")) == first + second
    assert uart.done()


def test_an_answer_without_end_is_bounded():
    nfc, _, _ = with_card(*([step(host(0x40, 1, 0), frame(0xD5, b"\x41\x40" + bytes(262)))] + [
        step(host(0x40, 1), frame(0xD5, b"\x41\x40" + bytes(262)))] * 3))  # fmt: skip
    assert "over 512" in str(raises(ReaderError, run, nfc.exchange(b"\x00")))
    nfc, _, _ = with_card(*([step(host(0x40, 1, 0), chip(0x41, 0x40))] + [step(host(0x40, 1), chip(0x41, 0x40))] * 8))
    assert "parts" in str(raises(ReaderError, run, nfc.exchange(b"\x00")))


def test_a_card_that_has_left():
    for status in (0x01, 0x13, 0x27, 0x2B):
        nfc, uart, _ = with_card(step(host(0x40, 1, 0), chip(0x41, status)), *RELEASE)
        raises(CardGone, run, nfc.exchange(b"\x00"))
        run(nfc.release())
        assert uart.done() and uart.open == 0
    nfc, _, _ = with_card(step(host(0x40, 1, 0), chip(0x41, 0x0E)))  # the chip's buffer: not the card's doing
    assert not isinstance(raises(ReaderError, run, nfc.exchange(b"\x00")), CardGone)


def test_exchange_without_a_card_writes_nothing():
    nfc, uart, _ = made()
    raises(CardGone, run, nfc.exchange(b"\x00\xa4"))
    assert uart.written == []


def test_a_damaged_answer_is_asked_for_again():
    good = chip(0x41, 0, 0x6F, 0x90, 0)
    damaged = bytearray(good)
    damaged[7] ^= 0x10
    nfc, uart, _ = with_card(
        step(host(0x40, 1, 0), bytes(damaged)), (NACK, ((1, bytes(damaged)),)), (NACK, ((1, good),))
    )
    assert run(nfc.exchange(b"\x00")) == b"\x6f\x90\x00"
    assert uart.done()
    assert nfc.bad == 2


def test_damage_without_end_is_bounded():
    damaged = bytearray(chip(0x41, 0, 0x90, 0))
    damaged[-2] ^= 1
    damaged = bytes(damaged)
    nfc, uart, _ = with_card(step(host(0x40, 1, 0), damaged), *([(NACK, ((1, damaged),))] * 3))
    raises(ReaderError, run, nfc.exchange(b"\x00"))
    assert uart.done()


def test_start_codes_inside_a_damaged_frame_are_not_asked_for_one_by_one():
    inside = b"\x41\x00" + b"\x00\xff\x03\x04" * 5 + b"\x90\x00"
    damaged = bytearray(frame(0xD5, inside))
    damaged[3] ^= 0x40  # its length: what follows reads as noise with start codes in it
    nfc, uart, _ = with_card(step(host(0x40, 1, 0), bytes(damaged)), (NACK, ((1, frame(0xD5, inside)),)))
    assert run(nfc.exchange(b"\x00")) == inside[2:]
    assert uart.done()


def test_an_exchange_is_never_sent_twice():
    nfc, uart, clock = with_card((host(0x40, 1, 0), ()), (ACK, ()))
    before_ms = clock.now_ms
    raises(ReaderError, run, nfc.exchange(b"\x00"))
    assert uart.done()
    assert clock.now_ms - before_ms < 100
    nfc, uart, clock = with_card((host(0x40, 1, 0), ((0, ACK),)), (ACK, ()))
    raises(ReaderError, run, nfc.exchange(b"\x00"))
    assert uart.done()
    assert 5000 <= clock.now_ms < 5200


def test_a_long_command_has_its_time_on_a_slow_line():
    apdu = bytes(200)
    nfc, uart, _ = with_card((frame(0xD4, b"\x40\x01" + apdu), ((230, ACK), (232, chip(0x41, 0, 0x90, 0)))))
    uart.baud = 9600
    assert run(nfc.exchange(apdu)) == b"\x90\x00"


def test_a_damaged_acknowledgement_does_not_cost_the_answer():
    nfc, _, _ = with_card((host(0x40, 1, 0), ((0, b"\x00\x00\xff\x00\xef\x00"), (3, chip(0x41, 0, 0x90, 0)))))
    assert run(nfc.exchange(b"\x00")) == b"\x90\x00"


def test_late_answers_are_not_taken_for_this_one():
    old = chip(0x41, 0, 0x6A, 0x82)
    nfc, uart, _ = with_card(
        (host(0x40, 1, 0), ((0, old + old), (1, ACK), (2, chip(0x4B, 0)), (3, chip(0x41, 0, 0x90, 0))))
    )
    uart.arrive(old)
    assert run(nfc.exchange(b"\x00")) == b"\x90\x00"
    assert nfc.late == 3


def test_a_refused_command():
    nfc, _, _ = with_card((host(0x40, 1, 0), ((0, ACK), (1, b"\x00\x00\xff\x01\xff\x7f\x81\x00"))))
    raises(ReaderError, run, nfc.exchange(b"\x00"))


def test_answers_without_status():
    for reply in (chip(0x41), chip(0x41, 0), chip(0x41, 0, 0x90)):
        nfc, _, _ = with_card(step(host(0x40, 1, 0), reply))
        raises(ReaderError, run, nfc.exchange(b"\x00"))


def test_noise_without_end_is_bounded():
    noise = [(1 + at, b"\x55" * 200) for at in range(40)]
    nfc, _, _ = with_card((host(0x40, 1, 0), [(0, ACK)] + noise))
    assert "noise" in str(raises(ReaderError, run, nfc.exchange(b"\x00")))


def test_release_of_a_dead_reader_ends_and_the_next_card_starts_it_again():
    dead = ((host(0x52, 0), ()), (ACK, ())) + ((host(0x32, 1, 0), ()), (ACK, ())) * 3
    nfc, uart, _ = with_card(*(dead + START + (step(LIST, LISTED),)))
    run(nfc.release())
    assert uart.open == 0
    target, _ = run(nfc.wait_card((), 1000))
    assert target and uart.done()


def test_a_card_still_there_is_released_before_the_next_search():
    nfc, uart, _ = with_card(*(RELEASE + (step(LIST, LISTED),)))
    run(nfc.wait_card((), 1000))
    assert uart.done() and (uart.open, uart.opened) == (1, 2)


def test_a_queue_that_takes_little_at_a_time():
    nfc, uart, _ = made(*START, room=3)
    run(nfc.start())
    assert uart.done()
    nfc, uart, _ = made(room=0)
    assert "no bytes" in str(raises(ReaderError, run, nfc.start()))
    assert uart.open == 0


def test_nothing_of_a_card_is_left_after_release():
    track = b"\x57\x62\x92\x52\x01"
    nfc, _, _ = with_card(step(host(0x40, 1, 0), frame(0xD5, b"\x41\x00" + track + b"\x90\x00")), *RELEASE)
    run(nfc.exchange(b"\x00"))
    run(nfc.release())
    for buffer in (nfc._answer, nfc._link._in._buffer, nfc._link._out._buffer):
        assert not any(buffer)


def test_errors_carry_no_card_data():
    secret = b"\x62\x92\x52\x01"
    nfc, _, _ = with_card(step(frame(0xD4, b"\x40\x01" + secret), chip(0x41, 0x01)))
    text = str(raises(CardGone, run, nfc.exchange(secret)))
    assert "62" not in text and "92" not in text


def test_random_lines_end_in_an_answer_or_in_the_driver_s_own_error():
    seed = 99
    ends = [0, 0]
    for _ in range(60):
        babble = [(0, ACK)]
        for at_ms in range(12):
            seed = (seed * 1103515245 + 12345) & 0x3FFFFFFF
            data = bytearray(chip(0x41, 0, seed >> 24, 0x90, 0))
            data[seed >> 10 & 7] ^= 1 << (seed >> 14 & 7)
            if seed >> 15 & 3 == 0:
                data = chip(0x41, 0, 0x90, 0)
            babble.append((at_ms, bytes(data[: 4 + (seed >> 18 & 15)])))
        clock = FakeClock()
        uart = BabblingUart(clock, START + (step(LIST, LISTED),))
        nfc = PN532(uart, clock)
        run(nfc.wait_card((), 1000))
        uart.babble = babble
        try:
            assert run(nfc.exchange(b"\x00"))[-2:] == b"\x90\x00"
            ends[0] += 1
        except ReaderError:
            ends[1] += 1
        assert clock.now_ms < 20000
    assert min(ends) > 5, ends
