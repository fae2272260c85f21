"""GENERATE AC, first and second, with or without CDA (EMV 4.4 Book 3, 6.5.5; Book 2, 6.6)."""

from hashlib import sha1, sha256

from host_sim.networks.pki.signed_data import combined_data, dynamic_signature
from host_sim.rig.cards import apdu
from host_sim.rig.cards.apdu import Command
from host_sim.rig.cards.emv import risk
from host_sim.rig.cards.emv.application import Application
from host_sim.rig.cards.emv.objects import read_dol
from host_sim.rig.cards.emv.schemes import COVERED
from host_sim.rig.cards.emv.verdict import AAC, ARQC
from host_sim.rig.cards.tlv import tlv

TYPE, CDA = 0xC0, 0x10
CDA_SUPPORTED = 0x01


def generate_ac(app: Application, command: Command) -> bytes:
    """Cryptogram, or why there is none: 6985 out of order, 6700 a list of another length."""
    asked, combined = command.p1 & TYPE, bool(command.p1 & CDA)
    if command.p2 or command.p1 & ~(TYPE | CDA) or asked == TYPE:
        return apdu.WRONG_P1P2
    if app.options is None or (app.verdict is not None and (app.verdict.second is not None or not app.arqc)):
        return apdu.CONDITIONS
    if app.verdict is not None and asked == ARQC:
        return apdu.CONDITIONS
    values = read_dol(app.cdol1 if app.verdict is None else app.cdol2, command.data)
    if values is None:
        return apdu.WRONG_LENGTH
    objects = app.objects | values
    if any(tag not in objects for tag in COVERED):
        return apdu.CONDITIONS  # a card whose lists do not ask for what its cryptogram covers
    app.objects, app.hashed = objects, app.hashed + command.data
    given = _first(app, asked) if app.verdict is None else _second(app, asked)
    made = app.transaction(app.cvr())
    cryptogram = app.scheme.cryptogram(app.keys, made)
    if given == ARQC:
        app.arqc = cryptogram
    app.log(given)
    return _answer(app, given, cryptogram, combined and given != AAC) + apdu.OK


def _first(app: Application, asked: int) -> int:
    app.verdict = app.begin_verdict()
    asked = AAC if app.state.blocked else asked
    return risk.first(asked, app.limits(), app.state, app.objects, app.verdict)


def _second(app: Application, asked: int) -> int:
    assert app.verdict is not None
    data = app.objects.get(0x91, b"")
    if 0x91 in dict(app.cdol2) and any(data):
        _judge(app, data.rstrip(b"\x00") if len(data) > 10 else data)
    asked = AAC if app.state.blocked else asked
    return risk.second(asked, app.limits(), app.state, app.objects, app.verdict)


def external_authenticate(app: Application, command: Command) -> bytes:
    """EXTERNAL AUTHENTICATE (Book 3, 6.5.4): once, after an ARQC. 6300: the data is not the issuer's."""
    if command.p1 or command.p2:
        return apdu.WRONG_P1P2
    if not 8 <= len(command.data) <= 16:
        return apdu.WRONG_LENGTH
    if not app.arqc or app.authenticated or app.verdict is None or app.verdict.second is not None:
        return apdu.CONDITIONS
    app.authenticated = True
    return apdu.OK if _judge(app, command.data) else b"\x63\x00"


def _judge(app: Application, data: bytes) -> bool:
    """Whether the data is the issuer's. A refusal that is the issuer's own is one, too."""
    assert app.verdict is not None
    approved = app.scheme.answered(app.keys, app.transaction(app.cvr()), app.arqc, data)
    app.verdict.issuer_authenticated, app.verdict.issuer_failed = approved is not None, approved is None
    return approved is not None


def internal_authenticate(app: Application, command: Command) -> bytes:
    """INTERNAL AUTHENTICATE (Book 3, 6.5.9), for DDA."""
    if command.p1 or command.p2:
        return apdu.WRONG_P1P2
    if app.icc_key is None or app.options is None or not app.aip[0] & 0x20:
        return apdu.CONDITIONS
    if len(command.data) != sum(length for _, length in app.ddol):
        return apdu.WRONG_LENGTH
    app.dda = True
    number = icc_dynamic_number(app, command.data)
    signature = dynamic_signature(app.icc_key, bytes([len(number)]) + number, forged(app, "dda", command.data))
    return (tlv(0x80, signature) if app.spec.get("format", 77) == 80 else tlv(0x77, tlv(0x9F4B, signature))) + apdu.OK


def icc_dynamic_number(app: Application, challenge: bytes) -> bytes:
    """8 bytes that nobody without the card's key foresees, the same for the same transaction."""
    return sha256(app.keys.ac + app.atc + challenge).digest()[:8]


def forged(app: Application, what: str, data: bytes) -> bytes:
    """The terminal's data as the card signs it: that of a forger does not know it."""
    return bytes(len(data)) + b"\x01" if app.spec.get("forged") == what else data


def _answer(app: Application, given: int, cryptogram: bytes, combined: bool) -> bytes:
    cid = tlv(0x9F27, bytes([given]))
    data = app.scheme.issuer_data(app.cvr())
    if combined and app.icc_key is not None and app.aip[0] & CDA_SUPPORTED:
        signed = cid + tlv(0x9F36, app.atc) + tlv(0x9F10, data)
        number = icc_dynamic_number(app, app.hashed)
        inside = combined_data(number, given, cryptogram, sha1(app.hashed + signed).digest())
        challenge = forged(app, "cda", app.objects[0x9F37])
        signature = tlv(0x9F4B, dynamic_signature(app.icc_key, inside, challenge))
        return tlv(0x77, cid + tlv(0x9F36, app.atc) + signature + tlv(0x9F10, data))
    if app.spec.get("format", 77) == 80:
        return tlv(0x80, bytes([given]) + app.atc + cryptogram + data)
    return tlv(0x77, cid + tlv(0x9F36, app.atc) + tlv(0x9F26, cryptogram) + tlv(0x9F10, data))
