"""Which wallets there are, as data, and what the house and its callers have in common."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files

PENDING = "09"
"""Response (ISO 8583:1987, field 39, request in progress): the customer has yet to pay, or nobody knows the outcome."""


class WalletError(Exception):
    """A wallet, account or code that cannot be used. args: what, reason and what to do. Never a customer's code."""

    def __str__(self) -> str:
        return ": ".join(str(part) for part in self.args)


@dataclass(frozen=True)
class Wallet:
    """One of wallets.toml."""

    code: str
    name: str
    first: str
    last: str
    digits: int

    def fits(self, code: str) -> bool:
        """Whether a customer's code is one of this wallet's, by its length and how it begins."""
        begins = code[: len(self.first)]
        return code.isdigit() and len(code) == self.digits and self.first <= begins <= self.last


def load_wallets() -> dict[str, Wallet]:
    """The shipped wallets by their code."""
    text = files("host_sim.networks.wallet").joinpath("wallets.toml").read_text(encoding="utf-8")
    return {row["code"]: Wallet(**row) for row in tomllib.loads(text)["wallet"]}
