"""`picotill pcsc` between a real pcscd with virtual readers and the firmware's contact driver."""

import asyncio
import signal
import subprocess
import sys
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from host_sim.rig.serial_port import SerialPort
from host_sim.rig.world import World
from tests.rig.chips import EchoChip
from tests.rig.firmware_driver import RigClock, RigUart
from tests.tools.pcsc_daemon import Daemon, VirtualCard, lacking
from till.drivers.ccid import ContactReader
from till.drivers.reader_error import CardGone, CardMute, ReaderError
from tools.errors import ToolError
from tools.pcsc import chosen

ROOT = Path(__file__).parents[2]
PROGRAM = [sys.executable, "-m", "tools.cli", "pcsc"]
SELECT = bytes.fromhex("00A404000E315041592E5359532E444446303100")
needed = pytest.mark.skipif(lacking() is not None, reason=lacking() or "")


def tpdu_chip(**changes):
    """A card for PC/SC over T=0: it says 61xx itself."""
    chip = EchoChip((0,), **changes)
    chip.waiting = b""
    transmit = chip.transmit

    def said(tpdu):
        if tpdu[1] == 0xC0:
            return chip.waiting + b"\x90\x00"
        chip.waiting = transmit(tpdu)[:-2]
        return b"\x61" + bytes([len(chip.waiting)])

    chip.transmit = said
    return chip


class Desk:
    """The program on a reader, and the firmware's driver at its pty. said: what it has printed."""

    def __init__(self, program, said):
        self.program, self.said = program, said
        self.world = World(datetime(2026, 11, 23, 1, tzinfo=UTC))
        self.port = SerialPort(self.world, said[0].rsplit(" ", 1)[1])
        self.uart = RigUart(self.world, self.port)
        self.clock = RigClock(self.world)
        self.reader = ContactReader(self.uart, self.clock)

    async def tells(self, text):
        """Reads on until the program has said text."""
        while not any(text in line for line in self.said):
            line = await asyncio.wait_for(self.program.stdout.readline(), 10)
            assert line, self.said
            self.said.append(line.decode().rstrip())


@asynccontextmanager
async def offered(daemon, name="Virtual 00 00"):
    program = await asyncio.create_subprocess_exec(
        *PROGRAM, "--reader", name, "--mute-after", "1", cwd=ROOT, env=daemon.environment, stdout=subprocess.PIPE
    )
    try:
        line = (await asyncio.wait_for(program.stdout.readline(), 20)).decode().rstrip()
        assert "/dev/pts/" in line, line
        desk = Desk(program, [line])
        desk.world.open()
        desk.world.begin()
        desk.port.open()
        await desk.tells("ready")
        yield desk
        desk.world.end()
        await desk.world.close()
        desk.port.close()
    finally:
        program.send_signal(signal.SIGINT)
        await asyncio.wait_for(program.wait(), 10)
    assert program.returncode == 130


@needed
@pytest.mark.parametrize("chip", [EchoChip((1,)), tpdu_chip()], ids=["T=1", "T=0"])
async def test_a_card_in_a_pc_sc_reader_is_the_till_s_card(chip):
    with Daemon() as daemon:
        card = VirtualCard(chip, daemon.ports[0])
        card.insert()
        async with offered(daemon) as desk:
            await desk.tells("card in")
            assert (await desk.reader.wait_card((), 5000))[0] == chip.atr
            for _ in range(3):
                assert (await desk.reader.exchange(SELECT))[-2:] == b"\x90\x00"
            assert await desk.reader.exchange(SELECT) == chip.got[-1] + b"\x90\x00"
            assert chip.got[-1][:19] == SELECT[:19]
            await desk.reader.release()
        card.remove()


@needed
async def test_cards_come_and_go_while_it_runs():
    with Daemon() as daemon:
        chip = EchoChip((1,))
        card = VirtualCard(chip, daemon.ports[0])
        async with offered(daemon) as desk:
            assert await desk.reader.wait_card((), 100) == (None, None)
            for _ in range(2):
                desk.said.clear()
                card.insert()
                await desk.tells("card in")
                assert (await desk.reader.wait_card((), 5000))[0] == chip.atr
                assert await desk.reader.exchange(SELECT) == SELECT + b"\x90\x00"
                card.remove()
                with pytest.raises((CardGone, CardMute)):  # the service takes its time to notice
                    await desk.reader.exchange(SELECT)
                await desk.tells("card out")
                with pytest.raises(CardGone):
                    await desk.reader.exchange(SELECT)
                assert (await desk.reader.wait_removed((), 100))[0]


@needed
async def test_a_mute_card_is_bounded_and_the_next_one_works():
    with Daemon() as daemon:
        card = VirtualCard(EchoChip((1,)), daemon.ports[0])
        card.insert()
        async with offered(daemon) as desk:
            await desk.tells("card in")
            await desk.reader.wait_card((), 5000)
            card.mute = True
            began = asyncio.get_running_loop().time()
            with pytest.raises(CardMute):
                await desk.reader.exchange(SELECT)
            assert asyncio.get_running_loop().time() - began < 5
            await desk.reader.release()  # the service still waits for the card: we do not
            assert asyncio.get_running_loop().time() - began < 6
            desk.said.clear()
            card.remove()
            await desk.tells("card out")
            card.mute = False
            card.insert()
            await desk.tells("card in")
            assert (await desk.reader.wait_card((), 5000))[0] == card.chip.atr
            assert await desk.reader.exchange(SELECT) == SELECT + b"\x90\x00"
        card.remove()


@needed
async def test_two_readers_are_two_and_the_one_that_is_named_is_used():
    with Daemon(("Left", "Right")) as daemon:
        left = VirtualCard(EchoChip((1,)), daemon.ports[0])
        right = VirtualCard(EchoChip((1,), times=2), daemon.ports[1])
        left.insert()
        right.insert()
        async with offered(daemon, "Right 00 00") as desk:
            await desk.tells("card in")
            await desk.reader.wait_card((), 5000)
            assert await desk.reader.exchange(SELECT) == SELECT * 2 + b"\x90\x00"
        listed = await asyncio.to_thread(
            subprocess.run,
            [*PROGRAM, "--list"], cwd=ROOT, env=daemon.environment, capture_output=True, text=True, timeout=30,
        )  # fmt: skip
        assert listed.returncode == 0
        rows = [row.split("\t") for row in listed.stdout.splitlines()]
        assert dict(rows) == {
            "Left 00 00": f"card {left.chip.atr.hex().upper()}", "Left 00 01": "empty",
            "Right 00 00": f"card {right.chip.atr.hex().upper()}", "Right 00 01": "empty",
        }  # fmt: skip
        left.remove()
        right.remove()


@needed
async def test_a_service_that_ends_is_an_unplugged_reader():
    daemon = Daemon()
    try:
        card = VirtualCard(EchoChip((1,)), daemon.ports[0])
        card.insert()
        async with offered(daemon) as desk:
            await desk.tells("card in")
            await desk.reader.wait_card((), 5000)
            desk.port.patience_s = 1.0
            daemon.process.kill()
            await desk.tells("not connected any more")
            with pytest.raises(ReaderError):
                for _ in range(3):
                    await desk.reader.exchange(SELECT)
    finally:
        daemon.stop()


@needed
def test_no_service_and_no_such_reader_say_what_to_do(tmp_path):
    def said(*arguments, environment=None):
        done = subprocess.run(
            [*PROGRAM, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30
        )
        assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
        return done.stderr

    import os

    nobody = {**os.environ, "PCSCLITE_CSOCK_NAME": str(tmp_path / "nothing")}
    assert "does not run" in said("--list", environment=nobody)
    with Daemon() as daemon:
        assert "no reader is called Ghost" in said("--reader", "Ghost", environment=daemon.environment)
        assert "cannot be used" in said(
            "--reader", "Virtual 00 00", "--port", str(tmp_path / "no"), environment=daemon.environment
        )
    with Daemon(()) as daemon:
        assert "no PC/SC reader is connected" in said("--list", environment=daemon.environment)


def test_the_reader_that_is_meant():
    names = ["Left 00 00", "Left 00 01", "Right 01 00"]
    assert chosen(names, "right") == "Right 01 00" and chosen(names, "Left 00 01") == "Left 00 01"
    assert chosen(["Only"], None) == "Only"
    for wrong in (None, "left", "Middle"):
        with pytest.raises(ToolError):
            chosen(names, wrong)
    with pytest.raises(ToolError):
        chosen([], None)
