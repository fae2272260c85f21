"""The rack's personas: personas.toml with its defaults, and each of them enrolled with an issuer and made."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol

from host_sim.networks.cards import luhn
from host_sim.networks.pki.authority import TEST_SCHEME
from host_sim.rig.cards.emv.persona_card import PersonaCard
from host_sim.rig.cards.emv.personalise import personalise

Row = Mapping[str, Any]


class PersonaError(ValueError):
    """A persona that there is not, or that cannot be made. args: name, reason."""

    def __str__(self) -> str:
        return f"persona {self.args[0]}: {self.args[1]}"


class Issuing(Protocol):
    """What an issuer does for a card; networks/issuer does."""

    def issue_card(self, pan: str, psn: str, expiry: str, pin: str, balance_fen: int, label: str) -> dict[str, Any]: ...
    def set_state(self, pan: str, state: str) -> None: ...
    def order_script(self, pan: str, **order: Any) -> None: ...


@cache
def personas() -> dict[str, Row]:
    """Every row by its name, complete. Raises PersonaError for a row that is not right."""
    text = files("host_sim.rig.cards.emv").joinpath("personas.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    defaults = table["defaults"]
    rows: dict[str, Row] = {}
    numbers: set[int] = set()
    known = set(defaults) | {"name", "number", "says", "fault", "scripts", "velocity"}
    for own in table["persona"]:
        name = own.get("name", "?")
        if unknown := set(own) - known:
            raise PersonaError(name, f"has a key that nothing reads: {min(unknown)}")
        if unknown := set(own.get("expect", {})) - set(defaults["expect"]) - {"tvr_first"}:
            raise PersonaError(name, f"expects what nothing is compared with: {min(unknown)}")
        if name in rows or own["number"] in numbers:
            raise PersonaError(name, "has the name or the number of another")
        numbers.add(own["number"])
        expect = {**defaults["expect"], **own.get("expect", {})}
        expect.setdefault("tvr_first", expect["tvr"])
        rows[name] = {**defaults, **own, "expect": expect}
    return rows


def persona(name: str) -> Row:
    """One row. Raises PersonaError."""
    if name not in personas():
        raise PersonaError(name, f"there is none of that name; there are {', '.join(personas())}")
    return personas()[name]


def card_number(row: Row) -> str:
    """The persona's test PAN: its BIN, its number, the check digit."""
    body = f"{row['bin']}{row['number']:0{row['digits'] - len(row['bin']) - 1}d}"
    return next(body + digit for digit in "0123456789" if luhn(body + digit))


def enrol(row: Row, issuer: Issuing) -> dict[str, Any]:
    """Opens the persona's account with the issuer, in the state and with the scripts of its row. What is written on
    the card: pan, psn, expiry, service_code, udk, smi, smc, uid, label, cvm_limit_fen."""
    account = issuer.issue_card(
        card_number(row), row["psn"], row["expiry"], row["pin"], row["balance_fen"], label=row["label"]
    )
    if row["state"] != "active":
        issuer.set_state(account["pan"], row["state"])
    for order in row.get("scripts", ()):
        issuer.order_script(account["pan"], **order)
    return account


def make(name: str, issuer: Issuing, path: Path | None = None, seed: bytes = TEST_SCHEME) -> PersonaCard:
    """The persona's card, enrolled and personalised. path: its memory between runs."""
    row = persona(name)
    return PersonaCard(personalise(row, enrol(row, issuer), seed), path)
