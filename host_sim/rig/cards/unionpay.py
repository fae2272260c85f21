"""A UnionPay debit card that pays contactless and online (qPBOC: PBOC 3.0 part 12; EMV Book B for the directory)."""

from calendar import monthrange
from collections.abc import Mapping
from typing import Any

from host_sim.rig.cards import apdu
from host_sim.rig.cards.apdu import Command
from host_sim.rig.cards.card import Card
from host_sim.rig.cards.cryptogram import application_cryptogram
from host_sim.rig.cards.profile import DEBIT_AID, check
from host_sim.rig.cards.tlv import dol, tlv

PPSE = b"2PAY.SYS.DDF01"
PDOL = ((0x9F66, 4), (0x9F02, 6), (0x9F03, 6), (0x9F1A, 2), (0x95, 5), (0x5F2A, 2), (0x9A, 3), (0x9C, 1), (0x9F37, 4))
PDOL_BYTES = sum(length for _, length in PDOL)
SIGNED = (0x9F02, 0x9F03, 0x9F1A, 0x95, 0x5F2A, 0x9A, 0x9C, 0x9F37)
AIP = b"\x1c\x00"  # cardholder verification, terminal risk management, issuer authentication; no offline authentication
DKI, CVN, TRIPLE_DES = 0x01, 0x01, 0x01
CVR_ARQC, CVR_AAC = bytes.fromhex("03A0A000"), bytes.fromhex("0380A000")
ARQC, AAC = 0x80, 0x00
CNY = CHINA = b"\x01\x56"
SELECT_US, GPO_US, READ_US = 15_000, 95_000, 10_000

# TTQ, byte 1 and 2: what the terminal can and wants
QPBOC, OFFLINE_ONLY, ONLINE_PIN, SIGNATURE, CVM_REQUIRED = 0x20, 0x08, 0x04, 0x02, 0x40
# CTQ, byte 1: what the card wants done
CTQ_ONLINE_PIN, CTQ_SIGNATURE = 0x80, 0x40


class UnionPayCard(Card):
    """profile: cards/profile.py says its keys. Raises ProfileError.

    atc: the transaction counter; it lives as long as the object. transactions: cryptograms given.
    """

    def __init__(self, profile: Mapping[str, Any]):
        super().__init__()
        check(profile)
        self.uid = bytes.fromhex(profile["uid"])
        self.name = str(profile.get("name", profile["label"]))
        self.atc = int(profile["atc"])
        self.transactions = 0
        self._profile = dict(profile)
        self._udk = bytes.fromhex(profile["udk"])
        self._applications = [
            (bytes.fromhex(entry["aid"]), entry["label"], entry.get("priority", 1))
            for entry in profile.get("applications") or [{"aid": DEBIT_AID, "label": profile["label"]}]
        ]
        self.reset()

    def __repr__(self) -> str:
        return f"<UnionPayCard {self.name}>"

    def reset(self) -> None:
        self._selected = self._paid = False

    def time_us(self, apdu: bytes) -> int:
        return {0xA8: GPO_US, 0xB2: READ_US}.get(apdu[1] if len(apdu) > 1 else 0, SELECT_US)

    def process(self, command: bytes) -> bytes:
        """One command APDU in, data and status word out."""
        parsed = apdu.parse(command)
        if parsed is None:
            return apdu.WRONG_LENGTH
        if parsed.cla not in (0x00, 0x80):
            return apdu.WRONG_CLA
        steps = {
            (0x00, 0xA4): self._select,
            (0x80, 0xA8): self._processing_options,
            (0x00, 0xB2): self._read_record,
            (0x80, 0xCA): self._get_data,
        }
        step = steps.get((parsed.cla, parsed.ins))
        if step is None:
            return apdu.WRONG_INS if parsed.ins not in (0xA4, 0xA8, 0xB2, 0xCA) else apdu.WRONG_CLA
        return step(parsed)

    # ---- SELECT (EMV Book 1, 11.3)
    def _select(self, command: Command) -> bytes:
        self.reset()
        if command.p1 != 0x04 or command.p2 not in (0x00, 0x02):
            return apdu.WRONG_P1P2
        if not 5 <= len(command.data) <= 16:
            return apdu.WRONG_LENGTH
        if command.data == PPSE and command.p2 == 0x00:
            return self._directory() + apdu.OK
        named = [entry for entry in self._applications if entry[0].startswith(command.data)]
        if len(named) <= command.p2 // 2:  # p2 = 02 asks for the next one with this beginning
            return apdu.NOT_FOUND
        self._selected = True
        return self._control_information(*named[command.p2 // 2]) + apdu.OK

    def _directory(self) -> bytes:
        entries = b"".join(
            tlv(0x61, tlv(0x4F, aid) + tlv(0x50, label.encode("ascii")) + tlv(0x87, bytes([priority])))
            for aid, label, priority in self._applications
        )
        return tlv(0x6F, tlv(0x84, PPSE) + tlv(0xA5, tlv(0xBF0C, entries)))

    def _control_information(self, aid: bytes, label: str, priority: int) -> bytes:
        name = label.encode("ascii")
        proprietary = (
            tlv(0x50, name)
            + tlv(0x87, bytes([priority]))
            + tlv(0x9F38, dol(*PDOL))
            + tlv(0x5F2D, str(self._profile.get("languages", "zhen")).encode("ascii"))
            + tlv(0x9F11, b"\x01")
            + tlv(0x9F12, name)
            + tlv(0xBF0C, tlv(0x9F4D, b"\x0b\x0a"))
        )
        return tlv(0x6F, tlv(0x84, aid) + tlv(0xA5, proprietary))

    # ---- GET PROCESSING OPTIONS (EMV Book 3, 6.5.8; PBOC part 12, 7)
    def _processing_options(self, command: Command) -> bytes:
        if command.p1 or command.p2:
            return apdu.WRONG_P1P2
        if not self._selected or self._paid or self.atc == 0xFFFF:
            return apdu.CONDITIONS
        if len(command.data) < 2 or command.data[0] != 0x83:
            return apdu.WRONG_DATA
        if command.data[1] != PDOL_BYTES or len(command.data) != 2 + PDOL_BYTES:
            return apdu.WRONG_LENGTH
        terminal, at = {}, 2
        for tag, length in PDOL:
            terminal[tag], at = command.data[at : at + length], at + length
        if not all(terminal[tag].hex().isdigit() for tag in (0x9F02, 0x9F03, 0x9A)):
            return apdu.WRONG_DATA
        if not terminal[0x9F66][0] & QPBOC:
            return apdu.CONDITIONS
        self.atc += 1
        self.transactions += 1
        self._paid = True
        return self._answer(terminal) + apdu.OK

    def _answer(self, terminal: dict[int, bytes]) -> bytes:
        qualifiers = self._cardholder_verification(terminal)
        online = qualifiers is not None and not terminal[0x9F66][0] & OFFLINE_ONLY
        cvr = CVR_ARQC if online else CVR_AAC
        counter = self.atc.to_bytes(2, "big")
        covered = b"".join(terminal[tag] for tag in SIGNED) + AIP + counter + cvr
        return tlv(
            0x77,
            tlv(0x82, AIP)
            + (tlv(0x94, b"\x08\x01\x01\x00") if self._profile.get("records") else b"")
            + tlv(0x57, self._track2())
            + tlv(0x5F34, bytes.fromhex(self._profile["psn"]))
            + tlv(0x9F10, bytes([7, DKI, CVN]) + cvr + bytes([TRIPLE_DES]))
            + tlv(0x9F26, application_cryptogram(self._udk, self.atc, covered))
            + tlv(0x9F27, bytes([ARQC if online else AAC]))
            + tlv(0x9F36, counter)
            + tlv(0x9F6C, bytes([qualifiers or 0, 0])),
        )

    def _cardholder_verification(self, terminal: dict[int, bytes]) -> int | None:
        """CTQ byte 1, or None when a CVM is needed and none is common to card and terminal."""
        can, wants = terminal[0x9F66][0], terminal[0x9F66][1]
        over = int(terminal[0x9F02].hex()) > self._profile["cvm_limit_fen"]
        if not over and terminal[0x5F2A] == CNY and not wants & CVM_REQUIRED:
            return 0
        if can & ONLINE_PIN:
            return CTQ_ONLINE_PIN
        return CTQ_SIGNATURE if can & SIGNATURE else None

    def _track2(self) -> bytes:
        card = self._profile
        digits = f"{card['pan']}D{card['expiry']}{card['service_code']}{card.get('discretionary') or '00000'}"
        return bytes.fromhex(digits + "F" * (len(digits) % 2))

    # ---- READ RECORD, GET DATA (EMV Book 3, 6.5.11 and 6.5.7)
    def _read_record(self, command: Command) -> bytes:
        if command.p2 & 7 != 4:
            return apdu.WRONG_P1P2
        if not self._paid:
            return apdu.CONDITIONS
        if command.p2 >> 3 != 1 or not self._profile.get("records"):
            return apdu.NOT_FOUND
        if command.p1 != 1:
            return apdu.NO_RECORD
        pan, expiry = self._profile["pan"], self._profile["expiry"]
        number = bytes.fromhex(pan + "F" * (len(pan) % 2))
        last_day = monthrange(2000 + int(expiry[:2]), int(expiry[2:]))[1]
        record = tlv(0x5A, number) + tlv(0x5F24, bytes.fromhex(f"{expiry}{last_day}")) + tlv(0x5F28, CHINA)
        return tlv(0x70, record) + apdu.OK

    def _get_data(self, command: Command) -> bytes:
        if not self._selected:
            return apdu.CONDITIONS
        if (command.p1, command.p2) != (0x9F, 0x36):
            return apdu.NO_DATA
        return tlv(0x9F36, self.atc.to_bytes(2, "big")) + apdu.OK
