"""What goes between reader and card, one command at a time, redacted. Source: ISO/IEC 7816-4, EMV Book 3, 6.5."""

from typing import Any

from host_sim.console.fields import TAG_NAMES
from host_sim.console.meanings import tag_meaning
from host_sim.console.objects import DOTS, ObjectsError, objects, plain, redacted, rows

NAMES = {0xA4: "SELECT", 0xA8: "GET PROCESSING OPTIONS", 0xB2: "READ RECORD", 0xCA: "GET DATA", 0xAE: "GENERATE AC"}
STATUS = {
    "9000": "done",
    "6A82": "not found",
    "6A83": "no such record",
    "6985": "conditions not met",
    "6D00": "no such command",
    "6E00": "no such class",
    "6700": "wrong length",
    "6A86": "wrong P1 P2",
    "6A80": "wrong data",
    "6A88": "no such data",
}


class Conversation:
    """Remembers of one tap what is needed to read the next command: the PDOL."""

    def __init__(self) -> None:
        self._wanted: list[tuple[int, int]] = []

    def read(self, command: bytes, answer: bytes | None) -> dict[str, Any]:
        """One exchange: name, what it says, hex of both sides, the objects of both sides."""
        ins = command[1] if len(command) > 1 else 0
        data = command[5 : 5 + command[4]] if len(command) > 5 else b""
        told: dict[str, Any] = {
            "name": NAMES.get(ins, f"INS {ins:02X}"),
            "command": " ".join(_command(ins, command)),
            "says": _says(ins, command, data),
        }
        if ins == 0xA8:
            told["asked"] = self._asked(data)
        if answer is None:
            return {**told, "answer": "", "status": "", "meaning": "no answer"}
        body, status = answer[:-2], answer[-2:].hex().upper()
        told |= {"answer": " ".join(redacted(body) + plain(answer[-2:])), "status": status}
        told["meaning"] = STATUS.get(status, "")
        try:
            told["objects"] = rows(body)
            for _, tag, _, value in objects(body):
                if tag == 0x9F38:
                    self._wanted = _list(value)
        except (ObjectsError, IndexError):
            told |= {"answer": " ".join([DOTS] * len(body) + plain(answer[-2:])), "meaning": "no data objects"}
        return told

    def _asked(self, data: bytes) -> list[dict[str, Any]]:
        """The terminal's values, in the order in which the card asked for them."""
        at, found = 2, []
        for tag, length in self._wanted:
            value, at = data[at : at + length], at + length
            row = {"tag": f"{tag:X}", "name": TAG_NAMES.get(tag, ""), "value": value.hex().upper(), "depth": 0}
            found.append({**row, "meaning": tag_meaning(tag, value)})
        return found


def _command(ins: int, command: bytes) -> list[str]:
    """Only commands that are known to carry nothing of card or holder are shown whole."""
    return plain(command) if ins in NAMES else plain(command[:5]) + [DOTS] * len(command[5:])


def _says(ins: int, command: bytes, data: bytes) -> str:
    if ins == 0xA4:
        return data.decode("ascii") if data.isascii() and data[:1].isdigit() else data.hex().upper()
    if ins == 0xB2:
        return f"record {command[2]} of file {command[3] >> 3}"
    return ""


def _list(value: bytes) -> list[tuple[int, int]]:
    """Tags and lengths of a data object list (EMV Book 3, 5.4)."""
    at, found = 0, []
    while at < len(value):
        tag, at = value[at], at + 1
        if tag & 0x1F == 0x1F:
            tag, at = tag << 8 | value[at], at + 1
        found.append((tag, value[at]))
        at += 1
    return found
