"""Acquirers as data: whose profile, number, channel, cut-off, prices and D0 terms a host works with."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from host_sim.settlement.fee_plans import Price

DEFAULT = "picotill"


class AcquirerError(ValueError):
    """An acquirer that there is not, or whose entry is wrong. args: which, reason and what to do."""

    def __str__(self) -> str:
        return ": ".join(str(part) for part in self.args)


@dataclass(frozen=True)
class Acquirer:
    """One entry of acquirers.toml. advance: D0 terms by the columns of store's AdvanceTerms, or None."""

    name: str
    profile: str
    institution: str
    channel: str
    cutoff: time
    zone: str
    plan: str
    refund_fee: str
    cost_basis_points: int
    prices: tuple[Price, ...]
    advance: Mapping[str, Any] | None

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Acquirer":
        """data: an entry as tomllib reads it. Raises AcquirerError."""
        fields = dict(data)
        try:
            prices = tuple(Price(**row) for row in fields.pop("price"))
            advance = fields.pop("advance", None)
            acquirer = cls(prices=prices, advance=advance, **fields)
            ZoneInfo(acquirer.zone)
        except (KeyError, TypeError, ValueError, OSError) as error:
            raise AcquirerError(str(data.get("name", "acquirer")), f"missing or wrong entry: {error}") from None
        if len(acquirer.institution) != 11 or not acquirer.institution.isdigit():
            raise AcquirerError(acquirer.name, "institution has 11 digits: correct it")
        return acquirer


def load_acquirer(name: str = DEFAULT) -> Acquirer:
    """The acquirer of that name. Raises AcquirerError."""
    text = files("host_sim.acquirer").joinpath("acquirers.toml").read_text(encoding="utf-8")
    rows = {row["name"]: row for row in tomllib.loads(text)["acquirer"]}
    if name not in rows:
        raise AcquirerError(name, "there is no such acquirer: name one of " + ", ".join(rows))
    return Acquirer.from_data(rows[name])
