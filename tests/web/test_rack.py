"""The rack shows what the firmware can read: learned from what it does to its devices, and from nothing else."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from host_sim.acquirer.profiles import load_profile
from host_sim.console.back_office import BackOffice
from host_sim.console.cards import CHIPS, Rack, kinds
from host_sim.console.hand import Hand
from host_sim.console.recorder import Recorder
from host_sim.console.watch import Watch
from host_sim.console.ways import WAYS, Ways
from host_sim.rig import bus
from host_sim.rig.counter import Counter
from host_sim.rig.screen import load_glyphs
from host_sim.rig.stage import START
from host_sim.rig.world import World


class Issuing:
    """The simulated issuer, which hands out keys for scripts with each card."""

    def __init__(self, issuer: Any):
        self._issuer = issuer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._issuer, name)

    def issue_card(self, *args: Any, **more: Any) -> dict[str, Any]:
        return {"smi": "01" * 16, "smc": "02" * 16, **self._issuer.issue_card(*args, **more)}


VERIFY = bytes.fromhex("0020008008241234FFFFFFFFFF")


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[BackOffice]:
    office = BackOffice(tmp_path, World(START), bytes(32), ("127.0.0.1", 9), lambda: None)
    await office.start()
    yield office
    await office.close()


def _message(device: int, op: int) -> bus.Message:
    return bus.Message(op, device, 0, 0, b"")


def test_a_way_is_there_once_the_firmware_uses_its_device() -> None:
    told: list[int] = []
    ways = Ways(lambda: told.append(1))
    for device in (bus.UART0, bus.UART2, bus.UART3):
        ways.bus(_message(device, bus.OPEN))
    assert ways.found == set(), "a board opens all its lines: that is no sign"
    ways.bus(_message(bus.UART0, bus.SEND))
    assert ways.found == {"tap"}
    ways.bus(_message(bus.UART3, bus.RECEIVE))
    assert ways.found == {"tap"}, "it may be the scanner that is listened to"
    ways.bus(_message(bus.UART2, bus.SEND))
    ways.screen("请刷卡、插卡或挥卡")
    assert ways.found == {"tap", "swipe", "insert"}
    ways.screen("8扫码")
    assert ways.found == set(WAYS) and len(told) == 4


def test_every_card_has_a_way_a_name_and_says_what_it_will_do() -> None:
    names = [kind.name for kind in kinds()]
    assert len(names) == len(set(names)) and len(CHIPS) >= 5
    for kind in kinds():
        assert kind.way in WAYS and all(kind.title) and all(kind.says) and len(kind.says) == 2


async def test_a_chip_in_the_slot_is_heard_without_its_secrets(office: BackOffice, tmp_path: Path) -> None:
    world = World(START)
    counter, recorder = Counter(world, ("127.0.0.1", office.port)), Recorder(world)
    rack = Rack(Issuing(office.host.issuer), {}, tmp_path / "cards")
    kept: list[dict[str, Any]] = []
    watch = Watch(counter, recorder, load_profile("cup-3des"), load_glyphs())
    hand = Hand(counter, rack, watch, lambda: None, lambda: kept.append(rack.keep()))
    hand.take("chip-good")
    card = counter.slot.card
    assert hand.held == "chip-good" and card is not None and kept
    card.power_on()
    assert card.transmit(bytes.fromhex("00A4040007A0000003330101"))[-2:] == b"\x90\x00"
    card.transmit(VERIFY)
    told = [event for event in recorder.events if event["kind"] == "apdu"]
    assert told[0]["name"] == "SELECT" and told[0]["status"] == "9000"
    assert "24 12 34" not in told[1]["command"] and told[1]["command"].startswith("00 20 00 80")
    assert kept[-1]["chip-good"]["pan"] not in str(list(recorder.events))
    hand.take("rich")
    assert hand.held == "rich" and counter.slot.card is None, "one hand holds one card"
    hand.take("chip-good")
    hand.take("chip-good")
    assert hand.held is None, "the same again takes it out"
    again = Rack(Issuing(office.host.issuer), rack.keep(), tmp_path / "cards")
    assert again.chip("chip-good").power_on(), "its account is not opened twice"


async def test_a_stripe_is_drawn_through_the_head(office: BackOffice, tmp_path: Path) -> None:
    world = World(START)
    counter = Counter(world, ("127.0.0.1", office.port))
    rack = Rack(Issuing(office.host.issuer), {}, tmp_path / "cards")
    watch = Watch(counter, Recorder(world), load_profile("cup-3des"), load_glyphs())
    hand = Hand(counter, rack, watch, lambda: None, lambda: None)
    counter.lines[bus.UART3].open(9600)
    swiped: list[dict[int, str]] = []
    counter.talkers.swipe = swiped.append  # type: ignore[method-assign]
    hand.take("stripe")
    pan = rack.profiles["rich"]["pan"]
    assert swiped[0][2].startswith(pan + "=3012") and pan not in str(list(watch.recorder.events))
    hand.take("no such card")
    assert hand.held is None
