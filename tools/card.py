"""`picotill card`: the rack's personas as files. A file is a whole chip card with its keys; show never prints those.

A card made here belongs to the test scheme's own issuer, whose master key comes out of the seed; --imk takes another.
"""

import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from host_sim.networks.cards import mask
from host_sim.networks.issuer.chips import card_keys
from host_sim.networks.pki.authority import TEST_SCHEME
from host_sim.rig.cards.emv.memory import State
from host_sim.rig.cards.emv.objects import walk
from host_sim.rig.cards.emv.persona_card import PersonaCard
from host_sim.rig.cards.emv.personalise import personalise
from host_sim.rig.cards.emv.personas import PersonaError, card_number, persona, personas
from tools.errors import ToolError

IMK = bytes.fromhex("1A2C4F5E6D7B8A9C0E1F3D5B7C9A8E6F")
SERVICE_CODE = "220"
CVM_LIMIT_FEN = 100_000
SECRET_TAGS = {0x57: "track 2", 0x5A: "PAN", 0x9F1F: "discretionary data", 0x56: "track 1"}

command = typer.Typer(help="The test cards of the rack: list them, make one as a file, show what is on it.")


@command.command("list")
def list_() -> None:
    """Every persona: its name, what it does, and what comes of a payment with it."""
    for name, row in personas().items():
        expect = row["expect"]
        seen = f"{expect['outcome']} {expect['arc']}".strip()
        print(f"{name:<20} {seen:<14} {row['says'][1]} / {row['says'][0]}")


@command.command()
def make(
    name: Annotated[str, typer.Argument(help="A persona of the list.")],
    out: Annotated[Path | None, typer.Option(help="The card's file; by default NAME.card.json here.")] = None,
    imk: Annotated[str, typer.Option(help="The issuer's master key, 32 hex digits.")] = IMK.hex(),
) -> None:
    """Personalise a persona into a file: applications, records, certificates, keys."""
    path = out or Path(f"{name}.card.json")
    try:
        key = bytes.fromhex(imk)
        row = persona(name)
    except PersonaError:
        raise ToolError(f"there is no persona {name}", "run `picotill card list`, which names them") from None
    except ValueError:
        key = b""
    if len(key) != 16:
        raise ToolError("the issuer's master key is not 32 hex digits", "give --imk 32 hex digits, or leave it out")
    if path.exists():
        raise ToolError(f"{path} is there already", "give another name with --out, or remove it")
    card = personalise(row, _account(row, key), TEST_SCHEME)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(card, file, indent=1)
        file.write("\n")
    print(f"{path}: {name}, {mask(card_number(row))}; it holds test keys in clear")


@command.command()
def show(file: Annotated[Path, typer.Argument(help="A card's file.")]) -> None:
    """What is on a card, record by record. Card number and track masked, keys and PIN never."""
    card = read(file)
    parts = [
        part for part in (card.get("protocol"), f"UID {card['uid']}", "blocked" if card.get("blocked") else "") if part
    ]
    print(f"{card['name']}: {', '.join(parts)}")
    for spec in card["applications"]:
        print(f"\n{spec['aid']} {spec['label']}, priority {spec['priority']}, {spec['scheme']}")
        print(f"  AIP {spec['aip']}  AFL {spec['afl']}" + (f"  PDOL {spec['pdol']}" if spec.get("pdol") else ""))
        print(f"  keys: AC, SMI, SMC{', RSA' if spec.get('rsa') else ''}; PIN {'yes' if _pin(spec) else 'no'}")
        state = State(**{**spec["initial"], "pin": ""})
        print(f"  ATC {state.atc}, last online {state.last_online_atc}, PIN tries {state.pin_tries}")
        _records(spec["records"], "")
        if spec.get("contactless"):
            print("  contactless: AIP " + spec["contactless"]["aip"] + ", AFL " + spec["contactless"]["afl"])
            _records(spec["contactless"]["records"], "contactless ")


def read(file: Path) -> dict[str, Any]:
    """A card's file, tried. Raises ToolError."""
    try:
        card = json.loads(file.read_text(encoding="utf-8"))
        PersonaCard(card)
    except FileNotFoundError:
        raise ToolError(f"there is no file {file}", "make one: picotill card make NAME") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ToolError(f"{file} is no card", "make it anew: picotill card make NAME") from None
    return card


def _account(row: Any, imk: bytes) -> dict[str, Any]:
    """What an issuer with that key would give for the card."""
    pan = card_number(row)
    keys = card_keys(imk, pan, row["psn"])
    return {
        "pan": pan,
        "psn": row["psn"],
        "expiry": row["expiry"],
        "service_code": SERVICE_CODE,
        "udk": keys.ac.hex(),
        "smi": keys.smi.hex(),
        "smc": keys.smc.hex(),
        "uid": f"08{row['number']:06x}",
        "label": row["label"],
        "cvm_limit_fen": CVM_LIMIT_FEN,
    }


def _pin(spec: Any) -> bool:
    return bool(spec["initial"].get("pin"))


def _records(records: Any, prefix: str) -> None:
    for place, record in records.items():
        shown = []
        for tag, value in walk(dict(walk(bytes.fromhex(record)))[0x70]):
            text = value.hex().upper() if len(value) <= 32 else f"{value[:8].hex().upper()}... {len(value)} bytes"
            shown.append(f"{tag:X} {_masked(tag, value) if tag in SECRET_TAGS else text}")
        print(f"  {prefix}{place}  " + "\n        ".join(shown))


def _masked(tag: int, value: bytes) -> str:
    digits = value.hex().upper().rstrip("F")
    number = digits.partition("D")[0]
    return mask(number) if tag in (0x5A, 0x57) else f"({len(value)} bytes)"
