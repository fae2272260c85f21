"""A terminal of few words: it does with a contact card what it is told, and computes nothing about the card."""

from host_sim.rig.cards.emv.objects import walk

TERMINAL = {
    0x9F02: "000000010000", 0x9F03: "000000000000", 0x9F1A: "0156", 0x95: "0000048000", 0x5F2A: "0156",
    0x9A: "261123", 0x9C: "00", 0x9F37: "01020304", 0x9F21: "090000", 0x9F66: "26000000", 0x9F34: "420300",
}  # fmt: skip


class Terminal:
    """transmit: one command in, data and status word out. found: every primitive object read so far."""

    def __init__(self, transmit, **changes):
        self.transmit = transmit
        self.values = {tag: bytes.fromhex(value) for tag, value in TERMINAL.items()}
        self.values |= {int(tag[1:], 16): bytes.fromhex(value) for tag, value in changes.items()}
        self.found = {}
        self.signed = b""
        self.sent = b""

    def send(self, head, data=b""):
        """Head of four bytes in hex. Returns data, status in hex."""
        answer = self.transmit(bytes.fromhex(head) + (bytes([len(data)]) + data if data else b"") + b"\x00")
        return answer[:-2], answer[-2:].hex()

    def read(self, data):
        for tag, value in walk(data):
            first = tag >> 8 if tag > 0xFF else tag
            if first & 0x20:
                self.read(value)
            else:
                self.found.setdefault(tag, value)

    def fill(self, entries):
        values = self.values | self.found
        return b"".join(values.get(tag, b"")[:length].ljust(length, b"\x00") for tag, length in entries)

    def listed(self, tag):
        data, at, entries = self.found.get(tag, b""), 0, []
        while at < len(data):
            size = 2 if data[at] & 0x1F == 0x1F else 1
            entries.append((int.from_bytes(data[at : at + size], "big"), data[at + size]))
            at += size + 1
        return entries

    def select(self, aid):
        data, status = self.send("00A40400", aid)
        assert status == "9000", status
        self.read(data)
        return data

    def options(self):
        asked = self.fill(self.listed(0x9F38))
        self.sent = asked
        data, status = self.send("80A80000", bytes([0x83, len(asked)]) + asked)
        assert status == "9000", status
        if data[0] == 0x80:
            self.found |= {0x82: data[2:4], 0x94: data[4:]}
        else:
            self.read(data)

    def records(self):
        locator = self.found.get(0x94, b"")
        for at in range(0, len(locator), 4):
            sfi, first, last, signed = locator[at : at + 4]
            for number in range(first, last + 1):
                data, status = self.send(f"00B2{number:02X}{sfi | 4:02X}")
                assert status == "9000", status
                self.read(data)
                if number < first + signed:
                    self.signed += data[3:] if data[1] == 0x81 else data[2:]
        if 0x9F4A in self.found:
            self.signed += self.found[0x82]

    def begin(self, aid):
        self.select(aid)
        self.options()
        self.records()
        return self

    def generate(self, kind, which=0x8C, cda=False):
        """GENERATE AC. Returns its objects (80 taken apart), CDA's left signed."""
        data = self.fill(self.listed(which))
        self.sent += data
        answer, status = self.send(f"80AE{kind | 0x10 * cda:02X}00", data)
        if status != "9000":
            return status
        if answer[0] == 0x80:
            body = dict(walk(answer))[0x80]
            return {0x9F27: body[:1], 0x9F36: body[1:3], 0x9F26: body[3:11], 0x9F10: body[11:]}
        return dict(walk(dict(walk(answer))[0x77]))
