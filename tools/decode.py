"""`picotill decode`: a message of the till or the host, field by field, with everything about the card left out.

host_sim/console/fields.py lists what is shown; the rest is told by its length only.
"""

import re
from typing import TYPE_CHECKING

from host_sim.console.fields import NAMES, SHOWN_TAGS, hidden, is_shown, masked
from tools.errors import ToolError

if TYPE_CHECKING:
    from host_sim.acquirer.profiles import Profile


def read_hex(text: str) -> bytes:
    """Bytes of a hex text, white space and colons aside. ToolError when it is not hex."""
    digits = re.sub(r"[\s:]", "", text)
    if not digits or len(digits) % 2 or re.search("[^0-9A-Fa-f]", digits):
        raise ToolError(
            "that is not a message in hex", "give an even number of hex digits, or - to read them from stdin"
        )
    return bytes.fromhex(digits)


def tags(data: bytes) -> dict[int, bytes]:
    """Tags and values of F55, in order. ToolError with the offset where it is no list of data objects."""
    from host_sim.networks.issuer.de55 import De55Error, read_de55

    try:
        return read_de55(data)
    except De55Error as error:
        what = f"F55 is wrong at offset {error.args[0]}: {error.args[1]}"
        raise ToolError(what, "check that the whole message was copied") from None


def show_field(number: int, value: str | bytes) -> list[str]:
    """What may be seen of a field: its value, a masked one, its length; for F55 one line a tag."""
    if number == 2 and isinstance(value, str):
        return [masked(value)]
    if number == 55 and isinstance(value, bytes):
        return [
            f"{tag:X} = {part.hex().upper() if tag in SHOWN_TAGS else hidden(part)}"
            for tag, part in tags(value).items()
        ]
    if is_shown(number, value):
        return [value.hex().upper() if isinstance(value, bytes) else value]
    return [hidden(value)]


def describe(data: bytes, profile: "Profile") -> list[str]:
    """The lines that tell a frame (length, TPDU, header, body). ToolError when it does not follow the profile."""
    from host_sim.acquirer.codec import Codec, CodecError
    from host_sim.acquirer.frame import FrameError, FrameReader

    reader = FrameReader(profile.header_bytes, profile.limit_bytes)
    advice = "give one whole frame: 2 bytes of length, then as many bytes as that says"
    try:
        frames = reader.feed(data)
    except FrameError as error:
        raise ToolError(f"the frame is wrong at offset {error.args[0]}: {error.args[1]}", advice) from error
    if len(frames) != 1 or reader.pending:
        what = f"{len(frames)} whole frames and {reader.pending} bytes more"
        raise ToolError(f"that is {what}", advice)
    frame = frames[0]
    try:
        mti, fields = Codec(profile).decode(frame.body)
    except CodecError as error:
        what = f"field {error.field} is wrong: {error.reason}"
        raise ToolError(what, f"check that the message follows the profile {profile.name}, or name another") from None
    kind = str(fields.get(60, ""))
    processing = fields.get(3)
    rule = profile.find(mti, str(processing) if processing is not None else None, kind[:2] or None, kind[8:11] or None)
    lines = [
        f"frame   {len(data)} bytes, TPDU {frame.tpdu.hex()}, header {frame.header.hex()}",
        f"MTI     {mti}" + (f"  {rule.name}" if rule else ""),
    ]
    for number, value in sorted(fields.items()):
        for position, text in enumerate(show_field(number, value)):
            name = f"F{number:<3} {NAMES[number][1] if number in NAMES else ''}" if position == 0 else ""
            lines.append(f"{name:26}{text}")
    return lines


def run(text: str, profile_name: str) -> None:
    """Print a message given in hex."""
    from host_sim.acquirer.profiles import ProfileError, load_profile

    try:
        profile = load_profile(profile_name)
    except ProfileError as error:
        raise ToolError(
            str(error.args[1]).split(":")[0], "name one that is in host_sim/acquirer/profiles"
        ) from error
    print("\n".join(describe(read_hex(text), profile)))
