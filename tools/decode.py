"""`picotill decode`: a message as JSON, field by field, with everything about the card left out.

The host's codec takes it apart, or the till's own under MicroPython. host_sim/console/fields.py lists what is shown;
the rest is told by its length only.
"""

import json
import re
from typing import TYPE_CHECKING, Any

from host_sim.console.fields import NAMES, SHOWN_TAGS, hidden, is_shown, masked
from tools.errors import ToolError

if TYPE_CHECKING:
    from host_sim.acquirer.profiles import Profile

CODECS = ("host", "till")
TPDU_FIRST = 0x60


def read_hex(text: str) -> bytes:
    """Bytes of a hex text, white space and colons aside. ToolError when it is not hex."""
    digits = re.sub(r"[\s:]", "", text)
    if not digits or len(digits) % 2 or re.search("[^0-9A-Fa-f]", digits):
        raise ToolError(
            "that is not a message in hex", "give an even number of hex digits, or - to read them from stdin"
        )
    return bytes.fromhex(digits)


def describe(data: bytes, profile: "Profile", codec: str = "host", mak: bytes | None = None) -> dict[str, Any]:
    """What a message says: frame, mti, message, fields, error (field, offset, reason, or null), mac_ok where mak is
    given. data: a whole frame (length, TPDU, header, message), the same without its length, or the message alone."""
    frame, body, error = _unframed(data, profile)
    told: dict[str, Any] = {"profile": profile.name, "codec": codec, "frame": frame, "mti": None, "message": None}
    told["fields"] = []
    if error is None:
        asked = _asked_till if codec == "till" else _asked_host
        mti, fields, error, mac_ok = asked(body, profile, mak)
        told["mti"], told["message"] = mti, _message(mti, fields, profile)
        for number, value in sorted(fields.items()):
            entry, wrong = show_field(number, value, profile)
            told["fields"].append(entry)
            error = error or wrong
        if mak is not None:
            told["mac_ok"] = mac_ok
    told["error"] = error
    return told


def show_field(number: int, value: str | bytes, profile: "Profile") -> tuple[dict[str, Any], dict[str, Any] | None]:
    """What may be seen of a field, and what is wrong within it."""
    from host_sim.acquirer.profiles import ProfileError
    from tools.tlv import described

    entry: dict[str, Any] = {"field": number, "name": NAMES[number][1] if number in NAMES else None}
    if number == 2 and isinstance(value, str):
        entry["value"] = masked(value)
    elif number == 55 and isinstance(value, bytes):
        found = described(value)
        entry["objects"] = [_shown_object(one) for one in found["objects"]]
        if found["error"]:
            return entry, {"field": 55, **found["error"]}
    elif is_shown(number, value):
        entry["value"] = value.hex().upper() if isinstance(value, bytes) else value
        if number in profile.subfields and isinstance(value, str):
            try:
                entry["parts"] = profile.split(number, value)
            except ProfileError as error:
                return entry, {"field": number, "offset": None, "reason": str(error.args[1])}
    else:
        entry["value"] = hidden(value)
    return entry, None


def _shown_object(entry: dict[str, Any]) -> dict[str, Any]:
    if "objects" in entry:
        return {**entry, "objects": [_shown_object(one) for one in entry["objects"]]}
    return entry if int(entry["tag"], 16) in SHOWN_TAGS else {**entry, "value": f"[{entry['length']} bytes]"}


def _unframed(data: bytes, profile: "Profile") -> tuple[dict[str, Any] | None, bytes, dict[str, Any] | None]:
    """The frame's parts, the message, and what is wrong with the frame. A message alone has no frame."""
    from host_sim.acquirer.frame import FrameError, FrameReader

    if data[0] == TPDU_FIRST:
        data = len(data).to_bytes(2, "big") + data
    elif len(data) > 2 and (data[2] != TPDU_FIRST or _is_message(data, profile)):
        return None, data, None
    reader = FrameReader(profile.header_bytes, profile.limit_bytes)
    try:
        frames = reader.feed(data)
    except FrameError as error:
        return None, b"", {"field": None, "offset": error.args[0], "reason": str(error.args[1])}
    if len(frames) != 1 or reader.pending:
        what = f"{len(frames)} whole frames and {reader.pending} bytes more"
        return None, b"", {"field": None, "offset": len(data) - reader.pending, "reason": what}
    frame = frames[0]
    return {"bytes": len(data), "tpdu": frame.tpdu.hex(), "header": frame.header.hex()}, frame.body, None


def _is_message(data: bytes, profile: "Profile") -> bool:
    """Whether bytes whose third is 60 are a message all the same: fields 2 and 3 without 4 look like a TPDU."""
    types = {rule.mti for rule in profile.messages}
    return int.from_bytes(data[:2], "big") != len(data) - 2 and _question(data[:2].hex()) in types


def _question(mti: str) -> str:
    """The type of the question that a message is or answers."""
    return f"{mti[:2]}{int(mti[2]) & 6}{mti[3]}" if mti[2].isdigit() else mti


def _asked_host(body: bytes, profile: "Profile", mak: bytes | None) -> tuple[Any, Any, Any, bool]:
    from host_sim.acquirer.codec import MAC_BYTES, Codec, CodecError, maced_part
    from host_sim.acquirer.mac import MacError, mac
    from host_sim.networks.tdes import DesError

    try:
        mti, fields = Codec(profile).decode(body)
    except CodecError as error:
        field = error.field if isinstance(error.field, int) else None
        return error.mti, error.known, {"field": field, "offset": error.offset, "reason": error.reason}, False
    mac_ok = False
    if mak is not None and 64 in fields:
        try:
            mac_ok = mac(profile.mac_algorithm, mak, maced_part(body)) == body[-MAC_BYTES:]
        except (MacError, DesError) as error:
            raise _wrong_key(str(error)) from None
    return mti, fields, None, mac_ok


def _asked_till(body: bytes, profile: "Profile", mak: bytes | None) -> tuple[Any, Any, Any, bool]:
    from tools.till_side import ask

    told = ask("unpack", {"profile": profile.name, "body": body.hex(), "mak": None if mak is None else mak.hex()})
    if told.get("no_profile"):
        raise ToolError(f"the till has no profile {profile.name}", "name one of firmware/till/wire, or --codec host")
    if "wrong_key" in told:
        raise _wrong_key(told["wrong_key"])
    fields = {
        int(number): bytes.fromhex(value["hex"]) if isinstance(value, dict) else value
        for number, value in told["fields"].items()
    }
    return told["mti"], fields, told["error"], told.get("mac_ok", False)


def _wrong_key(reason: str) -> ToolError:
    return ToolError(f"that is no MAC key of this profile: {reason}", "give --mak as many hex digits as the MAK has")


def _message(mti: str | None, fields: dict[int, Any], profile: "Profile") -> str | None:
    """The name of the message in the profile. An answer is named by its question."""
    if mti is None or len(mti) != 4:
        return None
    kind = str(fields.get(60, ""))
    rule = profile.find(_question(mti), fields.get(3), kind[:2] or None, kind[8:11] or None)
    return rule.name if rule else None


def run(text: str, profile_name: str, codec: str = "host", mak: str | None = None) -> int:
    """Print a message given in hex. Exit status 1 where it is damaged or its MAC is wrong."""
    from host_sim.acquirer.profiles import ProfileError, load_profile

    if codec not in CODECS:
        raise ToolError(f"there is no codec {codec}", "give --codec host or --codec till")
    try:
        profile = load_profile(profile_name)
    except ProfileError as error:
        raise ToolError(str(error.args[1]).split(":")[0], "name one that is in host_sim/acquirer/profiles") from error
    told = describe(read_hex(text), profile, codec, None if mak is None else _key(mak))
    print(json.dumps(told, indent=1, ensure_ascii=False))
    return 1 if told["error"] or told.get("mac_ok") is False else 0


def _key(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise ToolError("the MAC key is not hex", "give --mak as many hex digits as the MAK has") from None
