"""The menu: its pages and its smaller items; prints, lock, sign-on and sign-off."""

from host_sim.rig.screen import inverse_text, load_glyphs
from tests.flows.shop import (
    LOCK,
    PRINT_ANY,
    PRINT_LAST,
    QUERY,
    SIGN_OFF,
    SIGN_ON,
    TOTALS,
    VERSION,
    at_the_till,
    rows,
)


@at_the_till()
async def test_up_down_page_and_confirm(shop):
    await shop.open()

    def chosen():
        return "".join(inverse_text(shop.counter.display.pixels(), load_glyphs()))

    await shop.press("menu")
    await shop.sees("主菜单", "1/3", "1 消费", "2 消费撤销", "3 退货")
    for key, item in (
        ("down", "2 消费撤销"), ("down", "3 退货"), ("down", "4 离线"), ("up", "3 退货"), ("menu", "4 离线"),
        ("down", "5 打印"), ("down", "6 管理"), ("down", "7 查询"), ("down", "8 扫码"), ("down", "1 消费"),
        ("up", "8 扫码"), ("up", "7 查询"), ("up", "6 管理"),
    ):  # fmt: skip
        await shop.press(key)
        await shop.sees(item)
        assert chosen() == item
    await shop.press("9")  # there is no such item
    await shop.sees("6 管理")
    await shop.press("confirm")
    await shop.sees("管理", "1/4", "1 签到", "2 结算", "3 查询总计")
    await shop.press("cancel")
    await shop.idle()
    await shop.press("menu")
    await shop.sees("主菜单")
    await shop.idle()  # nobody chose
    await shop.press("menu", "1")
    await shop.sees("消费", "请输入金额", "0.00元")
    await shop.press("cancel")
    await shop.answer("cancelled")


@at_the_till()
async def test_totals_query_and_version(shop):
    await shop.open()
    card = shop.card()
    await shop.menu(*TOTALS)
    lines = await shop.sees("查询总计")
    assert rows(lines) == [["借记", "0", "0.00元"], ["贷记", "0", "0.00元"], ["批次号", "000001"]]
    await shop.press("cancel")
    trace = await shop.sale(8_800, card)
    await shop.refund(trace, 100)
    await shop.menu(*TOTALS)
    lines = await shop.sees("查询总计", "88.00")
    assert rows(lines) == [["借记", "1", "88.00元"], ["贷记", "1", "1.00元"], ["批次号", "000001"]]
    await shop.press("cancel")
    await shop.menu(*QUERY)
    await shop.number(trace)
    lines = await shop.sees("按凭证号查询")
    assert rows(lines) == [["消费", "88.00元"], ["卡号", "*" + shop.pan()[-4:]], ["代码", "00"]]
    await shop.press("cancel")
    await shop.menu(*QUERY)
    await shop.number(99)
    await shop.answer("not-found")
    await shop.menu(*VERSION)
    await shop.sees("版本", "picotill", "TID", "90000001", "NFC", "1.6")
    await shop.press("cancel")
    await shop.idle()


@at_the_till()
async def test_prints_again_as_a_duplicate(shop):
    await shop.open()
    card = shop.card()
    await shop.menu(*PRINT_LAST)
    await shop.answer("nothing-to-print")
    first = await shop.sale(8_800, card)
    await shop.sale(200, card)
    await shop.menu(*PRINT_LAST)
    await shop.paper()
    await shop.menu(*PRINT_ANY)
    await shop.number(first)
    await shop.paper()
    await shop.menu(*PRINT_ANY)
    await shop.number(77)
    await shop.answer("not-found")
    texts = [slip.text() for slip in shop.slips]
    assert ["重打印" in text for text in texts] == [False] * 4 + [True] * 4
    assert "RMB 2.00" in texts[4] and "RMB 88.00" in texts[6] and "商户存根" in texts[6] and "持卡人存根" in texts[7]
    assert set(texts[0].splitlines()) <= set(texts[6].splitlines())
    assert shop.moved() == [("sale", -8_800), ("sale", -200)]


@at_the_till()
async def test_out_of_paper(shop):
    await shop.open()
    card = shop.card()
    shop.counter.printer.paper_out = True
    await shop.tap(8_800, card)
    await shop.sees("交易成功")
    await shop.answer("paper-out")
    await shop.person.pause(2)
    await shop.answer("paper-out", acknowledge=False)  # there is none yet
    shop.counter.printer.paper_out = False
    await shop.press("confirm")
    await shop.paper()
    await shop.idle()
    assert len(shop.slips) == 2 and "重打印" not in shop.slips[0].text()
    shop.counter.printer.paper_out = True
    await shop.tap(200, card)
    await shop.answer("paper-out", acknowledge=False)
    await shop.press("cancel")
    await shop.answer("slip-later")  # not "cancelled": the money has moved
    await shop.idle()
    shop.counter.printer.paper_out = False
    await shop.menu(*PRINT_LAST)
    await shop.paper()
    await shop.idle()
    assert len(shop.slips) == 4 and "重打印" not in shop.slips[2].text() and "RMB 2.00" in shop.slips[2].text()
    assert shop.moved() == [("sale", -8_800), ("sale", -200)]


@at_the_till()
async def test_sign_off_only_when_nothing_waits(shop):
    await shop.open()
    card = shop.card()
    await shop.cut_line()
    await shop.offline_sale(100, card)
    await shop.menu(*SIGN_OFF)
    await shop.answer("waiting")
    await shop.menu(*SIGN_ON)
    await shop.answer("no-link")
    shop.link.up = True
    await shop.idle()
    await shop.menu(*SIGN_OFF)
    await shop.sees("未签到", "请按菜单签到")
    await shop.person.pause(300)
    await shop.sees("未签到")  # it does not sign on by itself
    await shop.press("menu", "6", "1")
    await shop.sees("签到", "已签到")
    await shop.idle()
    await shop.sale(300, card)


@at_the_till()
async def test_the_lock(shop):
    await shop.open()
    await shop.menu(*LOCK)
    await shop.sees("终端已锁定", "输入密码解锁")
    await shop.person.pause(3_600)
    await shop.press("5")
    await shop.sees("请输入主管密码")
    await shop.type("123456")
    await shop.press("confirm")
    await shop.answer("password-wrong")
    await shop.sees("终端已锁定")
    await shop.press("5")
    await shop.sees("请输入主管密码")
    await shop.press("cancel")  # is no way out
    await shop.sees("终端已锁定", "输入密码解锁")
    await shop.press("confirm")
    await shop.sees("请输入主管密码")
    shop.counter.power_cut()  # nor is the plug
    await shop.counter.power_on()
    await shop.sees("终端已锁定", "输入密码解锁")
    await shop.press("confirm")
    await shop.sees("请输入主管密码")
    await shop.person.pause(61)  # nor is waiting
    await shop.sees("终端已锁定", "输入密码解锁")
    await shop.press("confirm")
    await shop.password()
    await shop.idle()
    shop.counter.power_cut()
    await shop.counter.power_on()
    await shop.idle()
