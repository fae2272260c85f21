# heap: 700k
"""ESC/POS: command bytes, Chinese mode, status, pacing. Source: Epson ESC/POS command reference."""

from checks import raises
from drivers.fakes import FakeClock, ScriptedUart, run
from till.drivers.escpos import BIG, BOLD, CENTER, EscPos, PrinterError, encode_line


class PaperUart(ScriptedUart):
    """Takes everything and answers DLE EOT n with what status[n] says."""

    def __init__(self, clock, status=None, room=None, baud=115200):
        super().__init__(clock, (), room)
        self.status = status or {}
        self.baud = baud
        self.times = []

    def write(self, buffer):
        data = bytes(buffer)
        if self._room is not None:
            data = data[: self._room]
        if not data:
            return 0
        self.written.append(data)
        self.times.append(self._clock.now_ms)
        if data[:2] == b"\x10\x04" and data[2] in self.status:
            answer = self.status[data[2]]
            self._clock.call_at(self._clock.now_ms + 3, lambda: self.arrive(answer))
        return len(data)


def made(status=None, room=None, baud=115200):
    clock = FakeClock()
    uart = PaperUart(clock, status, room, baud)
    return EscPos(uart, clock), uart, clock


def test_styles_are_switched_only_where_they_change():
    printer, uart, _ = made()
    run(printer.print([(b"Demo Store", BOLD | BIG | CENTER), (b"x", BOLD), (b"y", BOLD), (b"z", 0)]))
    assert uart.written == [
        b"\x1b@",
        b"\x1bE\x01\x1d!\x11\x1ba\x01Demo Store\n",
        b"\x1d!\x00\x1ba\x00x\n",
        b"y\n",
        b"\x1bE\x00z\n",
    ]


def test_chinese_mode_goes_on_and_off_by_itself():
    assert encode_line(0, b"\xbd\xf0\xb6\xee 1.00", 0, 0) == b"\x1c&\xbd\xf0\xb6\xee\x1c. 1.00\n"
    assert encode_line(0, b"A\xbd\xf0B\xb6\xee", 0, 0) == b"A\x1c&\xbd\xf0\x1c.B\x1c&\xb6\xee\x1c.\n"


def test_half_a_character_and_a_long_line_are_refused():
    error = raises(PrinterError, encode_line, 7, b"12\xbd", 0, 0)
    assert error.args[:2] == (7, 2)
    error = raises(PrinterError, encode_line, 1, b"\xbd\x0a", 0, 0)
    assert error.args[:2] == (1, 0)
    raises(PrinterError, encode_line, 0, bytes(193), 0, 0)
    printer, _, _ = made()
    raises(PrinterError, run, printer.print([(b"x", 0)] * 1001))


def test_text_cannot_drive_the_printer():
    assert encode_line(0, b"a\x1b@\x1dV\x00b\x7f", 0, 0) == b"a?@?V?b?\n"


def test_cut_feeds_first():
    printer, uart, _ = made()
    run(printer.cut())
    assert uart.written == [b"\x1bd\x04\x1dV\x01"]


def test_no_chunk_is_over_256_bytes_and_each_has_its_time_on_the_line():
    printer, uart, clock = made(baud=9600)
    run(printer.print([(b"\xbd\xf0A" * 64, 0)]))
    assert max([len(data) for data in uart.written]) <= 256
    sent = 0
    for data, at_ms in zip(uart.written, uart.times):
        assert at_ms * 9600 >= sent * 10000
        sent += len(data)
    assert clock.now_ms * 9600 >= sent * 10000
    assert clock.now_ms * 9600 < (sent + 100) * 10000


def test_a_full_queue_is_waited_for_and_a_dead_one_is_an_error():
    printer, uart, _ = made(room=5)
    run(printer.print([(b"Hello, paper", 0)]))
    assert b"".join(uart.written) == b"\x1b@Hello, paper\n"
    printer, uart, clock = made(room=0)
    assert raises(OSError, run, printer.cut()).args[0] == 110
    assert clock.now_ms < 1000


def test_ready_asks_the_printer_and_its_paper():
    printer, uart, _ = made({1: b"\x12", 4: b"\x12"})
    assert run(printer.ready()) is True
    assert printer.fault == ""
    assert uart.written == [b"\x10\x04\x01", b"\x10\x04\x04"]


def test_not_ready_says_why():
    for status, fault in (
        ({1: b"\x1a", 4: b"\x12"}, "offline"),
        ({1: b"\x1a", 4: b"\x72"}, "paper"),
        ({1: b"\x12", 4: b"\x72"}, "paper"),
        ({1: b"\x12"}, "silent"),
        ({}, "silent"),
        ({1: b"\xff", 4: b"\x12"}, "silent"),  # noise has not the fixed bits
    ):
        printer, _, clock = made(status)
        assert run(printer.ready()) is False
        assert printer.fault == fault
        assert clock.now_ms <= 1100
    printer, _, _ = made({1: b"\x12", 4: b"\x1e"})
    assert run(printer.ready()) is True  # the roll is near its end, not at it


def test_an_old_answer_is_not_taken_for_the_new_one():
    printer, uart, _ = made({1: b"\x1a", 4: b"\x12"})
    uart.arrive(b"\x12")
    assert run(printer.ready()) is False
    assert printer.fault == "offline"
