"""The diagnostics of the menu: what they show is so, and no key is among it."""

from host_sim.acquirer.hsm import MAC, PIN, Hsm
from host_sim.store.schema import Terminal
from tests.flows.shop import at_the_till

DIAGNOSTICS = ("menu", "6", "9")


async def host_values(shop):
    """The check values of PIK and MAK as the host has them."""
    hsm = Hsm(shop.stage.lmk, bytes)
    terminal = await shop.stage.host.store.read(lambda session: session.query(Terminal).one())
    return [hsm.check(terminal.pik_block, PIN).hex().upper(), hsm.check(terminal.mak_block, MAC).hex().upper()]


@at_the_till()
async def test_pages_of_the_diagnostics(shop):
    await shop.open()
    await shop.menu(*DIAGNOSTICS)
    first = await shop.sees("终端检查", "RAM", "网络", "时间")
    assert any("OK" in line for line in first) and any("11-23 09:0" in line for line in first)
    await shop.press("confirm")
    await shop.sees("NFC", "ICC", "ERR")
    await shop.press("confirm")
    await shop.sees("LOG", "批次号", "000001")
    await shop.press("confirm")
    await shop.sees("TMK", shop.stage.tmk_check)
    lines = await shop.sees("PIK", "MAK")
    for value in await host_values(shop):
        assert any(value in line for line in lines), (value, lines)
    await shop.press("confirm")
    await shop.idle()


@at_the_till()
async def test_without_a_line_the_keys_are_none(shop):
    shop.link.up = False
    await shop.counter.power_on()
    await shop.sees("未签到", "请按菜单签到")
    await shop.press(*DIAGNOSTICS)
    first = await shop.sees("终端检查", "RAM")
    assert not any("OK" in line for line in first)
    for _ in range(3):
        await shop.press("confirm")
    await shop.sees("TMK", shop.stage.tmk_check)
    assert all(line.rstrip().endswith("-") for line in await shop.sees("PIK") if "PIK" in line or "MAK" in line)
