"""A recorded card for `picotill replay`: the file read and tried, and what the recording itself says of the terminal
that made it, so that the till brings the same date, number and limits to the card, and hears the same host.

Source of the lists by which a card asks for those: EMV 4.4 Book 3, 5.4 (DOL), 6.5 (commands).
"""

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

from tools.errors import ToolError
from tools.tlv import leaves

KINDS = ("contact", "contactless")
BYTES_MOST, EXCHANGES_MOST, NAME_MOST = 2_000_000, 500, 200
COMMAND_LEAST, COMMAND_MOST, ANSWER_MOST = 4, 261, 1026
AMOUNT_MOST_FEN = 999_999_999_999
HEX = re.compile("(?:[0-9A-Fa-f]{2})*")
NEXT = 'give {"name", "kind": "contact" or "contactless", "amount_fen", "exchanges": [{"c": hex, "r": hex}]}'

SELECT, GPO, READ, GENERATE_AC, EXTERNAL, VERIFY, GET_DATA, GET_RESPONSE = (
    0xA4, 0xA8, 0xB2, 0xAE, 0x82, 0x20, 0xCA, 0xC0,
)  # fmt: skip
INTERNAL, CHALLENGE = 0x88, 0x84


class Exchange(NamedTuple):
    """A command and its whole answer, status word last."""

    command: bytes
    answer: bytes

    @property
    def ins(self) -> int:
        return self.command[1]

    @property
    def data(self) -> bytes:
        return self.command[5 : 5 + self.command[4]] if len(self.command) > 5 else b""


class Recorded(NamedTuple):
    """A recording. exchanges: as they were recorded, GET RESPONSE and all."""

    name: str
    kind: str
    amount_fen: int
    exchanges: tuple[Exchange, ...]

    def whole(self) -> list[Exchange]:
        """Commands with their whole answers: what GET RESPONSE fetched belongs to the command before."""
        out: list[Exchange] = []
        for one in self.exchanges:
            if one.ins == GET_RESPONSE and out and out[-1].answer[-2:-1] == b"\x61":
                out[-1] = Exchange(out[-1].command, out[-1].answer[:-2] + one.answer)
            else:
                out.append(one)
        return out


def load(path: Path) -> Recorded:
    """The recording of a file. ToolError says what is wrong with it."""
    try:
        with path.open("rb") as file:
            text = file.read(BYTES_MOST + 1)
        if len(text) > BYTES_MOST:
            raise _wrong(path, f"it has more than {BYTES_MOST} bytes")
        source = json.loads(text)
    except OSError as error:
        raise ToolError(f"{path} cannot be read: {error.strerror}", "name a file that is there") from None
    except (ValueError, RecursionError):
        raise _wrong(path, "it is no JSON") from None
    return _tried(path, source)


def _tried(path: Path, source: Any) -> Recorded:
    if not isinstance(source, dict):
        raise _wrong(path, "it is no JSON object")
    name, kind, amount, rows = (source.get(key) for key in ("name", "kind", "amount_fen", "exchanges"))
    if not isinstance(name, str) or len(name) > NAME_MOST:
        raise _wrong(path, "name is missing or no text")
    if kind not in KINDS:
        raise _wrong(path, "kind is neither contact nor contactless")
    if not isinstance(amount, int) or isinstance(amount, bool) or not 0 < amount <= AMOUNT_MOST_FEN:
        raise _wrong(path, "amount_fen is no amount in fen")
    if not isinstance(rows, list) or len(rows) > EXCHANGES_MOST:
        raise _wrong(path, f"exchanges is no list of at most {EXCHANGES_MOST}")
    exchanges = []
    for number, row in enumerate(rows):
        command, answer = (row.get("c"), row.get("r")) if isinstance(row, dict) else (None, None)
        exchange = Exchange(_bytes(path, number, "c", command), _bytes(path, number, "r", answer))
        if not COMMAND_LEAST <= len(exchange.command) <= COMMAND_MOST or len(exchange.answer) > ANSWER_MOST:
            raise _wrong(path, f"exchange {number} is too short or too long for a command and its answer")
        exchanges.append(exchange)
    return Recorded(name, kind, amount, tuple(exchanges))


def _bytes(path: Path, number: int, key: str, text: Any) -> bytes:
    if not isinstance(text, str) or not HEX.fullmatch(text):
        raise _wrong(path, f"exchange {number} has no hex under {key}")
    return bytes.fromhex(text)


def _wrong(path: Path, reason: str) -> ToolError:
    return ToolError(f"{path} is no recording: {reason}", NEXT)


def list_of(dol: bytes) -> list[tuple[int, int]]:
    """Tags and lengths that a DOL asks for; a list that is cut short ends where it is cut."""
    wanted, at = [], 0
    while at < len(dol):
        end = at + 1
        if dol[at] & 0x1F == 0x1F:
            while end < len(dol) and dol[end] & 0x80:
                end += 1
            end += 1
        if end >= len(dol):
            break
        wanted.append((int.from_bytes(dol[at:end], "big"), dol[end]))
        at = end + 1
    return wanted


def values_of(dol: bytes, data: bytes) -> dict[int, bytes]:
    """What the till gave a card that asked with this list."""
    found, at = {}, 0
    for tag, length in list_of(dol):
        if at + length > len(data):
            break
        found[tag] = data[at : at + length]
        at += length
    return found


class Terminal(NamedTuple):
    """What a recording shows of its terminal. first: what the first cryptogram was asked with, second: the second.
    pin: digits of a PIN that the card was shown, "" for none. host: the host's word, None where there is none."""

    first: dict[int, bytes]
    second: dict[int, bytes]
    pin: str
    host: dict[str, Any] | None


def terminal(recorded: Recorded) -> Terminal:
    """Read off the commands, by the lists that the card's answers hold."""
    lists: dict[int, bytes] = {}
    first: dict[int, bytes] = {}
    second: dict[int, bytes] = {}
    pin, asked, issuer_data = "", 0, b""
    scripts: list[tuple[int, bytes]] = []
    approved = False
    for one in recorded.whole():
        found = dict(leaves(one.answer[:-2]))
        if one.ins == SELECT:
            lists[0x9F38] = found.get(0x9F38, b"")
        elif one.ins == GPO and one.data[:1] == b"\x83":
            first |= values_of(lists.get(0x9F38, b""), dict(leaves(one.data)).get(0x83, b""))
        elif one.ins == READ:
            lists |= {tag: found[tag] for tag in (0x8C, 0x8D) if tag in found}
        elif one.ins == VERIFY and one.data[:1] and one.data[0] >> 4 == 2:
            pin = one.data.hex()[2 : 2 + (one.data[0] & 15)]
        elif one.ins == GENERATE_AC and asked == 0:
            asked = 1
            first |= values_of(lists.get(0x8C, b""), one.data)
        elif one.ins == GENERATE_AC:
            asked, approved = 2, one.command[2] >> 6 == 1
            second = values_of(lists.get(0x8D, b""), one.data)
        elif one.ins == EXTERNAL and asked:
            issuer_data = one.data
        elif asked and one.ins not in (GET_DATA, GET_RESPONSE, SELECT, INTERNAL, CHALLENGE):
            command = bytes([0x86, len(one.command)]) + one.command
            scripts.append((0x71 if asked == 1 else 0x72, command))
    host = None
    if asked == 2:
        arc = second.get(0x8A, b"").decode("ascii", "replace")
        arc = arc if re.fullmatch("[0-9A-Z]{2}", arc) and arc[0] not in "YZ" else "00" if approved else "05"
        objects = [
            (tag, value) for tag, value in ((0x91, issuer_data or second.get(0x91, b"")), *scripts) if any(value)
        ]
        host = {"approved": approved, "arc": arc, "objects": [[tag, value.hex()] for tag, value in objects]}
    return Terminal(first, second, pin if pin.isdigit() and 4 <= len(pin) <= 12 else "", host)
