"""Figures from the emulated Pico's prompt: parts of the till that run by themselves, in emulated microseconds."""

from pathlib import Path

from host_sim.rig.pico.image import Image
from host_sim.rig.pico.prompt import Prompt
from host_sim.rig.stage import Stage
from journal_image import RECORDS, journal
from till.keys.mac import mac

DATA = bytes(range(250)) + bytes(50)
KEYS = {"cup-ecb": 8, "xor-3des": 16, "x9.19": 16, "cup-sm4": 16, "aes-cmac": 16}
"""The MAC algorithms of the profiles, and the bytes of their keys."""

MAC = """
import gc, time
from till.keys.mac import mac
mac(%(name)r, %(key)r, b"warm")  # what it imports is none of its time
data = bytes(range(250)) + bytes(50)
gc.collect()
begun = time.ticks_us()
found = mac(%(name)r, %(key)r, data)
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
gc.threshold(30 * 1024)
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


async def at_the_prompt(folder: Path, image: Image) -> dict[str, int]:
    figures: dict[str, int] = {}
    async with Stage(folder, image=image) as stage:
        counter = stage.counter
        sectors, key, epoch, payments = journal(image.partitions["journal"][1])
        at = image.address("journal")
        counter.nor.image[at : at + len(sectors)] = sectors

        async def script() -> None:
            prompt = Prompt(counter)
            await prompt.power_on()
            for name, length in KEYS.items():
                key_of_mac = bytes(range(1, length + 1))
                took, found = (await prompt.run(MAC % {"name": name, "key": key_of_mac})).split(" ", 1)
                # the same code under CPython, where the ciphers have their published vectors
                assert found.strip() == repr(mac(name, key_of_mac, DATA)), (name, found)
                figures[f"mac_300_{name.replace('-', '_').replace('.', '_')}_us"] = int(took)
            loaded, appended, count = (await prompt.run(JOURNAL % (key, epoch))).split()
            assert int(count) == payments, (count, payments)
            figures[f"recovery_{RECORDS}_records_us"], figures["append_us"] = int(loaded), int(appended)
            figures["screen_us"] = int(await prompt.run(SCREEN))

        await stage.act(script())
    return figures
