"""The desk in a real browser: a day at the counter by clicking, and what an engineer sees of it."""

import json
import statistics
import time
from pathlib import Path
from typing import Any

import pytest

from host_sim.rig.stage import PIN
from tests.web.conftest import Desk
from tests.web.hands import Hands

SIZES = {"wide": (1280, 800), "narrow": (390, 844)}


@pytest.fixture(scope="module")
def hands(desk: Desk, browser: Any) -> Any:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US", reduced_motion="reduce")
    yield Hands(context.new_page(), desk.address).open()
    context.close()


def _secrets(desk: Desk) -> list[str]:
    kept = json.loads((desk.folder / "secrets.json").read_bytes())
    found = [kept["lmk"], kept["fuses"]]
    for card in kept["cards"].values():
        found += [card["pan"], card["udk"], card["pan"] + "D" + card["expiry"]]
    return found


def test_from_first_visit_to_an_approved_sale(hands: Hands) -> None:
    assert hands.page.locator("[data-testid=guide] li").count() == 3
    hands.amount("1288")
    hands.tap("rich")
    hands.sees("交易成功")
    hands.slips()
    hands.idle()
    assert "12.88 Approved" in hands.payments()[0]
    hands.page.click("[data-payment] button")
    hands.page.wait_for_selector(".d-steps")
    assert hands.page.locator("[data-testid=guide] li.done").count() == 3
    lanes = hands.page.eval_on_selector_all(".d-step", "all => all.map(one => one.className.split('l-')[1])")
    for lane in ("key", "card", "journal", "wire", "ledger", "paper"):
        assert lane in lanes, lanes
    order = [lanes.index(lane) for lane in ("key", "card", "journal", "wire", "ledger", "paper")]
    assert order == sorted(order), "from the key press to the ledger line, in the order in which it happened"


def test_a_message_is_shown_field_by_field_beside_its_bytes(hands: Hands) -> None:
    hands.page.locator(".l-wire .d-fold").first.click()
    table, raw = hands.page.inner_text(".d-fields"), hands.page.inner_text(".d-hex")
    assert "12.88 CNY" in table and "contactless, no PIN" in table and "*********" in table
    assert raw.startswith("00 ") and "••" in raw
    hands.page.hover(".d-fields tr:has-text('F4')")
    assert "12 88" in hands.page.inner_text(".d-hex .lit")


def test_the_export_is_one_json_without_secrets(hands: Hands, desk: Desk) -> None:
    with hands.page.expect_download() as download:
        hands.page.click("[data-testid=export]")
    text = Path(download.value.path()).read_text(encoding="utf-8")
    told = json.loads(text)
    assert told["format"] == "picotill-payment-1" and told["payment"]["amountFen"] == 1288
    assert {"key", "screen", "card", "journal", "wire", "ledger", "paper"} <= {
        event["lane"] for event in told["events"]
    }
    assert {check["name"] for check in told["checks"]} >= {"MAC", "ARQC", "ARPC"}
    packed = text.replace(" ", "").upper()
    assert not [secret for secret in _secrets(desk) if secret.upper() in packed]
    hands.page.click("[data-testid=close-timeline]")


def test_the_slip_comes_as_pdf(hands: Hands, desk: Desk) -> None:
    answer = hands.page.request.get(desk.address + "/slip/1.pdf")
    assert answer.status == 200 and answer.body().startswith(b"%PDF-")


def test_a_pin_is_typed_on_the_keyboard_and_noted_nowhere(hands: Hands, desk: Desk) -> None:
    hands.amount("500")
    hands.tap("pin")
    hands.sees("请输入密码")
    hands.page.evaluate("document.activeElement.blur()")
    for digit in PIN:
        hands.page.keyboard.press(digit)
        time.sleep(0.06)
    hands.sees("******")
    hands.page.keyboard.press("Enter")
    hands.sees("交易成功")
    hands.slips()
    hands.idle()
    told = hands.told()
    keys = "".join(event["key"] for event in told["events"] if event["lane"] == "key")
    assert keys == "500confirmconfirm" + "•" * len(PIN) + "confirm" * 3


def test_a_sale_offline_and_its_drain(hands: Hands) -> None:
    hands.page.click("[data-link=down]")
    hands.sees("网络断开")
    hands.amount("700")
    hands.tap("rich")
    hands.sees("离线已受理")
    hands.slips()
    hands.sees("待传1")
    assert "7.00 Waits to be sent" in hands.payments()[0], "it has its row before the host knows of it"
    hands.page.click("[data-link=up]")
    hands.until(lambda: "7.00 Approved" in hands.payments()[0], "the offline sale at the host", 40)
    assert "Offline sale" in hands.payments()[0] and not any("Waits" in row for row in hands.payments())
    told = hands.told()
    lanes = [event["lane"] for event in told["events"]]
    assert lanes[0] in ("key", "world") and {"key", "card", "journal", "paper", "wire", "ledger"} <= set(lanes)
    hands.sees("已签到")


def test_a_power_cut_and_the_recovery(hands: Hands) -> None:
    hands.amount("1500")
    hands.page.click("[data-testid=cut-answer]")
    hands.tap("rich")
    hands.until(lambda: "on" in hands.page.inner_text("[data-testid=power]"), "the power cut")
    hands.page.click("[data-testid=power]")
    assert "T71" in hands.sees("断电")
    hands.click("confirm")
    hands.idle()
    hands.until(lambda: "15.00 Reversed" in hands.payments()[0], "the reversal")


def test_a_settlement_and_its_mail(hands: Hands) -> None:
    hands.idle()
    hands.click("menu", "6")
    hands.sees("签到")
    hands.click("2")
    hands.sees("对账平")
    hands.idle()
    hands.until(lambda: "Closed" in hands.tab("batches"), "the closed batch")
    hands.until(lambda: "结算通知" in hands.tab("mail"), "the merchant's mail")
    assert "differs" not in hands.tab("ledger")
    hands.tab("payments")


def test_pixels_follow_a_key_within_100_ms(hands: Hands, record_property: Any) -> None:
    hands.idle()
    hands.page.evaluate("window.desk.keyToPixel.length = 0")
    for key in "123456789":
        hands.click(key)
        time.sleep(0.1)
    hands.click("cancel")
    times = hands.page.evaluate("window.desk.keyToPixel")
    record_property("key_to_pixel_ms", times)
    assert len(times) >= 5
    assert statistics.median(times) < 100, times
    hands.sees("交易已取消")
    hands.click("confirm")


def _by_code(hands: Hands, item: str, digits: str) -> None:
    hands.idle()
    hands.click("menu", "8", item)
    hands.sees("请输入金额")
    hands.click(*digits, "confirm")
    hands.sees("请核对")
    hands.click("confirm")


def test_phones_show_their_code_and_read_the_till_s(hands: Hands, desk: Desk, tmp_path: Path) -> None:
    _by_code(hands, "1", "1500")
    hands.sees("请扫付款码")
    hands.tap("alipay")
    hands.sees("等待顾客付款")
    hands.page.screenshot(path=tmp_path / "waits.png")
    hands.tap("alipay")  # enters the password
    hands.sees("交易成功")
    hands.slips()
    _by_code(hands, "2", "2300")
    hands.sees("请扫码")
    hands.page.screenshot(path=tmp_path / "shows.png")
    hands.tap("wechat")
    hands.sees("交易成功")
    hands.slips()
    hands.idle()
    rows = hands.payments()
    assert "23.00 Approved" in rows[0] and "15.00 Approved" in rows[1] and "Alipay" in rows[1], rows
    told = hands.told(1)
    names = [event["name"] for event in told["events"] if event["lane"] == "wire"]
    assert names[:2] == ["qr_scan", "qr_scan"] and "qr_query" in names, names
    code = [
        field
        for event in told["events"]
        if event["lane"] == "wire"
        for field in event["fields"]
        if field["number"] == 59
    ]
    assert code and all(field["value"] == "[23 characters]" for field in code)
    hands.until(lambda: "4,977.00" in hands.page.inner_text("[data-card=wechat]"), "the wallet's balance")


@pytest.mark.parametrize("theme", ("light", "dark"))
@pytest.mark.parametrize("size", SIZES)
def test_nobody_is_left_out_and_nothing_overflows(hands: Hands, size: str, theme: str, tmp_path: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = hands.page
    hands.idle()
    page.set_viewport_size(dict(zip(("width", "height"), SIZES[size], strict=True)))
    if page.get_attribute("html", "data-theme") != theme:
        page.click("[data-testid=theme]")
    places = ["till"] if size == "wide" else ["till", "world", "host"]
    for place in places:
        if size == "narrow":
            page.click(f".d-nav [data-place={place}]")
        _axe(Axe(), page, f"{size} {theme} {place}")
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0], "scrolls sideways"
    page.click("[data-payment] button")
    page.wait_for_selector(".d-steps")
    _axe(Axe(), page, f"{size} {theme} timeline")
    page.screenshot(path=tmp_path / f"{size}-{theme}.png")
    page.click("[data-testid=close-timeline]")
    if size == "narrow":
        page.click(".d-nav [data-place=till]")
        page.set_viewport_size({"width": 1280, "height": 800})


def _axe(axe: Any, page: Any, where: str) -> None:
    found = axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    assert not serious, (where, [(one["id"], [node["target"] for node in one["nodes"]][:5]) for one in serious])


def test_a_second_browser_looks_on_until_it_takes_the_keys(hands: Hands, desk: Desk, browser: Any) -> None:
    page = browser.new_page()
    other = Hands(page, desk.address).open()
    assert page.is_visible("[data-testid=take]") and page.is_disabled("[data-key='1']")
    hands.click("8")
    other.sees("0.08")
    page.click("[data-testid=take]")
    page.wait_for_selector("[data-key='1']:not([disabled])")
    assert hands.page.is_disabled("[data-key='1']")
    other.click("cancel")
    other.sees("交易已取消")
    other.click("confirm")
    page.close()  # the keys go back to the one that is left
    hands.page.wait_for_selector("[data-key='1']:not([disabled])")


def test_in_chinese_everything_has_a_name(hands: Hands) -> None:
    hands.page.click("[data-testid=language]")
    assert hands.page.get_attribute("html", "lang") == "zh-CN"
    assert hands.page.inner_text(".d-cards h2") == "卡片"
    hands.page.click("[data-testid=language]")


def test_nothing_comes_from_elsewhere_and_nothing_went_wrong(hands: Hands, desk: Desk) -> None:
    assert [url for url in hands.requests if not url.startswith((desk.address, "blob:", "data:"))] == []
    assert hands.problems == []
