"""The wallets behind an acquirer, and the house that switches them: purses on phones, codes that live a minute."""

from host_sim.networks.wallet.house import WalletHouse
from host_sim.networks.wallet.wallets import PENDING, Wallet, WalletError, load_wallets

__all__ = ["PENDING", "Wallet", "WalletError", "WalletHouse", "load_wallets"]
