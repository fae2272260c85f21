"""Barcode scanner that sends a code as one line of text, with or without an AIM symbology identifier before it.

Source: ISO/IEC 15424 (identifiers: "]Q1" QR code, "]C0" Code 128, ...); common serial scanners.
"""

from micropython import const

_CODE_MOST = const(300)


class Code:
    """symbology: the identifier's letter ("Q" QR code, "C" Code 128), "" where the scanner sends none. text: str."""

    def __init__(self, symbology, text):
        self.symbology = symbology
        self.text = text


def split_code(line):
    """Code of a line of printable ASCII, or None when nothing stands in it or it is too long."""
    symbology = ""
    if line[:1] == b"]" and len(line) >= 3 and bytes(line[1:2]).isalpha():
        symbology = chr(line[1])
        line = line[3:]
    if not 0 < len(line) <= _CODE_MOST:
        return None
    return Code(symbology, bytes(line).decode())


class Scanner:
    """port: LinePort. activity: set when something has come; then read()."""

    def __init__(self, port):
        self.activity = port.activity
        self.bad = 0
        self._port = port

    def clear(self):
        """Forget codes that nobody asked for."""
        self._port.clear()

    def read(self):
        """The next Code, or None."""
        line = self._port.take(_is_code)
        if line is None:
            return None
        code = split_code(line)
        if code is None:
            self.bad += 1
        return code


def _is_code(line):
    return line[0] not in b"%;+"
