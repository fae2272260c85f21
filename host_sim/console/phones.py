"""The phones on the rack: each shows its wallet's code to the scanner, or pays the code that the till shows."""

from collections.abc import Callable
from typing import NamedTuple

from host_sim.networks.wallet import WalletError, WalletHouse

ZOOM = 4


class Phone(NamedTuple):
    """wallet: of wallets.toml. password_over_fen, conduct: as WalletHouse.open_purse takes them."""

    wallet: str
    balance_fen: int
    password_over_fen: int = 100_000
    conduct: str = ""


PHONES = {
    "wechat": Phone("002", 500_000),
    "alipay": Phone("003", 500_000, password_over_fen=0),
    "wechat-poor": Phone("002", 5_000),
    "alipay-slow": Phone("003", 500_000, conduct="slow"),
}


class Phones:
    """house(): the wallets as they run now. scan(text): holds a code before the till's scanner. glass(): the till's
    pixels, row by row."""

    def __init__(
        self, house: Callable[[], WalletHouse], scan: Callable[[str], None], glass: Callable[[], tuple[bytes, ...]]
    ):
        self._house, self._scan, self._glass = house, scan, glass

    def take(self, name: str) -> None:
        """What its owner would do now: read the till's code, confirm what the phone asks, or show a code."""
        house = self._house()
        purse = self.purse(name)
        shown = camera(self._glass())
        if shown:
            try:
                house.pay_shown(purse, shown)
            except WalletError:  # it is paid or closed already: the phone says so, and the till knows better
                return
        elif not house.answer(purse):
            self._scan(house.show_code(purse))

    def purse(self, name: str) -> int:
        """The number of its account, which is opened when it is first used."""
        house, phone = self._house(), PHONES[name]
        known = house.purse(name)
        if known is not None:
            return known
        return house.open_purse(
            phone.wallet,
            name,
            phone.balance_fen,
            password_over_fen=phone.password_over_fen,
            conduct=phone.conduct,
        )

    def balances(self) -> dict[str, int]:
        """In fen, by phone."""
        return {name: self._house().balance_fen(self.purse(name)) for name in PHONES}


def camera(pixels: tuple[bytes, ...]) -> str:
    """The text of a QR code on a display whose light pixels are set; "" where there is none."""
    import zxingcpp  # here, not above: only who holds a phone to the till needs it

    width, height = len(pixels[0]) * ZOOM, len(pixels) * ZOOM
    lit = b"".join(bytes(255 if dot else 0 for dot in row for _ in range(ZOOM)) * ZOOM for row in pixels)
    found = zxingcpp.read_barcodes(memoryview(lit).cast("B", (height, width)))
    return found[0].text if found else ""
