"""Payments by code at the counter: scanned or shown, paid at once or later, and whoever is faster, money moves once."""

import zxingcpp
from PIL import Image

from host_sim.networks.wallet import WalletError
from tests.flows.drill import BOUNDARIES, HOWS, Drill
from tests.flows.shop import REFUND, Shop, at_the_till, yuan

SCAN, SHOW = ("menu", "8", "1"), ("menu", "8", "2")


def purse(shop: Shop, balance_fen: int = 1_000_000, wallet: str = "002", **more) -> int:
    return shop.stage.host.wallets.open_purse(wallet, "phone", balance_fen, **more)


def moved(shop: Shop) -> list[tuple[str, int]]:
    """What the wallets did to their purses: kind and signed fen, in order."""
    return [(one.kind, one.amount_fen) for one in shop.stage.host.wallets.movements()]


async def ask(shop: Shop, menu: tuple[str, ...], amount_fen: int) -> None:
    await shop.menu(*menu)
    await shop.word("enter-amount")
    await shop.type(str(amount_fen))
    await shop.sees(yuan(amount_fen))
    await shop.press("confirm")
    await shop.word("check-details")
    await shop.press("confirm")


async def scan(shop: Shop, amount_fen: int, phone: int) -> None:
    await ask(shop, SCAN, amount_fen)
    await shop.word("scan-code")
    await shop.person.scan(shop.stage.host.wallets.show_code(phone))


def shown(shop: Shop) -> str:
    """What a camera reads on the display."""
    lit = shop.counter.display.pixels()
    image = Image.new("L", (128, 64), 255)
    for y in range(64):
        for x in range(128):
            if not lit[y][x]:
                image.putpixel((x, y), 0)
    found = zxingcpp.read_barcodes(image.resize((512, 256), Image.Resampling.NEAREST))
    return found[0].text if found else ""


async def show(shop: Shop, amount_fen: int) -> str:
    await ask(shop, SHOW, amount_fen)
    await shop.word("scan-me")
    return shown(shop)


@at_the_till()
async def test_scanned_and_paid_voided_refunded_settled(shop: Shop) -> None:
    """One day: both wallets, both ways, money back in part and whole; slips, batch, ledger and wallets agree."""
    wallets = shop.stage.host.wallets
    await shop.open()
    wechat, alipay = purse(shop), purse(shop, wallet="003")
    await scan(shop, 8_800, wechat)
    first = await shop.done("approved")
    text = shop.slips[0].text()
    assert "付款方式 微信支付 /Q" in text and "付款码 1" in text and "卡号" not in text and "签名" not in text, text
    code = await show(shop, 5_100)
    assert wallets.pay_shown(alipay, code) == "00"
    second = await shop.done("approved")
    assert "付款方式 支付宝 /Q" in shop.slips[2].text() and "付款码" not in shop.slips[2].text()
    await shop.void(first, 8_800)
    await shop.refund(second, 1_100)
    assert "微信支付" in shop.slips[4].text() and "支付宝" in shop.slips[6].text()
    await shop.settled()
    assert moved(shop) == [("sale", -8_800), ("sale", -5_100), ("void", 8_800), ("refund", 1_100)]
    await shop.manager(REFUND, second)
    await shop.word("enter-amount")
    await shop.press("cancel")
    assert await shop.payments() == [
        ("sale", "voided", 8_800), ("sale", "approved", 5_100), ("void", "approved", 8_800),
        ("refund", "approved", 1_100),
    ]  # fmt: skip


@at_the_till()
async def test_a_password_first_then_paid(shop: Shop) -> None:
    wallets = shop.stage.host.wallets
    await shop.open()
    phone = purse(shop, password_over_fen=5_000)
    await scan(shop, 8_800, phone)
    await shop.word("see-customer")
    await shop.person.pause(10)
    assert wallets.waiting_fen(phone) == 8_800 and moved(shop) == []
    wallets.answer(phone)
    await shop.done("approved")
    assert moved(shop) == [("sale", -8_800)]
    await scan(shop, 9_900, phone)
    await shop.word("see-customer")
    wallets.answer(phone, yes=False)
    await shop.answer("code-refused")
    assert moved(shop) == [("sale", -8_800)]


@at_the_till()
async def test_what_a_wallet_refuses(shop: Shop) -> None:
    wallets = shop.stage.host.wallets
    await shop.open()
    phone = purse(shop, 5_000, limit_fen=500_000)
    await scan(shop, 8_800, phone)
    await shop.answer("51")
    await scan(shop, 600_000, phone)
    await shop.answer("61")
    used = wallets.show_code(phone)
    wallets.show_code(phone)
    await ask(shop, SCAN, 100)
    await shop.word("scan-code")
    await shop.person.scan("6901234567892")  # of some goods
    await shop.word("no-wallet-code")
    await shop.person.scan(used)
    await shop.answer("code-unknown")
    old = wallets.show_code(phone)
    await shop.person.pause(61)
    await ask(shop, SCAN, 100)
    await shop.word("scan-code")
    await shop.person.scan(old)
    await shop.answer("code-old")
    await ask(shop, SCAN, 100)
    await shop.word("scan-code")
    await shop.press("cancel")
    await shop.answer("cancelled")
    assert moved(shop) == []
    await shop.cut_line()
    await scan(shop, 100, phone)
    await shop.answer("no-link")
    assert moved(shop) == [] and shop.counter.printer.slips == []


@at_the_till()
async def test_nobody_pays_the_code_that_is_shown(shop: Shop) -> None:
    wallets = shop.stage.host.wallets
    await shop.open()
    code = await show(shop, 8_800)
    await shop.answer("not-paid")
    phone = purse(shop)
    try:
        wallets.pay_shown(phone, code)
        raise AssertionError("a closed order is not paid")
    except WalletError:
        pass
    assert moved(shop) == [] and await shop.payments() == [("sale", "reversed", 8_800)]


@at_the_till()
async def test_the_clerk_cancels_while_the_customer_pays(shop: Shop) -> None:
    """Who is faster wins: paid before the last look, it is approved; paid behind it, all of it goes back."""
    wallets = shop.stage.host.wallets
    await shop.open()
    phone = purse(shop)
    code = await show(shop, 8_800)
    wallets.pay_shown(phone, code)
    await shop.press("cancel")
    await shop.done("approved")
    code = await show(shop, 5_100)
    switched: list[str] = []

    def between(direction: str, data: bytes) -> bytes:
        """The customer pays when the reversal is on its way."""
        if direction == "request" and data[13:15] == b"\x04\x00" and not switched:
            switched.append(wallets.pay_shown(phone, code))
        return data

    shop.link.intercept = between
    await shop.press("cancel")
    await shop.answer("code-closed")
    assert switched == ["00"]
    assert moved(shop) == [("sale", -8_800), ("sale", -5_100), ("reversal", 5_100)]
    await shop.settled()


@at_the_till()
async def test_an_answer_that_is_lost_is_asked_for(shop: Shop) -> None:
    """The host has it: paid, and the question finds it. The host has it not: closed, and it is refused if it comes."""
    drill = Drill(shop.stage)
    await shop.open()
    phone = purse(shop)
    lost = drill.lose("0210")
    await scan(shop, 8_800, phone)
    await shop.done("approved")
    assert len(lost) == 1 and drill.asked("0400") == 0 and moved(shop) == [("sale", -8_800)]
    late = drill.lose("0200")
    await scan(shop, 5_100, phone)
    await shop.answer("reversed")
    assert len(late) == 1 and drill.responses("0410") == ["25"] and moved(shop) == [("sale", -8_800)]
    assert await drill.tombstones() == 1
    drill.lose("0210", 99)
    await scan(shop, 2_300, phone)
    await shop.word("see-customer")
    drill.tap.calm()
    await shop.done("approved")
    spoiled: list[bytes] = []

    def spoil(direction: str, data: bytes) -> bytes:
        """An answer whose MAC is wrong is none."""
        if direction == "answer" and data[13:15] == b"\x02\x10" and not spoiled:
            spoiled.append(data)
            return data[:-1] + bytes([data[-1] ^ 1])
        return data

    drill.on_line(spoil)
    await scan(shop, 1_900, phone)
    await shop.done("approved")
    assert spoiled and [fen for _, fen in moved(shop)] == [-8_800, -2_300, -1_900]
    await shop.settled()


@at_the_till()
async def test_the_line_goes_down_while_the_customer_pays(shop: Shop) -> None:
    drill = Drill(shop.stage)
    await shop.open()
    phone = purse(shop, password_over_fen=0)
    await scan(shop, 8_800, phone)
    await shop.word("see-customer")
    shop.link.up = False
    shop.stage.host.wallets.answer(phone)
    await shop.answer("no-answer")
    shop.link.up = True
    await drill.answered("0410")
    assert moved(shop) == [("sale", -8_800), ("reversal", 8_800)], "nobody waited: all of it goes back"
    assert await shop.payments() == [("sale", "reversed", 8_800)]


@at_the_till()
async def test_the_power_goes_at_each_record_and_message(shop: Shop) -> None:
    """Either the slip is offered and the customer has paid, or neither; never one without the other."""
    drill = Drill(shop.stage)
    await shop.open()
    phone = purse(shop)
    outcomes = set()
    for number in range(1, 6):
        before, done = len(moved(shop)), len(await shop.payments())
        drill.cut_at_write(number, HOWS[number % 3])
        await scan(shop, 1_000 + number, phone)
        await drill.dark()
        told = await drill.boot()
        await settled_down(shop, drill)
        paid = sum(fen for _, fen in moved(shop)[before:])
        states = [state for _, state, _ in (await shop.payments())[done:]]
        assert (paid, states) in ((0, []), (0, ["reversed"]), (-1_000 - number, ["approved"])), (number, told, states)
        assert ("slip-missing" in told) <= (states == ["approved"]), (number, told)
        outcomes.add(tuple(states))
    assert outcomes == {(), ("reversed",), ("approved",)}, outcomes
    for when in BOUNDARIES[1:3]:
        before = len(moved(shop))
        drill.cut_at("0200", when)
        await scan(shop, 2_000, phone)
        await drill.dark()
        drill.tap.calm()
        assert "power-reversal" in await drill.boot(), when
        await settled_down(shop, drill)
        assert sum(fen for _, fen in moved(shop)[before:]) == 0, when
    code = await show(shop, 3_000)
    shop.counter.power_cut()
    assert shop.stage.host.wallets.pay_shown(phone, code) == "00"
    assert "power-reversal" in await drill.boot()
    await settled_down(shop, drill)
    assert moved(shop)[-1] == ("reversal", 3_000)
    await shop.settled()


async def settled_down(shop: Shop, drill: Drill) -> None:
    """Nothing waits for the host any more."""
    await shop.person.pause(12)
    await drill.idle()
