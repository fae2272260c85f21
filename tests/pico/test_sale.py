"""The till on an emulated Pico does what it does on the unix port: same keys, same pixels, same paper, same books."""

import re
from pathlib import Path

from host_sim.rig.stage import Stage
from host_sim.store.schema import Payment
from tests.flows.drill import Drill

Pixels = dict[str, tuple[bytes, ...]]


async def a_sale(stage: Stage) -> tuple[Pixels, str, list[tuple[int, str, str, int]]]:
    """Boot, sign-on, a contactless sale with both copies. What was on the screen at each moment, the first slip, and
    the host's payments."""
    drill, seen = Drill(stage), {}

    def look(name: str) -> None:
        seen[name] = stage.counter.display.pixels()

    await stage.counter.power_on()
    await drill.idle()
    look("idle")
    await drill.person.type("8800")
    await drill.sees("请输入金额", "88.00")
    look("amount")
    await drill.person.press("confirm")
    await drill.sees("请核对", "88.00")
    look("check")
    await drill.person.press("confirm")
    await drill.sees("请贴近卡片")
    look("present")
    await drill.person.hold(stage.cards["rich"])
    await drill.sees("交易成功", "凭证号")
    look("approved")
    await drill.copies()
    drill.healthy()
    payments = await drill.store.read(
        lambda session: [(one.trace, one.kind, one.state, one.amount_fen) for one in session.query(Payment)]
    )
    return seen, stage.counter.printer.slips[0].text(), payments


def common(slip: str) -> str:
    """A real processor takes its time and has its own random numbers: seconds and cryptogram differ."""
    return re.sub(r"ARQC [0-9A-F]{16}", "ARQC", re.sub(r"(\d\d:\d\d):\d\d", r"\1", slip))


async def test_a_contactless_sale_is_the_same_on_both_rigs(stage: Stage, tmp_path: Path):
    pico = await stage.act(a_sale(stage))
    board = stage.counter
    assert board.lines[2].dropped == board.lines[3].dropped == 0
    assert not [name for name in board.notes if "overruns" in name or "damaged" in name], board.notes

    folder = tmp_path / "unix"
    folder.mkdir()
    async with Stage(folder) as other:
        other.issue("rich", 1, 2_000_000)
        await other.act(other.provision())
        unix = await other.act(a_sale(other))
    assert pico[0].keys() == unix[0].keys()
    for moment in pico[0]:
        assert pico[0][moment] == unix[0][moment], moment
    assert common(pico[1]) == common(unix[1]) != pico[1]
    assert pico[2] == unix[2] == [(1, "sale", "approved", 8800)]
