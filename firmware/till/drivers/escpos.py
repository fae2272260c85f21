"""ESC/POS receipt printer on a UART. Source: Epson ESC/POS application programming guide, command reference."""

from micropython import const

from till.drivers.serial_out import write_all

BOLD = const(1)
BIG = const(2)  # twice as wide and as high: half the columns
CENTER = const(4)

_CHUNK = const(256)
_LINE_MOST = const(192)  # bytes of text; the widest paper takes 48 columns, at most 96 bytes
_LINES_MOST = const(1000)  # a settlement slip names every voucher of a batch
_ANSWER_MS = const(500)
_FEED = b"\x1bd\x04"  # ESC d 4: from the print head past the knife
_CUT = b"\x1dV\x01"  # GS V 1: one point left uncut


class PrinterError(Exception):
    """A slip that cannot be printed. args: line number (from 0), byte offset, reason."""


class EscPos:
    """Prints lines and asks for the printer's state.

    uart: write, any, readinto, received, baud.  clock: sleep_ms, wait.
    fault: why the last ready() was False: "silent", "offline" or "paper", else "".
    The one byte of a status answer fits the UART's FIFO, so flash may be written meanwhile and begin/end are not used.
    """

    def __init__(self, uart, clock):
        self.fault = ""
        self._uart = uart
        self._clock = clock
        self._answer = bytearray(16)

    async def print(self, lines):
        """Print lines: (text bytes in ASCII or GB2312/GB18030 two-byte codes, style bits) each.

        Returns when the last byte has gone over the line. PrinterError before the line that is wrong.
        """
        await self._send(b"\x1b@")  # ESC @: whatever the last slip left on is off
        style = 0
        for number, (text, wanted) in enumerate(lines):
            if number >= _LINES_MOST:
                raise PrinterError(number, 0, "more than %d lines" % _LINES_MOST)
            await self._send(encode_line(number, text, style, wanted))
            style = wanted

    async def cut(self):
        """Feed past the knife and cut."""
        await self._send(_FEED + _CUT)

    async def ready(self):
        """True when the printer is on line and has paper (DLE EOT 1 and 4); False sets fault."""
        printer = await self._status(1)
        if printer < 0:
            self.fault = "silent"
            return False
        paper = await self._status(4)
        if paper < 0:
            self.fault = "silent"
        elif paper & 0x60:  # before "offline": an empty roll also takes the printer off line
            self.fault = "paper"
        elif printer & 0x08:
            self.fault = "offline"
        else:
            self.fault = ""
        return not self.fault

    async def _status(self, what):
        """The answer to DLE EOT what, or -1. Its fixed bits (0xx1xx10) tell it from noise."""
        uart = self._uart
        for _ in range(64):  # what an earlier question left behind
            if not uart.any() or not uart.readinto(self._answer):
                break
        uart.received.clear()
        await self._send(bytes((0x10, 0x04, what)))
        for _ in range(16):
            count = uart.readinto(self._answer) if uart.any() else 0
            for index in range(count or 0):
                if self._answer[index] & 0x93 == 0x12:
                    return self._answer[index]
            if await self._clock.wait((uart.received,), _ANSWER_MS) is None:
                return -1
            uart.received.clear()
        return -1

    async def _send(self, data):
        """At most 256 bytes at a time, each chunk given its time on the line before the next."""
        for start in range(0, len(data), _CHUNK):
            chunk = data[start : start + _CHUNK]
            await write_all(self._uart, self._clock, chunk)
            await self._clock.sleep_ms((len(chunk) * 10000 + self._uart.baud - 1) // self._uart.baud)


def encode_line(number, text, style, wanted):
    """The bytes that print one line: what changes from style to wanted, the text, LF.

    number: for the error. Two-byte codes (first byte 80 and above) are put between FS & and FS . ;
    a control byte in the text prints as "?": a merchant's name shall not drive the printer.
    """
    if len(text) > _LINE_MOST:
        raise PrinterError(number, _LINE_MOST, "longer than %d bytes" % _LINE_MOST)
    out = bytearray()
    changed = style ^ wanted
    if changed & BOLD:
        out.extend(b"\x1bE\x01" if wanted & BOLD else b"\x1bE\x00")
    if changed & BIG:
        out.extend(b"\x1d!\x11" if wanted & BIG else b"\x1d!\x00")
    if changed & CENTER:
        out.extend(b"\x1ba\x01" if wanted & CENTER else b"\x1ba\x00")
    chinese = False
    index = 0
    while index < len(text):
        byte = text[index]
        wide = byte >= 0x80
        if wide and (index + 1 == len(text) or text[index + 1] < 0x40):
            raise PrinterError(number, index, "half of a two-byte character")
        if wide != chinese:
            out.extend(b"\x1c&" if wide else b"\x1c.")
            chinese = wide
        if wide:
            out.append(byte)
            index += 1
            out.append(text[index])
        else:
            out.append(byte if 0x20 <= byte < 0x7F else 0x3F)
        index += 1
    if chinese:
        out.extend(b"\x1c.")
    out.append(0x0A)
    return out
