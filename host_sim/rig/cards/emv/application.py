"""One payment application on a chip: its data, its memory and the transaction under way.

spec is what personalise.py wrote: plain values, JSON will do.
"""

from collections.abc import Mapping
from typing import Any

from host_sim.networks.pki.rsa import RsaKey
from host_sim.rig.cards import apdu
from host_sim.rig.cards.apdu import Command
from host_sim.rig.cards.emv import risk
from host_sim.rig.cards.emv.memory import ATC_MOST, State
from host_sim.rig.cards.emv.objects import dol_entries, read_dol
from host_sim.rig.cards.emv.schemes import SCHEMES, Keys, Transaction
from host_sim.rig.cards.emv.verdict import TC, Verdict
from host_sim.rig.cards.tlv import dol, tlv

LOG_SFI, LOG_FORMAT = 11, ((0x9A, 3), (0x9F21, 3), (0x9F02, 6), (0x9F03, 6), (0x9F1A, 2), (0x5F2A, 2), (0x9C, 1))
RSA_PARTS = ("modulus", "exponent", "private", "prime")
COUNTERS = {0x9F58: ("lower_offline", 1), 0x9F59: ("upper_offline", 1), 0x9F54: ("offline_fen", 6)}
"""Limits that a script may write, with their bytes; the amount in BCD."""


class Application:
    """state: kept by the card. Everything else lives as long as the card is selected and in the reader."""

    def __init__(self, spec: Mapping[str, Any], state: State):
        self.spec, self.state = spec, state
        self.aid = bytes.fromhex(spec["aid"])
        self.priority = int(spec.get("priority", 1))
        self.scheme = SCHEMES[spec["scheme"]]
        self.keys = Keys(*(bytes.fromhex(spec["keys"][name]) for name in ("ac", "smi", "smc")))
        rsa = spec.get("rsa")
        self.icc_key = RsaKey(*(int(rsa[name], 16) for name in RSA_PARTS)) if rsa else None
        self.pdol, self.cdol1, self.cdol2, self.ddol = (
            dol_entries(bytes.fromhex(spec.get(name, ""))) for name in ("pdol", "cdol1", "cdol2", "ddol")
        )
        self.records = {place: bytes.fromhex(value) for place, value in spec["records"].items()}
        self.reset()

    def __repr__(self) -> str:
        return f"<Application {self.spec['label']}>"

    def reset(self) -> None:
        """Selected anew, or without power: the transaction is forgotten."""
        self.options: dict[int, bytes] | None = None
        self.hashed = b""
        """Everything that the terminal sent for this transaction, which CDA covers."""
        self.objects: dict[int, bytes] = {}
        self.verdict: Verdict | None = None
        self.arqc = b""
        self.authenticated = False
        self.pin_tried = self.pin_failed = self.dda = False

    @property
    def aip(self) -> bytes:
        return bytes.fromhex(self.spec["aip"])

    @property
    def atc(self) -> bytes:
        return self.state.atc.to_bytes(2, "big")

    def limits(self) -> dict[str, Any]:
        """The personalised limits, with what scripts wrote over them."""
        limits = dict(self.spec.get("limits", {}))
        for tag, (name, _) in COUNTERS.items():
            if f"{tag:04X}" in self.state.changed:
                written = self.state.changed[f"{tag:04X}"]
                limits[name] = int(written) if name == "offline_fen" else int(written, 16)
        return limits

    def control_information(self) -> bytes:
        """The FCI template: EMV Book 1, 11.3.4."""
        spec = self.spec
        name = spec["label"].encode("ascii")
        inside = tlv(0x50, name) + tlv(0x87, bytes([self.priority]))
        if self.pdol:
            inside += tlv(0x9F38, dol(*self.pdol))
        inside += tlv(0x5F2D, spec.get("language", "zhen").encode("ascii"))
        inside += tlv(0xBF0C, tlv(0x9F4D, bytes([LOG_SFI, 10])))
        return tlv(0x6F, tlv(0x84, self.aid) + tlv(0xA5, inside))

    # ---- GET PROCESSING OPTIONS (EMV Book 3, 6.5.8)
    def processing_options(self, command: Command) -> bytes:
        if command.p1 or command.p2:
            return apdu.WRONG_P1P2
        if self.options is not None or self.state.atc == ATC_MOST:
            return apdu.CONDITIONS
        data = command.data
        if len(data) < 2 or data[0] != 0x83 or data[1] != len(data) - 2:
            return apdu.WRONG_DATA
        values = read_dol(self.pdol, data[2:])
        if values is None:
            return apdu.WRONG_LENGTH
        self.state.atc += 1
        self.options, self.hashed = values, data[2:]
        self.objects = dict(values)
        afl = bytes.fromhex(self.spec["afl"])
        if self.spec.get("format", 77) == 80:
            return tlv(0x80, self.aip + afl) + apdu.OK
        return tlv(0x77, tlv(0x82, self.aip) + tlv(0x94, afl)) + apdu.OK

    # ---- READ RECORD, GET DATA (EMV Book 3, 6.5.11 and 6.5.7)
    def read_record(self, command: Command) -> bytes:
        sfi, number = command.p2 >> 3, command.p1
        if command.p2 & 7 != 4 or not number:
            return apdu.WRONG_P1P2
        if sfi == LOG_SFI:
            log = self.state.log
            return bytes.fromhex(log[number - 1]) + apdu.OK if number <= len(log) else apdu.NO_RECORD
        if self.options is None:
            return apdu.CONDITIONS
        if not any(place.startswith(f"{sfi}.") for place in self.records):
            return apdu.NOT_FOUND
        record = self.record(f"{sfi}.{number}")
        return record + apdu.OK if record is not None else apdu.NO_RECORD

    def record(self, place: str) -> bytes | None:
        """A record by "SFI.number", as it stands now."""
        changed = self.state.changed.get(place)
        return bytes.fromhex(changed) if changed is not None else self.records.get(place)

    def get_data(self, command: Command) -> bytes:
        tag = command.p1 << 8 | command.p2
        state = self.state
        values = {
            0x9F36: self.atc,
            0x9F13: state.last_online_atc.to_bytes(2, "big"),
            0x9F4F: dol(*LOG_FORMAT),
        }
        if state.pin:
            values[0x9F17] = bytes([state.pin_tries])
        if "balance_fen" in self.spec.get("initial", {}):
            values[0x9F79] = values[0x9F5D] = bytes.fromhex(f"{state.balance_fen:012d}")
        if f"{tag:04X}" in state.changed:
            values[tag] = bytes.fromhex(state.changed[f"{tag:04X}"])
        return tlv(tag, values[tag]) + apdu.OK if tag in values else apdu.NO_DATA

    # ---- what GENERATE AC and the scripts build on
    def transaction(self, cvr: bytes) -> Transaction:
        return Transaction(self.objects, self.aip, self.atc, cvr)

    def cvr(self) -> bytes:
        assert self.verdict is not None
        return self.verdict.mchip() if self.scheme.name.startswith("mastercard") else self.verdict.vis()

    def begin_verdict(self) -> Verdict:
        verdict = risk.look_back(self.state, self.state.pin_tries)
        verdict.pin_tried, verdict.pin_failed, verdict.dda = self.pin_tried, self.pin_failed, self.dda
        return verdict

    def log(self, given: int) -> None:
        if given == TC:
            self.state.note(b"".join(self.objects.get(tag, bytes(length))[:length] for tag, length in LOG_FORMAT))
