"""T=0 on the card's side: headers in, procedure bytes, data and status words out (ISO/IEC 7816-3, 10 and 12.2)."""

from host_sim.rig.cards.contact import ContactCard

GET_RESPONSE = 0xC0
# Instructions with command data; those of the first row have an answer too (ISO/IEC 7816-4, EMV Book 3, 6.5).
CASE_4 = {0xA4, 0xA8, 0x88, 0xAE}
WITH_DATA = CASE_4 | {0x20, 0x82, 0x16, 0x18, 0x1E, 0x24, 0xD6, 0xDA, 0xDC, 0xE2}


class T0Side:
    """card: behind it. one_by_one: asks for command data byte by byte. works_us: how long the last step took it."""

    def __init__(self, card: ContactCard, one_by_one: bool = False):
        self._card, self._one_by_one = card, one_by_one
        self._raw = bool(getattr(card, "commands_as_tpdus", False))
        self.works_us = 0
        self._header = b""
        self._wanted = 0
        self._data = b""
        self._pending = b""

    def header(self, header: bytes, outgoing: bool) -> bytes:
        """Five bytes that begin a command; what the card says to them. outgoing: the reader has data behind them, which
        a card knows by its instruction; it only matters for instructions that the card does not know."""
        ins, p3 = header[1], header[4]
        self._header, self._data, self._wanted, self.works_us = header, b"", 0, 0
        if p3 and (ins in WITH_DATA or (self._raw and outgoing)):
            self._wanted = p3
            return self._acknowledge()
        if self._raw:
            return self._whole(self._transmit(header), ins)
        if ins == GET_RESPONSE:
            return self._response(p3 or 256)
        self._pending = b""
        answer = self._transmit(header)
        data, status = answer[:-2], answer[-2:]
        if not data:
            return status
        if len(data) != (p3 or 256):
            return bytes([0x6C, len(data) & 0xFF])
        return self._whole(answer, ins)

    def data(self, data: bytes) -> bytes:
        """Command data that was asked for; what the card says to it."""
        self.works_us = 0
        self._data += data
        if len(self._data) < self._wanted:
            return self._acknowledge()
        ins = self._header[1]
        if self._raw:
            return self._whole(self._transmit(self._header + self._data), ins)
        answer = self._transmit(self._header + self._data + (b"\x00" if ins in CASE_4 else b""))
        self._pending, status = answer[:-2], answer[-2:]
        if self._pending and status == b"\x90\x00":
            return bytes([0x61, len(self._pending) & 0xFF])
        return status  # a warning first: its data waits for GET RESPONSE

    def _transmit(self, apdu: bytes) -> bytes:
        answer = self._card.transmit(apdu)
        self.works_us = self._card.delay_us
        return answer

    def asks(self) -> int:
        """How many bytes the acknowledgement just given asks for."""
        return 1 if self._one_by_one else self._wanted - len(self._data)

    def _acknowledge(self) -> bytes:
        ins = self._header[1]
        return bytes([ins ^ 0xFF if self._one_by_one else ins])

    @staticmethod
    def _whole(answer: bytes, ins: int) -> bytes:
        return (bytes([ins]) if len(answer) > 2 else b"") + answer

    def _response(self, wanted: int) -> bytes:
        if not self._pending:
            return b"\x69\x85"
        if wanted > len(self._pending):
            return bytes([0x6C, len(self._pending) & 0xFF])
        part, self._pending = self._pending[:wanted], self._pending[wanted:]
        status = bytes([0x61, len(self._pending) & 0xFF]) if self._pending else b"\x90\x00"
        return bytes([GET_RESPONSE]) + part + status
