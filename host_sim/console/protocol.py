"""A message of till or host as an engineer wants to see it: every field beside the bytes that it came in, redacted.

The bytes are cut by the profile's own table, so that a field and its bytes are shown together even where the host's
codec would refuse the message.
"""

from typing import Any

from host_sim.acquirer.frame import Frame
from host_sim.acquirer.profiles import Profile, ProfileError
from host_sim.console.fields import NAMES, hidden, is_shown, masked
from host_sim.console.meanings import field_meaning
from host_sim.console.objects import DOTS, ObjectsError, plain, redacted, rows

_DOT = "\u2022"
_LENGTH_BYTES = {None: 0, "LL": 1, "LLL": 2}
KEYS = ((0, 16, "PIK"), (20, 28, "MAK"))
CHECKS = ((16, 20, "PIK"), (36, 40, "MAK"))
"""F62 of a sign-on answer (pik16-mak8): where the enciphered keys and their check values are."""


def describe(frame: Frame, profile: Profile) -> dict[str, Any]:
    """mti, name, trace, response, batch, fields (rows) and raw: pieces of hex with the field that they belong to."""
    body = frame.body
    raw = [
        _piece("length", plain((len(frame.tpdu) + len(frame.header) + len(body)).to_bytes(2, "big"))),
        _piece("tpdu", plain(frame.tpdu)),
        _piece("header", plain(frame.header)),
        _piece("mti", plain(body[:2])),
        _piece("bitmap", plain(body[2:10])),
    ]
    mti, values, fields, wrong = body[:2].hex(), {}, [], ""
    at = 10
    for number in _present(body):
        try:
            value, head, data = _cut(body, at, number, profile)
        except (KeyError, ValueError):
            wrong = f"field {number} does not follow the profile"
            raw.append(_piece("?", [DOTS] * (len(body) - at)))
            break
        at += len(head) + len(data)
        values[number] = value
        fields.append(_row(number, value, mti))
        raw.append(_piece(str(number), plain(head) + _bytes(number, value, data, profile)))
    text = {number: value for number, value in values.items() if isinstance(value, str)}
    return {
        "mti": mti,
        "name": _name(mti, text, profile),
        "trace": text.get(11, ""),
        "response": text.get(39, ""),
        "batch": _batch(text, profile),
        "request": int(frame.header.hex()[profile.host_request_digit], 16),
        "fields": fields,
        "raw": raw,
        "checks": _checks(mti, values),
        "wrong": wrong,
    }


def _present(body: bytes) -> list[int]:
    bitmap = int.from_bytes(body[2:10], "big")
    return [number for number in range(1, 65) if bitmap >> (64 - number) & 1]


def _cut(body: bytes, at: int, number: int, profile: Profile) -> tuple[str | bytes, bytes, bytes]:
    """A field's value, the bytes of its length, the bytes of itself. KeyError, ValueError."""
    rule = profile.fields[number]
    count_bytes = _LENGTH_BYTES[rule.get("length")]
    head = body[at : at + count_bytes]
    count = int(head.hex()) if count_bytes else rule["most"]
    packed = rule["kind"] in ("n", "n-right", "z")
    size = (count + 1) // 2 if packed else count
    data = body[at + count_bytes : at + count_bytes + size]
    if len(data) != size:
        raise ValueError("cut short")
    if packed:
        digits = data.hex().upper()
        return (digits[-count:] if rule["kind"] == "n-right" else digits[:count]), head, data
    return (data if rule["kind"] == "b" else data.decode("ascii")), head, data


def _row(number: int, value: str | bytes, mti: str) -> dict[str, Any]:
    row: dict[str, Any] = {"number": number, "name": NAMES.get(number, ("", "")), "value": _shown(number, value)}
    if isinstance(value, str) and is_shown(number, value):
        row["meaning"] = field_meaning(number, value, mti)
    if number == 55 and isinstance(value, bytes):
        try:
            row["objects"] = rows(value)
        except ObjectsError as error:
            row["meaning"] = f"no data objects at offset {error.args[0]}"
    return row


def _shown(number: int, value: str | bytes) -> str:
    if number == 2 and isinstance(value, str):
        return masked(value)
    if is_shown(number, value):
        return value.hex().upper() if isinstance(value, bytes) else value
    return hidden(value)


def _bytes(number: int, value: str | bytes, data: bytes, profile: Profile) -> list[str]:
    """The bytes of a field as they may be seen."""
    if number == 2 and isinstance(value, str) and len(value) >= 13:
        digits = value[:6] + _DOT * (len(value) - 10) + value[-4:] + "0" * (len(value) % 2)
        return [digits[at : at + 2] for at in range(0, len(digits), 2)]
    if number == 55:
        return redacted(data)
    if number == 62 and len(data) == 40:
        out = [DOTS] * len(data)
        for begin, end, _ in CHECKS:
            out[begin:end] = plain(data[begin:end])
        return out
    return plain(data) if is_shown(number, value) else [DOTS] * len(data)


def _piece(name: str, shown: list[str]) -> dict[str, str]:
    return {"field": name, "hex": " ".join(shown)}


def _name(mti: str, text: dict[int, str], profile: Profile) -> str:
    """The message's name in the profile, of an answer that of its question."""
    question = f"{mti[:2]}{int(mti[2], 16) & 0xE:x}{mti[3]}"
    kind = text.get(60, "")
    rule = profile.find(question, text.get(3), kind[:2] or None, kind[8:11] or None)
    return rule.name if rule else ""


def _batch(text: dict[int, str], profile: Profile) -> int:
    """The batch that the message's payment belongs to: of an offline sale's advice the one of its sale."""
    try:
        parts = profile.split(60, text.get(60, ""))
        if parts.get("type") == "30" and 61 in text:
            parts = profile.split(61, text[61])
        return int(parts.get("batch") or 0)
    except (ProfileError, ValueError):
        return 0


def _checks(mti: str, values: dict[int, str | bytes]) -> list[dict[str, str]]:
    """Values by which each side proves something to the other; none of them is secret."""
    found = []
    mac, keys = values.get(64), values.get(62)
    if isinstance(mac, bytes):
        found.append({"name": "MAC", "value": mac.decode("ascii", "replace"), "of": f"F64 {mti}"})
    if mti == "0810" and isinstance(keys, bytes) and len(keys) == 40:
        found += [
            {"name": f"{key} check", "value": keys[begin:end].hex().upper(), "of": "F62"} for begin, end, key in CHECKS
        ]
    chip = values.get(55)
    if isinstance(chip, bytes):
        wanted = {"9F26": "ARQC", "91": "ARPC", "9F36": "ATC"}
        try:
            found += [
                {"name": wanted[row["tag"]], "value": row["value"], "of": "F55"}
                for row in rows(chip)
                if row["tag"] in wanted
            ]
        except ObjectsError:
            pass
    return found
