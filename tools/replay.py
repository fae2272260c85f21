"""`picotill replay`: the firmware's kernel, under MicroPython's unix port, against a recorded card.

The till brings what the recorded terminal brought where the card's lists show it; where not, a fixed day and number, so
that a replay is the same each time. A command that the recording does not hold is answered 6D00 and told.
"""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from host_sim.acquirer.terminal_parameters import application_entries, ca_entries
from host_sim.networks.pki.authority import revocations
from tools.recorded_card import GENERATE_AC, GPO, VERIFY, Recorded, Terminal, load, terminal
from tools.till_side import ask
from tools.tlv import NAMES, leaves, shown

# what the till brings where the recording does not say
VALUES = {0x9A: "261123", 0x9F37: "00000000", 0x9F41: "00000001", 0x9F1E: "3930303030303031"}
CONTACT_CAPABILITIES, CONTACT_TTQ = "60E8C8", "36000080"
TAKEN = (0x9F21, 0x9C, 0x9F1A, 0x5F2A, 0x9F33, 0x9F40, 0x9F35, 0x9F15, 0x9F66)
CVM_LIMIT_FEN, MOST_FEN = 100_000, 5_000_000
FLOOR_FEN, OFFLINE_MOST_FEN = 100_000, 1_000_000
TTQ_ONLINE, TTQ_CVM = 0x80, 0x40  # byte 2
TVR_FLOOR, TVR_FORCED = 0x80, 0x08  # byte 4


def question(recorded: Recorded, seen: Terminal) -> dict[str, Any]:
    """What tools/till_side/replay.py is asked."""
    values = {tag: bytes.fromhex(value) for tag, value in VALUES.items()}
    if recorded.kind == "contact":
        values[0x9F33] = bytes.fromhex(CONTACT_CAPABILITIES)
    else:
        values[0x9F66] = bytes.fromhex(CONTACT_TTQ)
    lengths = {tag: len(value) for tag, value in values.items()} | {
        0x9F21: 3, 0x9C: 1, 0x9F1A: 2, 0x5F2A: 2, 0x9F33: 3, 0x9F40: 5, 0x9F35: 1, 0x9F15: 2, 0x9F66: 4,
    }  # fmt: skip
    values |= {
        tag: value for tag, value in seen.first.items() if tag in (*VALUES, *TAKEN) and len(value) == lengths[tag]
    }
    return {
        "kind": recorded.kind,
        "amount_fen": recorded.amount_fen,
        "exchanges": [[one.command.hex(), one.answer.hex()] for one in recorded.exchanges],
        "values": [[tag, value.hex()] for tag, value in values.items()],
        "limits": _limits(recorded, seen),
        "pin": seen.pin,
        "host": seen.host,
        "aids": [entry.whole.hex() for entry in application_entries()],
        "keys": [entry.whole.hex() for entry in ca_entries()],
        "revoked": [[one.rid.hex(), one.index, one.serial.hex()] for one in revocations()],
    }


def _limits(recorded: Recorded, seen: Terminal) -> dict[str, Any]:
    """The recorded terminal's, as far as what it asked the card for shows them."""
    limits: dict[str, Any] = {
        "cvm_fen": CVM_LIMIT_FEN, "most_fen": max(MOST_FEN, recorded.amount_fen), "floor_fen": FLOOR_FEN,
        "offline_most_fen": OFFLINE_MOST_FEN, "force_online": False, "contact_floor_fen": None,
    }  # fmt: skip
    ttq, tvr = seen.first.get(0x9F66, b""), seen.first.get(0x95, b"")
    if recorded.kind == "contactless" and len(ttq) == 4:
        limits["force_online"] = bool(ttq[1] & TTQ_ONLINE)
        limits["cvm_fen"] = recorded.amount_fen - 1 if ttq[1] & TTQ_CVM else recorded.amount_fen
    if recorded.kind == "contact" and len(tvr) == 5:
        limits["contact_floor_fen"] = 0 if tvr[3] & TVR_FLOOR else recorded.amount_fen + 1
        limits["force_online"] = bool(tvr[3] & TVR_FORCED)
    return limits


def told(recorded: Recorded, answer: dict[str, Any]) -> dict[str, Any]:
    """The object that is printed. No PIN, no card number, no track; answers of the card only by their tags."""
    card, error = answer["card"] or {}, answer["error"]
    if error:
        error["tag"] = f"{error['tag']:02X}" if error["tag"] else None
    commands, unexpected, tags = [], [], []
    for number, (command, which, same, reply, expected) in enumerate(answer["sent"]):
        raw, got = bytes.fromhex(command), bytes.fromhex(reply)
        row = {"c": _shown_command(raw), "status": got[-2:].hex().upper(), "exchange": which}
        if which is None:
            row["unexpected"] = True
            unexpected.append({"command": number, "c": row["c"], "expected": _expected(recorded, expected)})
        elif not same:
            row["other_data"] = True
        commands.append(row)
        tags += [
            {"tag": f"{tag:02X}", "name": NAMES.get(tag), "value": shown(tag, value), "command": number}
            for tag, value in _objects(raw, got)
        ]
    used = {which for _, which, *_ in answer["sent"]}
    return {
        "name": recorded.name, "kind": recorded.kind, "amount_fen": recorded.amount_fen,
        "outcome": answer["outcome"], "error": error, "arc": card.get("arc"),
        "cvm": card.get("cvm"), "cvm_results": card.get("cvm_results"), "tvr": card.get("tvr"), "tsi": card.get("tsi"),
        "aid": card.get("aid"), "atc": card.get("atc"), "script_results": card.get("script_results"),
        "tags": tags, "commands": commands,
        "left_recording": unexpected[0] if unexpected else None, "unexpected": unexpected,
        "not_asked": [number for number in range(len(recorded.exchanges)) if number not in used],
    }  # fmt: skip


def _shown_command(command: bytes) -> str:
    """A command in hex; of one that shows the card a PIN only its header."""
    text = command.hex().upper()
    return text if command[1] != VERIFY else f"{text[:8]} [{len(command) - 5} bytes]"


def _expected(recorded: Recorded, which: int | None) -> str | None:
    return None if which is None else _shown_command(recorded.exchanges[which].command)


def _objects(command: bytes, answer: bytes) -> list[tuple[int, bytes]]:
    """The data objects of an answer; format 1 of GET PROCESSING OPTIONS and GENERATE AC (Book 3, 6.5.5, 6.5.8) too."""
    found = leaves(answer[:-2])
    if len(found) != 1 or found[0][0] != 0x80:
        return found
    value = found[0][1]
    if command[1] == GPO:
        return [(0x82, value[:2]), (0x94, value[2:])]
    if command[1] == GENERATE_AC:
        parts = [(0x9F27, value[:1]), (0x9F36, value[1:3]), (0x9F26, value[3:11]), (0x9F10, value[11:])]
        return [part for part in parts if part[1]]
    return [(0x9F4B, value)]


def replayed(recorded: Recorded) -> dict[str, Any]:
    """One recording played to the kernel, as JSON takes it."""
    return told(recorded, ask("replay", question(recorded, terminal(recorded))))


def command(trace: Annotated[Path, typer.Argument(help="A recorded card, as JSON.")]) -> int:
    """Play a recorded card to the till's kernel; print what comes of it as JSON.

    Exit status 1 where the kernel left the recording or took no decision."""
    result = replayed(load(trace))
    print(json.dumps(result, indent=1, ensure_ascii=False))
    return 1 if result["unexpected"] or result["outcome"] == "error" else 0
