"""`picotill tlv`: data objects of a card in BER-TLV as JSON: each with its name, and where it went wrong.

Source: EMV 4.4 Book 3, annexes A and B. Card number and tracks are masked, PIN data and names are left out.
"""

import json
import sys
from typing import Annotated, Any

import typer

from host_sim.networks.cards import mask
from tools.decode import read_hex

DEPTH_MOST, TAG_MOST = 8, 3
NUMBERS, HIDDEN = {0x5A, 0x57, 0x9F6B}, {0x56, 0x5F20, 0x9F0B, 0x9F1F, 0x9F20, 0x99}
_NAMES = """
42 issuer identification number|4F application identifier|50 application label|57 track 2 equivalent data|5A PAN
5F20 cardholder name|5F24 application expiration date|5F25 application effective date
5F28 issuer country code
5F2A transaction currency code|5F2D language preference|5F30 service code|5F34 PAN sequence number
61 application template
6F FCI template|70 record template|71 issuer script template 1|72 issuer script template 2|73 directory template
77 response template 2|80 response template 1|81 amount authorised, binary|82 application interchange profile
83 command template|84 dedicated file name|86 issuer script command|87 application priority indicator
88 SFI of directory
89 authorisation code|8A authorisation response code|8C CDOL1|8D CDOL2|8E CVM list|8F CA public key index
90 issuer public key certificate|91 issuer authentication data|92 issuer public key remainder
93 signed static application data|94 application file locator|95 terminal verification results
97 TDOL|98 TC hash value|99 transaction PIN data|9A transaction date|9B transaction status information
9C transaction type|9D directory definition file name|9F01 acquirer identifier|9F02 amount authorised|9F03 amount other
9F05 application discretionary data|9F06 application identifier, terminal|9F07 application usage control
9F08 application version, card|9F09 application version, terminal|9F0B cardholder name extended|9F0D IAC default
9F0E IAC denial|9F0F IAC online|9F10 issuer application data|9F11 issuer code table index|9F12 preferred name
9F13 last online ATC|9F14 lower consecutive offline limit|9F15 merchant category code|9F17 PIN try counter
9F18 issuer script identifier|9F1A terminal country code|9F1B terminal floor limit|9F1E interface device serial number
9F1F track 1 discretionary data|9F20 track 2 discretionary data|9F21 transaction time|9F22 CA public key index, terminal
9F23 upper consecutive offline limit|9F26 application cryptogram|9F27 cryptogram information data
9F2A kernel identifier|9F2D ICC PIN key certificate|9F32 issuer public key exponent|9F33 terminal capabilities
9F34 CVM results|9F35 terminal type|9F36 application transaction counter|9F37 unpredictable number|9F38 PDOL
9F40 additional terminal capabilities|9F41 transaction sequence counter|9F42 application currency code
9F44 application currency exponent|9F45 data authentication code|9F46 ICC public key certificate
9F47 ICC public key exponent|9F48 ICC public key remainder|9F49 DDOL|9F4A SDA tag list
9F4B signed dynamic application data|9F4C ICC dynamic number|9F4D log entry|9F4E merchant name and location
9F4F log format|9F5D available offline spending amount|9F66 terminal transaction qualifiers
9F69 card authentication data
9F6B track 2 data|9F6C card transaction qualifiers|9F79 electronic cash balance|A5 FCI proprietary template
BF0C FCI issuer discretionary data|DF31 issuer script results
"""
NAMES = {int(row.split(" ", 1)[0], 16): row.split(" ", 1)[1] for row in _NAMES.replace("|", "\n").strip().split("\n")}


class TlvError(ValueError):
    """Bytes that are no data objects. args: offset, tag in hex or None, reason."""


def objects(data: bytes, at: int = 0, depth: int = 0) -> list[dict[str, Any]]:
    """Every object of one level, templates with theirs. at: offset of data in the whole. Raises TlvError, whose
    `found` has what was whole before it on this level."""
    out: list[dict[str, Any]] = []
    offset = 0
    try:
        while offset < len(data):
            if data[offset] in (0x00, 0xFF):  # padding between objects
                offset += 1
                continue
            start = offset
            tag, offset = _tag(data, offset, at)
            length, offset = _length(data, offset, at, tag)
            value = data[offset : offset + length]
            if len(value) < length:
                raise TlvError(at + offset, f"{tag:02X}", f"value of {length} bytes, {len(value)} are there")
            entry: dict[str, Any] = {
                "tag": f"{tag:02X}",
                "name": NAMES.get(tag),
                "offset": at + start,
                "length": length,
            }
            out.append(entry)
            first = data[start]
            if first & 0x20:
                if depth == DEPTH_MOST:
                    raise TlvError(at + offset, f"{tag:02X}", f"templates more than {DEPTH_MOST} deep")
                try:
                    entry["objects"] = objects(value, at + offset, depth + 1)
                except TlvError as error:
                    entry["objects"] = getattr(error, "found", [])
                    raise
            else:
                entry["value"] = shown(tag, value)
            offset += length
    except TlvError as error:
        error.found = out  # type: ignore[attr-defined]
        raise
    return out


def leaves(data: bytes, depth: int = 0) -> list[tuple[int, bytes]]:
    """Tag and value of every object that is no template, in order; what is damaged ends its level."""
    out: list[tuple[int, bytes]] = []
    offset = 0
    try:
        while offset < len(data):
            if data[offset] in (0x00, 0xFF):
                offset += 1
                continue
            first = data[offset]
            tag, offset = _tag(data, offset, 0)
            length, offset = _length(data, offset, 0, tag)
            value = data[offset : offset + length]
            if len(value) < length:
                break
            if first & 0x20 and depth < DEPTH_MOST:
                out += leaves(value, depth + 1)
            else:
                out.append((tag, value))
            offset += length
    except TlvError:
        pass
    return out


def shown(tag: int, value: bytes) -> str:
    """What may be seen of a value."""
    if tag in HIDDEN:
        return f"[{len(value)} bytes]"
    if tag in NUMBERS:
        digits = value.hex().upper().partition("D")[0].rstrip("F")
        return mask(digits) if 13 <= len(digits) <= 19 and digits.isdigit() else f"[{len(value)} bytes]"
    return value.hex().upper()


def _tag(data: bytes, offset: int, at: int) -> tuple[int, int]:
    end = offset + 1
    if data[offset] & 0x1F == 0x1F:
        while True:
            if end == len(data):
                raise TlvError(at + offset, data[offset:end].hex().upper(), "tag is cut short")
            end += 1
            if not data[end - 1] & 0x80:
                break
            if end - offset == TAG_MOST:
                raise TlvError(at + offset, data[offset:end].hex().upper(), f"tag over {TAG_MOST} bytes")
    return int.from_bytes(data[offset:end], "big"), end


def _length(data: bytes, offset: int, at: int, tag: int) -> tuple[int, int]:
    if offset == len(data):
        raise TlvError(at + offset, f"{tag:02X}", "length is missing")
    first, offset = data[offset], offset + 1
    if first < 0x80:
        return first, offset
    count = first & 0x7F
    if not 1 <= count <= 3:
        raise TlvError(at + offset - 1, f"{tag:02X}", f"length of the form {first:02X}")
    if offset + count > len(data):
        raise TlvError(at + offset, f"{tag:02X}", "length is cut short")
    return int.from_bytes(data[offset : offset + count], "big"), offset + count


def described(data: bytes) -> dict[str, Any]:
    """The objects, and under "error" where it went wrong, else null."""
    try:
        return {"objects": objects(data), "error": None}
    except TlvError as error:
        offset, tag, reason = error.args
        return {"objects": getattr(error, "found", []), "error": {"offset": offset, "tag": tag, "reason": reason}}


def command(data: Annotated[str, typer.Argument(help="Data objects in hex, or - to read them from stdin.")]) -> int:
    """Show a card's data objects as JSON. Exit status 1 where they are damaged."""
    told = described(read_hex(sys.stdin.read() if data == "-" else data))
    print(json.dumps(told, indent=1, ensure_ascii=False))
    return 1 if told["error"] else 0
