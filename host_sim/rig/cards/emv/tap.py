"""The contactless side of a chip: one GET PROCESSING OPTIONS does the payment (PBOC 3.0 part 12, qPBOC; EMV Book C-7).

A card with a purse may approve offline: then the answer is signed (fDDA), and the money leaves the purse when the last
record has been read, so that a tap torn before that has cost nothing.
"""

from typing import Any

from host_sim.networks.pki.signed_data import dynamic_signature
from host_sim.rig.cards import apdu
from host_sim.rig.cards.apdu import Command
from host_sim.rig.cards.emv.application import Application
from host_sim.rig.cards.emv.generate import forged, icc_dynamic_number
from host_sim.rig.cards.emv.memory import ATC_MOST, State
from host_sim.rig.cards.emv.objects import read_dol
from host_sim.rig.cards.emv.risk import amount_fen
from host_sim.rig.cards.emv.verdict import AAC, ARQC, TC
from host_sim.rig.cards.tlv import tlv

# TTQ, byte 1 and 2: what the terminal can and wants
QPBOC, OFFLINE_ONLY, ONLINE_PIN, SIGNATURE = 0x20, 0x08, 0x04, 0x02
ONLINE_WANTED, CVM_REQUIRED = 0x80, 0x40
# CTQ, byte 1: what the card wants done
CTQ_ONLINE_PIN, CTQ_SIGNATURE = 0x80, 0x40
SIGNATURE_INSIDE_MOST = 128
"""A longer signature does not fit the answer and comes with the last record."""


class TapApplication(Application):
    """The application as the field shows it: spec with what differs in it under "contactless", the same memory."""

    def __init__(self, spec: dict[str, Any], state: State):
        super().__init__({**spec, **spec["contactless"]}, state)

    def reset(self) -> None:
        super().reset()
        self._due_fen = 0
        self._signature = b""

    def processing_options(self, command: Command) -> bytes:
        """GPO: 77 with the cryptogram, all of the payment."""
        data = command.data
        if command.p1 or command.p2:
            return apdu.WRONG_P1P2
        if self.options is not None or self.state.atc == ATC_MOST:
            return apdu.CONDITIONS
        if len(data) < 2 or data[0] != 0x83 or data[1] != len(data) - 2:
            return apdu.WRONG_DATA
        values = read_dol(self.pdol, data[2:])
        if values is None:
            return apdu.WRONG_LENGTH
        if not all(values[tag].hex().isdigit() for tag in (0x9F02, 0x9F03, 0x9A)):
            return apdu.WRONG_DATA
        if not values[0x9F66][0] & QPBOC:
            return apdu.CONDITIONS
        self.state.atc += 1
        self.options = self.objects = values
        return self._pay(values) + apdu.OK

    def _pay(self, values: dict[int, bytes]) -> bytes:
        qualifiers = self._cardholder_verification(values)
        given = self._decide(values, qualifiers)
        self.verdict = verdict = self.begin_verdict()
        verdict.first, verdict.dda = given, given == TC
        offline = given == TC
        afl = bytes.fromhex(self.spec["afl"]) if offline else b""
        if offline:
            self._due_fen = amount_fen(values)
        made = self.transaction(self.cvr())
        qualifiers_data = bytes([qualifiers or 0, 0])
        answer = (
            tlv(0x82, self.aip)
            + (tlv(0x94, afl) if afl else b"")
            + tlv(0x57, bytes.fromhex(self.spec["track2"]))
            + (b"" if offline else tlv(0x5F34, bytes.fromhex(self.spec["psn"])))  # else it is in a signed record
            + tlv(0x9F10, self.scheme.issuer_data(self.cvr()))
            + tlv(0x9F26, self.scheme.cryptogram(self.keys, made))
            + tlv(0x9F27, bytes([given]))
            + tlv(0x9F36, self.atc)
            + tlv(0x9F6C, qualifiers_data)
        )
        if self.spec.get("limits", {}).get("purse"):
            answer += tlv(0x9F5D, bytes.fromhex(f"{self.state.balance_fen:012d}"))
        if offline:
            answer += self._signed(values, qualifiers_data)
        return tlv(0x77, answer)

    def _decide(self, values: dict[int, bytes], qualifiers: int | None) -> int:
        amount = amount_fen(values)
        purse = self.spec.get("limits", {}).get("purse") and self.icc_key is not None
        wants_online = values[0x9F66][1] & ONLINE_WANTED
        if qualifiers is None or self.state.blocked:
            return AAC
        if purse and not wants_online and amount <= self.state.balance_fen and values[0x5F2A] == b"\x01\x56":
            return TC
        return AAC if values[0x9F66][0] & OFFLINE_ONLY else ARQC

    def _cardholder_verification(self, values: dict[int, bytes]) -> int | None:
        """CTQ byte 1, or None when a CVM is needed and none is common to card and terminal."""
        can, wants = values[0x9F66][0], values[0x9F66][1]
        over = amount_fen(values) > self.spec["cvm_limit_fen"]
        if not over and values[0x5F2A] == b"\x01\x56" and not wants & CVM_REQUIRED:
            return 0
        if can & ONLINE_PIN:
            return CTQ_ONLINE_PIN
        return CTQ_SIGNATURE if can & SIGNATURE else None

    def _signed(self, values: dict[int, bytes], qualifiers: bytes) -> bytes:
        """9F69 and, where it fits, 9F4B: fDDA version 01, over number, amount, currency and 9F69."""
        assert self.icc_key is not None
        related = b"\x01" + icc_dynamic_number(self, values[0x9F37])[:4] + qualifiers
        covered = values[0x9F37] + values[0x9F02] + values[0x5F2A] + related
        signature = tlv(0x9F4B, dynamic_signature(self.icc_key, b"\x02" + self.atc, forged(self, "fdda", covered)))
        if self.icc_key.length <= SIGNATURE_INSIDE_MOST:
            return tlv(0x9F69, related) + signature
        self._signature = signature
        return tlv(0x9F69, related)

    def read_record(self, command: Command) -> bytes:
        """With the last record the money leaves the purse."""
        answer = super().read_record(command)
        last = bytes.fromhex(self.spec["afl"])[-4:]
        if answer[-2:] != apdu.OK or (command.p2 & 0xF8, command.p1) != (last[0], last[2]):
            return answer
        if self._due_fen:
            self.state.balance_fen -= self._due_fen
            self._due_fen = 0
            self.log(TC)
        if self._signature:
            return tlv(0x70, answer[2 + (answer[1] > 0x7F) : -2] + self._signature) + apdu.OK
        return answer
