"""A contact card in a few lines: answers commands, signs with its own keys, and does what a test tells it to.

Source: EMV 4.4 Book 1 (selection), Book 2 (signatures), Book 3 (commands). Test account number only.
"""

from binascii import unhexlify
from hashlib import sha1

from card.cards import AID, text, tlv
from card.chip_keys import KEYS
from card.chip_records import records

PDOL = "9F37049F1A02"
AC = "1122334455667788"
OK = b"\x90\x00"


class Chip:
    """keys: name of a key set in chip_keys. aip: hex of tag 82. changes: T and a tag to hex, or None.

    refuse: {INS: status hex}. first, second: P1 bits that GENERATE AC gives whatever it is asked, None as asked.
    pin, tries: offline PIN. data: {tag hex: hex} for GET DATA. forge: byte of the dynamic signature to damage, None.
    commands: every command it got.
    """

    def __init__(self, keys="small", aip="3900", **changes):
        self.keys = KEYS[keys]
        self.aip = aip
        self.records = records(self.keys, changes)
        self.refuse = {}
        self.first = self.second = None
        self.pin = "1234"
        self.tries = 3
        self.data = {"9F36": "0005", "9F13": "0004"}
        self.forge = None
        self.with_80 = False
        self.entries = [(AID, "UnionPay Debit", "01")]
        self.pse = True
        self.commands = []
        self.covered = b""
        self.cryptograms = 0

    def answer(self, command):
        """Data and status word."""
        self.commands.append(bytes(command))
        ins = command[1]
        if ins in self.refuse:
            return unhexlify(self.refuse[ins])
        return getattr(self, "_%02X" % ins, self._unknown)(command)

    def sent(self, ins):
        """Commands with that INS, in order."""
        return [command for command in self.commands if command[1] == ins]

    def _unknown(self, command):
        return b"\x6d\x00"

    def _A4(self, command):
        name = command[5 : 5 + command[4]]
        if name == b"1PAY.SYS.DDF01":
            if not self.pse:
                return b"\x6a\x82"
            inner = tlv("88", "01") + tlv("5F2D", text("enzh"))
            return unhexlify(tlv("6F", tlv("84", text("1PAY.SYS.DDF01")) + tlv("A5", inner))) + OK
        found = [entry for entry in self.entries if unhexlify(entry[0]).startswith(name)]
        at = 1 if command[3] == 2 else 0
        if len(found) <= at:
            return b"\x6a\x82"
        aid, label, priority = found[at]
        inner = tlv("50", text(label)) + tlv("87", priority) + tlv("9F38", PDOL)
        return unhexlify(tlv("6F", tlv("84", aid) + tlv("A5", inner))) + OK

    def _B2(self, command):
        sfi, record = command[3] >> 3, command[2]
        if sfi == 1:
            if record > 1:
                return b"\x6a\x83"
            entries = [
                tlv("61", tlv("4F", aid) + tlv("50", text(label)) + tlv("87", priority))
                for aid, label, priority in self.entries
            ]
            return unhexlify(tlv("70", "".join(entries))) + OK
        return unhexlify(self.records[record - 1]) + OK if record <= len(self.records) else b"\x6a\x83"

    def _A8(self, command):
        self.covered = bytes(command[7:-1])
        count = len(self.records)
        return unhexlify(tlv("77", tlv("82", self.aip) + tlv("94", "1001%02X01" % count))) + OK

    def _88(self, command):
        number = unhexlify("0102030405060708")
        signature = self.sign(bytes((8,)) + number, bytes(command[5:-1]))
        if self.with_80:
            return unhexlify("8081%02X" % len(signature)) + signature + OK
        inner = unhexlify("9F4B81%02X" % len(signature)) + signature
        return unhexlify("7781%02X" % len(inner)) + inner + OK

    def _CA(self, command):
        tag = "%02X%02X" % (command[2], command[3])
        if tag == "9F17":
            return unhexlify("9F1701%02X" % self.tries) + OK
        return unhexlify(tlv(tag, self.data[tag])) + OK if tag in self.data else b"\x6a\x88"

    def _20(self, command):
        if not self.tries:
            return b"\x69\x83"
        digits = "".join("%02X" % byte for byte in command[6:13])[: command[5] & 15]
        if digits == self.pin:
            self.tries = 3
            return OK
        self.tries -= 1
        return bytes((0x63, 0xC0 | self.tries))

    def _82(self, command):
        return OK

    def _DA(self, command):
        return OK

    def _AE(self, command):
        self.cryptograms += 1
        given = self.second if self.cryptograms > 1 else self.first
        kind = command[2] & 0xC0 if given is None else given
        self.covered += bytes(command[5:-1])
        body = [("9F27", "%02X" % kind), ("9F36", "0006"), ("9F10", "07010103A0A000")]
        if self.with_80:
            return unhexlify(tlv("80", "%02X0006" % kind + AC + "07010103A0A000")) + OK
        if not command[2] & 0x10 or kind == 0:
            return unhexlify(tlv("77", "".join([tlv(*item) for item in body + [("9F26", AC)]]))) + OK
        rest = unhexlify("".join([tlv(*item) for item in body]))
        dynamic = b"\x02\xab\xcd" + bytes((kind,)) + unhexlify(AC) + sha1(self.covered + rest).digest()
        signature = self.sign(dynamic, b"\xde\xad\xbe\xef")
        inner = rest + unhexlify("9F4B81%02X" % len(signature)) + signature
        head = "7781%02X" % len(inner) if len(inner) < 256 else "7782%04X" % len(inner)
        return unhexlify(head) + inner + OK

    def sign(self, dynamic, covered):
        """Signed dynamic application data (Book 2, table 17): the card's private key over the padded dynamic data."""
        modulus = int.from_bytes(unhexlify(self.keys["icc_modulus"]), "big")
        size = len(self.keys["icc_modulus"]) // 2
        middle = b"\x05\x01" + bytes((len(dynamic),)) + dynamic + b"\xbb" * (size - 25 - len(dynamic))
        block = b"\x6a" + middle + sha1(middle + covered).digest() + b"\xbc"
        private = int.from_bytes(unhexlify(self.keys["icc_private"]), "big")
        signature = pow(int.from_bytes(block, "big"), private, modulus).to_bytes(size, "big")
        if self.forge is None:
            return signature
        damaged = bytearray(signature)
        damaged[self.forge] ^= 1
        return bytes(damaged)
