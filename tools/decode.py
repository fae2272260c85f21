"""`picotill decode`: a message of the till or the host, field by field, with everything about the card left out.

What is shown is listed, the rest is told by its length only: a field that a profile adds is hidden until it is listed.
"""

import re
from typing import TYPE_CHECKING

from tools.errors import ToolError

if TYPE_CHECKING:
    from host_sim.acquirer.profiles import Profile

NAMES = {
    2: "PAN", 3: "processing code", 4: "amount", 11: "trace", 12: "time", 13: "date", 14: "expiry",
    15: "settlement date", 22: "entry mode", 23: "PAN sequence", 25: "condition", 26: "PIN length", 32: "acquirer",
    35: "track 2", 36: "track 3", 37: "RRN", 38: "authorisation", 39: "response", 41: "terminal", 42: "merchant",
    43: "merchant name", 44: "institutions", 48: "totals or detail", 49: "currency", 52: "PIN block",
    53: "security", 54: "additional amounts", 55: "IC data", 60: "type, batch, network", 61: "original",
    62: "keys or data", 63: "operator or scheme", 64: "MAC",
}  # fmt: skip
SHOWN = frozenset((3, 4, 11, 12, 13, 15, 22, 23, 25, 26, 32, 37, 38, 39, 41, 42, 43, 44, 49, 53, 54, 60, 61, 63, 64))
# F48 is totals (62 digits) or a count (4 digits), or the detail of an upload, which holds card numbers.
SHOWN_48_DIGITS = (4, 62)
# Tags that say nothing by which a card could be known or used again.
SHOWN_TAGS = frozenset((
    0x82, 0x84, 0x8A, 0x91, 0x95, 0x9A, 0x9B, 0x9C, 0x4F, 0x5F2A, 0x9F02, 0x9F03, 0x9F06, 0x9F09, 0x9F10, 0x9F1A,
    0x9F1E, 0x9F26, 0x9F27, 0x9F33, 0x9F34, 0x9F35, 0x9F36, 0x9F37, 0x9F41, 0x9F63, 0xDF31,
))  # fmt: skip


def masked(pan: str) -> str:
    """First six and last four digits: what a slip may show. PCI DSS 4.0, requirement 3.4.1."""
    return f"{pan[:6]}{'*' * (len(pan) - 10)}{pan[-4:]}" if len(pan) >= 13 else hidden(pan)


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
    if number in SHOWN or (number == 48 and len(value) in SHOWN_48_DIGITS):
        return [value.hex().upper() if isinstance(value, bytes) else value]
    return [hidden(value)]


def hidden(value: str | bytes) -> str:
    """The length instead of the value."""
    return f"[{len(value)} {'bytes' if isinstance(value, bytes) else 'characters'}]"


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
            name = f"F{number:<3} {NAMES.get(number, '')}" if position == 0 else ""
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
