"""Payments by code: what F59 holds, and what stands for a wallet where a card has its mask."""

from host_sim.acquirer.request import Request
from host_sim.networks.wallet import load_wallets

TAG = "A3"
_HEAD = 5
_WALLETS = load_wallets()


class CodeError(ValueError):
    """An F59 that is no code. args: reason."""


def read_code(text: str) -> str:
    """The code in F59: tag A3, its length in three digits, the code.

    >>> read_code("A3018130123456789012345")
    '130123456789012345'
    """
    length = text[len(TAG) : _HEAD]
    if not text.startswith(TAG) or not length.isdigit() or len(text) != _HEAD + int(length) or len(text) == _HEAD:
        raise CodeError("is not tag A3, length and code")
    return text[_HEAD:]


def write_code(code: str) -> str:
    """F59 with a code."""
    return f"{TAG}{len(code):03d}{code}"


def masked(wallet: str, code: str = "") -> str:
    """The wallet's name, and of a customer's code how it begins and ends."""
    name = _WALLETS[wallet].name if wallet in _WALLETS else "QR"
    return f"{name} {code[:2]}**{code[-4:]}" if len(code) > 12 else name


def wallet_masked(request: Request) -> str:
    """For a void or refund of a payment by code, "" for one of a card."""
    return "" if 2 in request.fields else masked(request.text(44))
