# heap: 1200k
"""Wi-Fi from the till's menu, on a radio that is told what happens to it."""

from till.drivers.clock import Signal
from till.flows import menu, wifi
from till.flows.errors import Stopped
from till.ui.canvas import Canvas
from till.ui.interact import Cancelled, Ui
from till.ui.strings import Strings
from ui.fake_till import FakeCounter, FakeDisplay, keys

PASSWORD = "8 6 8 6 8 6 confirm "
SECRET = "2 down 2 down 2 down 2 down 2 down 2 down 2 down 2 confirm"  # aaaaaaaa


class Radio:
    """networks: what scan() finds; told: what status() says, one after the other, the last for ever."""

    def __init__(self, networks=(), told=("joined",)):
        self.networks, self.told = networks, list(told)
        self.joins = []

    def scan(self):
        if self.networks is None:
            raise OSError(5)
        return self.networks

    def join(self, name, password):
        self.joins.append((name, password))

    def status(self):
        return self.told.pop(0) if len(self.told) > 1 else self.told[0]


class Clock(FakeCounter):
    async def sleep_ms(self, ms):
        self.now_ms += ms


class Manager:
    failures = 0

    def accepts(self, password):
        return password == "868686"

    def locked(self):
        return False


class FakeTill:
    def __init__(self, radio, presses, **settings):
        self.clock = counter = Clock(keys(presses))
        self.ui = Ui(Canvas(FakeDisplay()), counter, counter, Strings("en"))
        self.manager, self.settings, self.work = Manager(), settings, Signal()

        class Devices:
            wifi = radio

        self.devices = Devices

    async def keep(self, **settings):
        self.settings.update(settings)


async def why(till):
    try:
        await wifi.set_up(till)
    except (Stopped, Cancelled) as error:
        return error.args[0]
    raise AssertionError("it ended well")


NETWORKS = (("shop", -50, True), ("a very long name", -70, True), ("guests", -80, False))


async def test_a_network_is_chosen_joined_and_kept():
    radio = Radio(NETWORKS, ("joining", "joining", "joined"))
    till = FakeTill(radio, PASSWORD + "1 " + SECRET)
    await wifi.set_up(till)
    assert radio.joins == [("shop", "aaaaaaaa")]
    assert till.settings == {"wifi": {"name": "shop", "password": "aaaaaaaa"}}
    assert till.work.is_set()


async def test_an_open_network_asks_for_no_password():
    radio = Radio(NETWORKS)
    till = FakeTill(radio, PASSWORD + "3")
    await wifi.set_up(till)
    assert radio.joins == [("guests", "")] and till.settings["wifi"]["password"] == ""


async def test_what_fails_is_said_and_the_network_before_comes_back():
    before = {"name": "old", "password": "12345678"}
    for told, said in (
        (("password",), "wifi-password"), (("not-found",), "wifi-none"), (("failed",), "wifi-failed"),
        (("joining",), "wifi-failed"),
    ):  # fmt: skip
        radio = Radio(NETWORKS, told)
        till = FakeTill(radio, PASSWORD + "1 " + SECRET, wifi=before)
        assert await why(till) == said
        assert radio.joins == [("shop", "aaaaaaaa"), ("old", "12345678")]
        assert till.settings["wifi"] == before and not till.work.is_set()


async def test_one_wrong_password_told_may_be_of_the_attempt_before():
    radio = Radio(NETWORKS, ("password", "joining", "joined"))
    till = FakeTill(radio, PASSWORD + "1 " + SECRET)
    await wifi.set_up(till)
    assert till.settings["wifi"]["name"] == "shop"


async def test_nothing_to_join_and_a_stuck_radio():
    assert await why(FakeTill(Radio(()), PASSWORD)) == "wifi-none"
    assert await why(FakeTill(Radio(None), PASSWORD)) == "wifi-fault"


async def test_only_the_manager():
    radio = Radio(NETWORKS)
    assert await why(FakeTill(radio, "1 1 1 1 1 1 confirm 1 " + SECRET)) == "password-wrong"
    assert await why(FakeTill(radio, "cancel")) == "cancel key"
    assert radio.joins == []


class Without:
    """Devices of a board that lacks the named ones."""

    def __init__(self, *names):
        for name in ("nfc", "contact", "stripe", "scanner", "wifi"):
            setattr(self, name, None if name in names else name)


def texts(devices, page):
    return [entry[0] for entry in menu.offered(devices, page)]


def test_the_menu_leaves_out_what_the_board_lacks():
    assert "wifi-menu" in texts(Without(), menu.MANAGE) and "wifi-menu" not in texts(Without("wifi"), menu.MANAGE)
    assert "qr-scan" in texts(Without(), menu.QR) and texts(Without("scanner"), menu.QR) == ["qr-show"]
    assert texts(Without("nfc", "stripe"), menu.MAIN)[0] == "sale"
    assert "sale" not in texts(Without("nfc", "contact", "stripe"), menu.MAIN)
    assert texts(Without(), menu.PRINT) == [entry[0] for entry in menu.PRINT]
