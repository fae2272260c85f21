"""How the switch finds the wallets: by what stands for a wallet's account where a card has its number."""

from host_sim.networks.switch import Route
from host_sim.networks.wallet.house import WalletHouse
from host_sim.networks.wallet.orders import CHANNEL, FEE_BASIS_POINTS

NO_WALLET = "000"
"""Nobody has scanned the code that a till shows: any wallet may pay it."""
_TERMS = {"organisation": "CUP", "scheme": "domestic", "card_class": "wallet", "channel": CHANNEL}


def account_of(wallet: str) -> str:
    """What stands for an account of that wallet. No card number begins so."""
    return f"QR{wallet}"


def wallet_routes(house: WalletHouse) -> list[Route]:
    """A route a wallet, and one for codes that nobody has scanned yet. Wallets count with the domestic cards."""
    codes = {NO_WALLET: "", **{code: code for code in house.wallets}}
    return [
        Route(account_of(code), institution, network=house, cost_basis_points=FEE_BASIS_POINTS, **_TERMS)
        for code, institution in codes.items()
    ]
