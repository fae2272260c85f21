"""A settlement walked by a person: sold and settled on the till, paid out and explained on the merchant's page."""

import csv
import os
import re
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from host_sim.networks.clearing.files import write_file
from host_sim.networks.clearing.item import ClearingItem, FileHead
from host_sim.rig.stage import MERCHANT
from tests.web.conftest import Desk
from tests.web.hands import WAIT_S, Hands

SIZES = ((1280, 800), (390, 844))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    running = Desk(tmp_path_factory.mktemp("settlement") / "var")
    yield running
    running.end()


@pytest.fixture(scope="module")
def hands(shop: Desk, browser: Any) -> Iterator[Hands]:
    page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="zh-CN", reduced_motion="reduce")
    yield Hands(page, shop.address).open()
    page.close()


class Merchant:
    """The merchant at its own page. problems: what the browser complained of."""

    def __init__(self, page: Any, shop: Desk):
        self.page, self.shop = page, shop
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(str(error)))

    def code(self, pattern: str, before: int) -> str:
        """The code of the newest mail of a name, once there are more than before."""
        deadline = time.monotonic() + WAIT_S
        while len(mails := self.mails(pattern)) <= before:
            assert time.monotonic() < deadline, f"no mail {pattern}"
            time.sleep(0.05)
        mail: Any = message_from_bytes(max(mails, key=_age).read_bytes(), policy=policy.default)
        found = re.search(r"(?<!\d)\d{6}(?!\d)", mail.get_body(("plain",)).get_content())
        assert found is not None
        return found.group()

    def mails(self, pattern: str) -> list[Path]:
        return list(self.shop.folder.glob(f"mail/{pattern}.eml"))

    def sign_in(self) -> None:
        self.page.goto(f"{self.shop.address}/merchant")
        self.page.fill("[name=merchant]", MERCHANT)
        before = len(self.mails("sign-in*"))
        self.page.click(".m-sign .is-main")
        self.page.wait_for_selector("[name=code]")
        code = self.code("sign-in*", before)
        self.page.fill("[name=code]", f"{(int(code) + 1) % 10**6:06d}")
        self.page.click(".m-sign .is-main")
        self.page.wait_for_selector("[data-testid=said] .is-bad")
        self.page.fill("[name=code]", code)
        self.page.click(".m-sign .is-main")
        self.page.wait_for_selector("[data-testid=available]")

    def text(self, testid: str) -> str:
        return " ".join(self.page.locator(f"[data-testid={testid}]").first.inner_text().split())

    def reads(self, testid: str, text: str) -> None:
        """Waits until it says so, without the page being loaded again."""
        deadline = time.monotonic() + WAIT_S
        while not self.page.locator(f"[data-testid={testid}]").count() or text not in self.text(testid):
            assert time.monotonic() < deadline, f"{testid}: waited for {text}; {self.page.inner_text('.m-page')}"
            time.sleep(0.1)


def _age(path: Path) -> float:
    return path.stat().st_mtime


@pytest.fixture(scope="module")
def merchant(shop: Desk, browser: Any) -> Iterator[Merchant]:
    page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="zh-CN", accept_downloads=True)
    one = Merchant(page, shop)
    yield one
    page.close()
    assert one.problems == []


def sold(hands: Hands, digits: str) -> None:
    hands.amount(digits)
    hands.tap("rich")
    hands.sees("交易成功")
    hands.slips()
    hands.dismiss()


def test_a_settlement_from_the_till_to_the_bank(hands: Hands, merchant: Merchant) -> None:
    sold(hands, "12345")
    merchant.sign_in()
    merchant.reads("today", "¥123.45 · 1 笔")
    assert merchant.text("available") == "¥0.00" and merchant.text("pending") == "¥122.83"
    assert merchant.page.is_disabled("[data-testid=settle]"), "nothing has matured"

    hands.idle()
    hands.click("menu", "6")
    hands.sees("签到")
    hands.click("2")
    hands.sees("对账平")
    merchant.reads("batch", "¥122.83")
    merchant.page.click("[data-testid=batch] summary")
    assert "日切之前" in merchant.text("batch")

    merchant.page.click("#tab-account")
    merchant.page.select_option("[name=mode]", "manual")
    merchant.page.click("[data-testid=save-mode]")
    merchant.reads("said", "已保存")

    hands.idle()
    hands.page.click("text=到次日 9:00")
    hands.sees("09:0")
    merchant.page.wait_for_selector(".m-sign")  # the night was longer than a sign-in lasts
    merchant.sign_in()
    merchant.page.click("#tab-money")
    merchant.reads("available", "¥122.83")
    merchant.page.click("[data-testid=settle]")
    merchant.page.click("[data-testid=confirm-settle]")
    merchant.reads("said", "已发起结算¥122.83")
    merchant.reads("details", "123.45")
    merchant.page.click("[data-testid=details] summary")
    assert "日切之前" in merchant.text("details")
    merchant.reads("payout", "银行处理中")
    hands.page.click("text=1 小时")
    merchant.reads("payout", "已到账")
    assert merchant.text("available") == "¥0.00"


def test_a_question_and_the_statement(merchant: Merchant) -> None:
    page = merchant.page
    page.click("[data-testid=payout] .m-link >> nth=2")
    page.fill("[name=question]", "为什么是今天？")
    page.click("[data-testid=send-question]")
    merchant.reads("said", "号问题已提交")
    page.click("#tab-cases")
    merchant.reads("question", "为什么是今天？")
    page.click("#tab-statements")
    merchant.reads("closing", "¥0.00")
    with page.expect_download() as got:
        page.click("[data-testid='get-csv']")
    rows = list(csv.reader(StringIO(Path(got.value.path()).read_text(encoding="utf-8-sig"))))
    assert [row[2] for row in rows[1:]] == ["期初余额", "消费", "结算付款", "期末余额"]
    assert rows[2][10] == "122.83" and rows[-1][11] == "0.00"


def test_contacts_are_kept_and_refusals_are_in_chinese(merchant: Merchant) -> None:
    page = merchant.page
    page.click("#tab-account")
    page.fill("[name=phone]", "13800138000")
    page.click("[data-testid=contacts] form:nth-of-type(1) button")
    merchant.reads("said", "手机号有误")
    page.fill("[name=phone]", "+86 13800138000")
    page.click("[data-testid=contacts] form:nth-of-type(1) button")
    merchant.reads("contacts", "短信 +86****8000")
    page.click(".m-head button:nth-of-type(3)")
    merchant.sign_in()
    page.click("#tab-account")
    (sms,) = merchant.mails("sms-sign_in.code*")
    told = message_from_bytes(sms.read_bytes(), policy=policy.default)
    assert told["To"] == "+8613800138000" and "登录验证码" in told.get_content(), "delivered, not left in the outbox"
    page.fill("[name=webhook]", "https://shop.example/told?key=1")
    page.click("[data-testid=contacts] form:nth-of-type(2) button")
    merchant.reads("secret", "")
    merchant.reads("contacts", "回调 https://shop.example/told")
    assert len(merchant.text("secret")) > 40 and "key=1" not in merchant.text("contacts")
    page.click("[data-testid=contacts] .m-link >> nth=0")
    merchant.reads("said", "已删除")
    page.select_option("[name=mode]", "real_time")
    page.click("[data-testid=save-mode]")
    merchant.reads("said", "银行卡实时到账须先与收单机构签订D0协议")
    page.click("#tab-statements")
    page.fill("[name=first]", "2026-12-31")
    page.click("[name=last] >> xpath=ancestor::form//button")
    merchant.reads("said", "请对调两个日期")


def test_the_work_list_is_explained_and_repaired_by_one_button(shop: Desk, hands: Hands) -> None:
    """Files come by themselves; here one more, of a channel that pays for what nobody knows."""
    item = ClearingItem("X1", "sale", 4_200, 20, "000001", "", 0, datetime(2026, 11, 23, 10, tzinfo=UTC))
    folder = shop.folder / "clearing"
    sent = [path.name for path in folder.glob("unionpay-*.clr")]
    assert sent, "the night's own file is there"
    write_file(folder / "wallet-20261123.csv", "csv", FileHead("wallet", date(2026, 11, 23)), [item])
    hands.page.click("text=1 小时")
    hands.until(lambda: "wallet" in hands.tab("worklist"), "the file's difference")
    told = hands.tab("worklist")
    assert "没有这笔应清算的交易" in told and "42.00" in told and "银联" in told, told
    assert hands.page.inner_text("[data-testid=open-count]") == "1"
    hands.page.click("[data-testid=repair]")
    hands.until(lambda: "已处理1项" in hands.page.inner_text("[data-testid=repaired]"), "repaired")
    hands.until(lambda: hands.page.inner_text("[data-testid=open-count]") == "0", "nothing is open")
    assert "已与渠道结清" in hands.tab("worklist")
    assert "不一致" not in hands.tab("ledger")


def test_nothing_serious_in_any_view_and_nothing_overflows(merchant: Merchant) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = merchant.page
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        for theme, lang in (("light", "zh-CN"), ("dark", "en")):
            if page.get_attribute("html", "data-theme") != theme:
                page.click(".m-head button:nth-of-type(2)")
            if page.get_attribute("html", "lang") != lang:
                page.click(".m-head button:nth-of-type(1)")
            for tab in ("money", "statements", "account", "cases"):
                page.click(f"#tab-{tab}")
                found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
                serious = [one["id"] for one in found if one["impact"] in ("serious", "critical")]
                assert not serious, (width, lang, tab, serious)
                if "PICOTILL_PICTURES" in os.environ:
                    page.screenshot(path=f"{os.environ['PICOTILL_PICTURES']}/{tab}-{width}-{lang}.png", full_page=True)
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (width, tab)
    page.set_viewport_size({"width": 1280, "height": 800})
