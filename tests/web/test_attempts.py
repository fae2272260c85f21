"""What never comes to the host, a host that dies, and a desk that is killed and opened again: nothing is forgotten."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.web.conftest import Desk
from tests.web.hands import Hands


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("attempts") / "var"


@pytest.fixture(scope="module")
def shop(place: Path) -> Iterator[list[Desk]]:
    """The running desk, in a list because a test opens another one in its place."""
    desks = [Desk(place)]
    yield desks
    desks[-1].end()


@pytest.fixture(scope="module")
def hands(shop: list[Desk], browser: Any) -> Iterator[Hands]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US", reduced_motion="reduce")
    yield Hands(context.new_page(), shop[0].address).open()
    context.close()


def _kinds(told: dict[str, Any]) -> list[str]:
    return [f"{event['lane']} {event['kind']}" for event in told["events"]]


def test_a_sale_given_up_at_the_card_has_its_row_and_its_timeline(hands: Hands) -> None:
    hands.amount("4400")
    hands.until(lambda: "44.00 Under way" in "".join(hands.payments()), "the row of what is under way")
    hands.click("cancel")
    hands.sees("交易已取消")
    hands.dismiss()
    hands.until(lambda: "Sale 44.00 Not at the host" in hands.payments()[0], "the row")
    assert "cancelled" in hands.page.inner_text(".d-whyrow")
    told = hands.told()
    assert [event["key"] for event in told["events"] if event["lane"] == "key"][:5] == [*"4400", "confirm"]
    assert told["payment"]["state"] == "notAtHost" and told["payment"]["code"] == "T14"
    assert {event["lane"] for event in told["events"]} == {"key", "screen"}
    hands.page.click("[data-payment] button")
    assert "cancelled" in hands.page.inner_text("[data-testid=why]")
    assert hands.page.locator(".d-step").count() >= 3
    hands.page.click("[data-testid=close-timeline]")


def test_a_declined_sale_says_why(hands: Hands) -> None:
    hands.amount("50000")
    hands.tap("poor")
    hands.sees("余额不足")
    hands.dismiss()
    hands.until(lambda: "500.00 Declined 51" in hands.payments()[0], "the row")
    assert hands.page.locator(".d-whyrow").first.inner_text().strip() == "insufficient funds"


def test_a_card_that_cannot_be_read_has_its_commands_in_the_timeline(hands: Hands) -> None:
    hands.amount("3300")
    hands.tap("door")
    hands.sees("不支持此卡")
    hands.dismiss()
    hands.until(lambda: "33.00 Not at the host" in hands.payments()[0], "the row")
    told = hands.told()
    assert told["payment"]["code"] == "T02" and "card apdu" in _kinds(told) and "card presented" in _kinds(told)


def test_a_pin_that_nobody_wants_to_type(hands: Hands) -> None:
    hands.amount("2200")
    hands.tap("pin")
    hands.sees("请输入密码")
    hands.click("1", "2", "cancel")
    hands.sees("已取消")
    hands.dismiss()
    hands.until(lambda: "22.00 Not at the host" in hands.payments()[0], "the row")
    keys = [event["key"] for event in hands.told()["events"] if event["lane"] == "key"]
    assert keys[5:9] == ["confirm", "•", "•", "cancel"], keys


def test_a_killed_host_is_told_and_small_sales_go_on_without_it(hands: Hands) -> None:
    hands.page.click("[data-testid=host-power]")
    hands.page.wait_for_selector("[data-testid=host-down]")
    assert "start" in hands.page.inner_text("[data-testid=host-down]").lower()
    hands.amount("900")
    hands.tap("rich")
    hands.sees("离线已受理")
    hands.slips()
    hands.idle()
    hands.until(lambda: "9.00 Waits to be sent" in hands.payments()[0], "the row")
    hands.amount("90000")
    hands.tap("rich")
    hands.sees("离线额度已满")
    hands.dismiss()
    hands.until(lambda: "900.00 Not at the host" in hands.payments()[0], "the row of what was too large")
    assert "9.00 Waits" in hands.payments()[1]
    hands.page.click("[data-testid=host-start]")
    hands.page.wait_for_selector("[data-testid=host-down]", state="detached")
    hands.until(lambda: any("Offline sale" in row and "9.00 Approved" in row for row in hands.payments()), "drain", 60)
    row = next(at for at, text in enumerate(hands.payments()) if "9.00 Approved" in text)
    told = hands.told(row)
    kinds = _kinds(told)
    assert kinds.index("key pressed") < kinds.index("paper slip") < kinds.index("wire message")
    assert "ledger posted" in kinds and "world host-killed" not in kinds[:1]


def test_a_host_killed_in_the_middle_of_a_sale_leaves_no_money_behind(hands: Hands) -> None:
    hands.sees("已签到")
    hands.page.click("[data-link=slow]")
    hands.amount("1700")
    hands.tap("rich")
    hands.sees("等待交易成功", "正在发送")
    time.sleep(0.5)
    hands.page.click("[data-testid=host-power]")
    hands.page.wait_for_selector("[data-testid=host-down]")
    assert "T" in hands.sees("代码")
    hands.click("confirm")
    hands.page.click("[data-link=up]")
    hands.page.click("[data-testid=host-start]")
    hands.page.wait_for_selector("[data-testid=host-down]", state="detached")
    hands.until(lambda: "17.00" in hands.payments()[0], "the row")
    hands.until(lambda: "17.00 Approved" not in hands.payments()[0] and "Under" not in hands.payments()[0], "its end")
    hands.idle()
    hands.until(lambda: "待传" not in hands.screen() and "冲正" not in hands.screen(), "everything sent", 60)
    hands.tab("ledger")
    hands.until(lambda: "agrees" in hands.tab("ledger") and "differs" not in hands.tab("ledger"), "the proofs")


def test_what_was_seen_outlives_a_kill(hands: Hands, shop: list[Desk]) -> None:
    hands.amount("1300")
    hands.tap("rich")
    hands.sees("交易成功")
    hands.click("confirm")
    hands.until(lambda: "13.00 Approved" in hands.payments()[0], "the row")
    hands.until(lambda: "paper slip" in _kinds(hands.told()), "the slip")
    rows, told = hands.payments(), hands.told()
    number = next(event["slip"] for event in told["events"] if event["lane"] == "paper")
    request = hands.page.request
    slips = [request.get(f"{hands.address}/slip/{number}.{end}").body() for end in ("png", "pdf")]
    shop[0].end(signal.SIGKILL)

    shop.append(Desk(shop[0].folder, int(hands.address.rsplit(":", 1)[1])))
    hands.page.wait_for_selector("[data-testid=gone]", state="detached", timeout=20_000)
    hands.sees("签购单未打印", "请输入收款金额")
    hands.until(lambda: hands.payments() == rows, "the rows of the run before")
    again = hands.told()
    assert again["events"][: len(told["events"])] == told["events"], "what was seen before the kill"
    assert again["payment"]["id"] == told["payment"]["id"]
    assert request.get(f"{hands.address}/slip/{number}.png").body() == slips[0]
    assert request.get(f"{hands.address}/slip/{number}.pdf").body()[:1000] == slips[1][:1000]
    assert request.get(f"{hands.address}/slip/9999.png").status == 404
    hands.page.click(f"[data-slip='{number}']")
    assert "13.00" in (hands.page.get_attribute(".d-slippage img", "alt") or "")
    hands.page.keyboard.press("Escape")
    attempt = next(at for at, row in enumerate(rows) if "44.00 Not at the host" in row)
    assert hands.told(attempt)["payment"]["code"] == "T14"


TAB_MOST = 80


def _reach(page: Any, selector: str) -> None:
    """By Tab alone, to what can be seen to have the focus."""
    for _ in range(TAB_MOST):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            ring = page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
            assert ring >= 2, f"no ring around {selector}"
            return
    raise AssertionError(f"{selector} is not reached by Tab")


def test_by_keyboard_alone_from_the_first_visit_to_an_approved_sale(hands: Hands, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-US")
    person = Hands(page, hands.address).open()
    _reach(page, "[data-testid=take]")  # another browser holds the keys
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-key='1']:not([disabled])")
    person.dismiss_by_key()
    person.idle()
    page.evaluate("document.activeElement.blur()")
    for key in ("1", "2", "0", "0", "Enter"):
        page.keyboard.press(key)
        time.sleep(0.06)
    person.sees("请核对")
    page.keyboard.press("Enter")
    person.sees("请贴近卡片")
    _reach(page, "[data-card=rich]")
    page.keyboard.press("Enter")
    person.sees("交易成功")
    _reach(page, "[data-payment] button")
    page.keyboard.press("Enter")
    page.wait_for_selector(".d-steps")
    assert "12.00" in page.inner_text(".d-drawer h2") and "Approved" in page.inner_text(".d-drawer header")
    page.keyboard.press("Escape")
    page.wait_for_selector(".d-drawer[open]", state="detached")
    assert page.evaluate("document.activeElement.matches('[data-payment] button')"), "back where one was"
    page.close()
