"""Personalisation: a persona and its account's keys become what is written on a card, as plain values (JSON will do).

account: what the issuer gives for a card (pan, psn, expiry, service_code, udk, smi, smc, uid, label, cvm_limit_fen).
Keys and certificates come out of the seed, so a card made twice is the same card.
"""

from calendar import monthrange
from collections.abc import Mapping
from typing import Any

from host_sim.networks.pki.authority import TEST_SCHEME, ca_key
from host_sim.networks.pki.rsa import RsaKey, rsa_key
from host_sim.rig.cards.emv.records import Authentication, write
from host_sim.rig.cards.tlv import dol

OBJECTS = ((0x9F02, 6), (0x9F03, 6), (0x9F1A, 2), (0x95, 5), (0x5F2A, 2), (0x9A, 3), (0x9C, 1), (0x9F37, 4))
CDOL1 = {
    "unionpay": (*OBJECTS, (0x9F21, 3), (0x9F4E, 20)),
    "visa-10": OBJECTS,
    "visa-18": OBJECTS,
    "mastercard-16": (*OBJECTS, (0x9F35, 1), (0x9F45, 2), (0x9F4C, 8), (0x9F34, 3)),
}
CDOL2 = {
    "unionpay": ((0x8A, 2), *OBJECTS, (0x9F21, 3)),
    "visa-10": ((0x8A, 2), *OBJECTS),
    "visa-18": ((0x8A, 2), *OBJECTS),
    "mastercard-16": ((0x91, 10), (0x8A, 2), (0x95, 5), (0x9F37, 4), (0x9F4C, 8)),
}
TAP_PDOL = ((0x9F66, 4), *OBJECTS)
PURSE_PDOL = ((0x9F7A, 1), (0x9F02, 6), (0x5F2A, 2))
SDA, DDA, CDA = 0x40, 0x20, 0x01
EXTERNAL_AUTHENTICATE = 0x04
AIP = 0x10 | 0x08  # cardholder verification, terminal risk management


def personalise(persona: Mapping[str, Any], account: Mapping[str, Any], seed: bytes = TEST_SCHEME) -> dict[str, Any]:
    """The whole card: what PersonaCard takes. persona: a row of personas.toml with its defaults (personas.py)."""
    applications = [_application({**persona, **own}, account, seed) for own in persona["applications"]]
    card = {name: persona[name] for name in ("name", "protocol", "directory", "blocked", "fault") if name in persona}
    return {**card, "uid": account["uid"], "applications": applications}


def _application(persona: Mapping[str, Any], account: Mapping[str, Any], seed: bytes) -> dict[str, Any]:
    aid = persona["aid"]
    proof = _proof(persona, account["pan"], bytes.fromhex(aid)[:5], seed)
    aip = _interchange_profile(persona)
    values = _values(persona, account, proof)
    files = write(values, aip, account["pan"], proof, track=True)
    spec: dict[str, Any] = {
        "aid": aid,
        "label": persona["label"],
        "priority": persona["priority"],
        "scheme": persona["scheme"],
        "language": persona["language"],
        "format": persona["format"],
        "keys": {"ac": account["udk"], "smi": account["smi"], "smc": account["smc"]},
        "aip": aip.hex(),
        "afl": files.afl.hex(),
        "records": {place: record.hex() for place, record in files.records.items()},
        "cdol1": values[0x8C].hex(),
        "cdol2": values[0x8D].hex(),
        "ddol": values.get(0x9F49, b"").hex(),
        "limits": persona["limits"],
        "initial": dict(persona["initial"]),
    }
    if persona["limits"].get("purse"):
        spec["pdol"] = dol(*PURSE_PDOL).hex()
    if persona["card_pin"]:
        spec["initial"]["pin"] = persona["pin"]
    if proof and proof.icc:
        key = proof.icc
        spec["rsa"] = {
            "modulus": f"{key.modulus:x}",
            "exponent": f"{key.exponent:x}",
            "private": f"{key.private:x}",
            "prime": f"{key.prime:x}",
        }
    if persona["forged"] in ("dda", "cda", "fdda"):
        spec["forged"] = persona["forged"]
    if persona["antenna"]:
        spec["contactless"] = _contactless(persona, account, proof, values)
    return spec


def _proof(persona: Mapping[str, Any], pan: str, rid: bytes, seed: bytes) -> Authentication | None:
    """None: the card has no offline authentication."""
    method = persona["authentication"]
    if method == "none":
        return None
    ca = ca_key(rid, persona["ca"], seed)
    issuer = rsa_key(seed + b"issuer" + rid + pan[:7].encode(), persona["issuer_bits"], persona["issuer_exponent"])
    icc: RsaKey | None = None
    if method != "sda":
        # Cards of one kind share a key pair: it takes longer to make than a card, and protects nobody here.
        icc = rsa_key(seed + b"card" + rid + pan[:7].encode(), persona["icc_bits"], 3)
    expiry = persona["certificate_expiry"]
    tampered = persona["forged"] == "sda"
    return Authentication(ca, issuer, icc, expiry[2:] + expiry[:2], persona["revoked"], tampered)


def _interchange_profile(persona: Mapping[str, Any]) -> bytes:
    """Tag 82: EMV 4.4 Book 3, annex C1."""
    methods = {"none": 0, "sda": SDA, "dda": DDA, "cda": DDA | CDA}[persona["authentication"]]
    issuer = 0 if persona["scheme"].startswith("mastercard") else EXTERNAL_AUTHENTICATE
    return bytes([AIP | methods | issuer, 0])


def _values(persona: Mapping[str, Any], account: Mapping[str, Any], proof: Authentication | None) -> dict[int, bytes]:
    """The data objects in records, by tag: EMV 4.4 Book 3, 7 and annex A."""
    pan, expiry, code = account["pan"], account["expiry"], account["service_code"]
    last_day = monthrange(2000 + int(expiry[:2]), int(expiry[2:]))[1]
    values = {
        0x57: bytes.fromhex(track_2(account)),
        0x5F20: persona["holder"].encode("ascii"),
        0x9F1F: b"00000",
        0x5A: _packed(pan),
        0x5F34: bytes.fromhex(account["psn"]),
        0x5F24: bytes.fromhex(f"{expiry}{last_day:02d}"),
        0x5F25: bytes.fromhex(persona["effective"]),
        0x5F28: bytes.fromhex(persona["country"]),
        0x9F07: bytes.fromhex(persona["usage"]),
        0x8E: bytes(8) + bytes.fromhex("".join(persona["cvm"])),
        0x9F0D: bytes.fromhex(persona["iac_default"]),
        0x9F0E: bytes.fromhex(persona["iac_denial"]),
        0x9F0F: bytes.fromhex(persona["iac_online"]),
        0x9F08: bytes.fromhex(persona["version"]),
        0x5F30: bytes.fromhex(f"0{code}"),
        0x8C: dol(*CDOL1[persona["scheme"]]),
        0x8D: dol(*CDOL2[persona["scheme"]]),
        0x9F42: bytes.fromhex(persona["currency"]),
        0x9F44: b"\x02",
    }
    if proof:
        values[0x9F4A] = b"\x82"
        if proof.icc:
            values[0x9F49] = dol((0x9F37, 4))
    if "velocity" in persona:
        values[0x9F14], values[0x9F23] = (bytes([limit]) for limit in persona["velocity"])
    for tag in persona["without"]:
        del values[int(tag, 16)]
    return values


def _contactless(
    persona: Mapping[str, Any], account: Mapping[str, Any], proof: Authentication | None, values: dict[int, bytes]
) -> dict[str, Any]:
    """What differs on the contactless side: fDDA needs DDA in the profile, CDA is not there."""
    aip = bytes([AIP | EXTERNAL_AUTHENTICATE | (DDA if proof and proof.icc else 0), 0])
    files = write(
        {tag: value for tag, value in values.items() if tag not in (0x8C, 0x8D)}, aip, account["pan"], proof, False
    )
    return {
        "aip": aip.hex(),
        "afl": files.afl.hex(),
        "records": {place: record.hex() for place, record in files.records.items()},
        "pdol": dol(*TAP_PDOL).hex(),
        "track2": track_2(account),
        "psn": account["psn"],
        "cvm_limit_fen": account["cvm_limit_fen"],
    }


def track_2(account: Mapping[str, Any]) -> str:
    """Track 2 equivalent, hex digits, filled up to whole bytes."""
    digits = f"{account['pan']}D{account['expiry']}{account['service_code']}{account.get('discretionary') or '00000'}"
    return digits + "F" * (len(digits) % 2)


def _packed(digits: str) -> bytes:
    return bytes.fromhex(digits + "F" * (len(digits) % 2))
