"""On a Chinese page everything that a person reads is Chinese, but for identifiers that have no other name."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from host_sim.console import causes
from tests.web.conftest import ROOT, Desk
from tests.web.hands import Hands

IDENTIFIERS = frozenset(
    "picotill PDF JSON English Enter Backspace Esc F2 OK APDU PIN MAC ARQC ARPC AAC TC ATC TVR TSI TTQ CTQ CVM PDOL "
    "AFL AIP IC PIK MAK RRN CNY TPDU MTI qPBOC SELECT GET PROCESSING OPTIONS READ RECORD DATA GENERATE AC PAY SYS DDF "
    "UnionPay Visa Mastercard Debit CUP zhen Store Demo SDA DDA CDA".split()
)
"""Names of keys, formats, commands, data objects and schemes, and what is written on the test cards."""
TEXTS = """() => {
  const skip = "script,style,.d-hex,.d-slip,.d-slippage,[data-testid=screen-text],iframe";
  const seen = (node) => !node.closest(skip) && !node.closest("[hidden]");
  const found = [];
  const walker = document.createTreeWalker(document.querySelector(".d-desk"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const holder = walker.currentNode.parentElement;
    if (seen(holder) && walker.currentNode.data.trim()) found.push(walker.currentNode.data.trim());
  }
  for (const node of document.querySelectorAll(".d-desk [aria-label], .d-desk [title], .d-desk [placeholder]"))
    if (seen(node)) found.push(node.ariaLabel || "", node.title || "", node.placeholder || "");
  return found;
}"""
"""Left out: bytes in hex, what the till itself shows and prints (it has its own language), and the mail's own text."""
ADDRESS = re.compile(r"\S+@\S+|https?://\S+|\b[0-9A-F]{4,}\b")
WORD = re.compile(r"[A-Za-z]{2,}")


def english(texts: list[str]) -> set[str]:
    """Words that are no identifier, each with the text that it stands in."""
    found = set()
    for text in texts:
        for word in WORD.findall(ADDRESS.sub(" ", text)):
            if word not in IDENTIFIERS and not re.fullmatch(r"[A-F]{2}", word):
                found.add(f"{word} in {text[:80]!r}")
    return found


@pytest.fixture(scope="module")
def hands(desk: Desk, browser: Any) -> Iterator[Hands]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN", reduced_motion="reduce")
    yield Hands(context.new_page(), desk.address).open()
    context.close()


def _walk(hands: Hands, where: str) -> None:
    found = english(hands.page.evaluate(TEXTS))
    assert not found, (where, sorted(found))


def test_every_view_is_chinese(hands: Hands) -> None:
    page = hands.page
    assert page.get_attribute("html", "lang") == "zh-CN"
    _walk(hands, "first visit")
    for tab in ("messages", "batches", "ledger", "worklist", "mail", "log", "payments"):
        hands.tab(tab)
        _walk(hands, f"{tab}, empty")
    hands.amount("1288")
    hands.tap("pin")
    hands.sees("请输入密码")
    hands.click(*"246810", "confirm")
    hands.sees("交易成功")
    hands.slips()
    hands.idle()
    hands.click("menu", "6")
    hands.sees("签到")
    hands.click("2")
    hands.sees("对账平")
    hands.idle()
    hands.amount("990000")
    hands.click("cancel")
    hands.dismiss()
    for switch in ("[data-switch=lose_answer]", "[data-testid=host-power]"):
        page.click(switch)
    page.wait_for_selector("[data-testid=host-down]")
    _walk(hands, "a dead host")
    page.click("[data-testid=host-start]")
    page.wait_for_selector("[data-testid=host-down]", state="detached")
    for tab in ("batches", "ledger", "worklist", "mail", "log"):
        hands.until(lambda tab=tab: len(hands.tab(tab)) > 60, tab)
        _walk(hands, tab)
    hands.tab("messages")
    rows = page.locator(".d-msgrow")
    for at in range(rows.count()):
        rows.nth(at).click()
        _walk(hands, f"message {rows.nth(at).inner_text()}")
    hands.tab("payments")
    for row in range(2):
        page.locator("[data-payment] button").nth(row).click()
        page.wait_for_selector(".d-steps")
        page.eval_on_selector_all(".d-steps .d-fold[aria-expanded=false]", "all => all.forEach(one => one.click())")
        page.wait_for_selector(".d-steps .d-fold[aria-expanded=false]", state="detached")
        _walk(hands, f"timeline {row}")
        page.click("[data-testid=close-timeline]")


def _logged() -> Iterator[str]:
    """Every sentence that the host can log, with something in its places."""
    for path in (ROOT / "host_sim").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_log = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            if not is_log or ast.unparse(node.func.value) != "log" or not node.args:
                continue
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield _filled(first.value, path)


def _filled(template: str, path: Path) -> str:
    text = re.sub(r"^%s: (?=network)", "payment/7: ", template)
    text = re.sub(r"^%s: ", "send_due: " if path.name == "host.py" else "port 4711: ", text)
    return re.sub(r"%[.\d]*[sdf]", "7", text)


def test_what_the_host_can_log_has_chinese_words(hands: Hands) -> None:
    sentences = sorted(set(_logged()))
    assert len(sentences) > 10
    said = hands.page.evaluate(
        "async (all) => { const m = await import('/desk/terms.js'); return all.map((one) => m.term('zh', one)); }",
        sentences,
    )
    missing = [sentence for sentence, chinese in zip(sentences, said, strict=True) if english([chinese])]
    assert not missing, f"give them Chinese words in host_sim/console/web/phrases.js: {missing}"


def test_what_codes_and_data_objects_mean_has_chinese_words(hands: Hands) -> None:
    from host_sim.console import commands, fields, journal, meanings
    from host_sim.ledger.accounts import CHART

    tables = (meanings.RESPONSES, meanings.TYPES, meanings.ENTRY, meanings.TVR, meanings.TTQ, meanings.CTQ)
    words = {word for table in (*tables, meanings.CRYPTOGRAMS, meanings.CVM) for word in table.values()}
    words |= {*commands.STATUS.values(), *fields.TAG_NAMES.values(), *journal.KINDS.values(), *journal.MARKS.values()}
    words |= {f"{title}/1/2026-11-23" for title in CHART} | {"12.88 CNY", "[3 bytes]", "record 1 of file 2"}
    words |= {f"reason: {meanings.RESPONSES[code]}" for code in ("98", "96", "A0")}
    side = "debit 1.00 CNY in 1, credit 0.00 CNY in 0"
    words |= {f"domestic: {side} match; foreign: {side}", "contactless, no PIN", "sale, batch 000001, network 000"}
    words |= {"original batch 000001, trace 000002, date 1123", "payment/3", "reversal_void_fee", "not_uploaded"}
    booked = [path for room in ("ledger", "settlement") for path in (ROOT / "host_sim" / room).rglob("*.py")]
    events = {event for path in booked for event in re.findall(r'post\(\s*session, "(\w+)"', path.read_text("utf-8"))}
    assert {"sale", "payout_paid"} <= events
    all_words = sorted(words | events)
    said = hands.page.evaluate(
        "async (all) => { const m = await import('/desk/terms.js'); return all.map((one) => m.term('zh', one)); }",
        all_words,
    )
    found = {text: english([chinese]) for text, chinese in zip(all_words, said, strict=True) if english([chinese])}
    assert not found
    assert not english([pair[0] for pair in causes.CAUSES.values()])


ALARMS = (
    "payout P-1 has no result since 2026-11-23 01:00 UTC: ask the bank.",
    "the bank speaks of payout P-1, which is not ours: ask the bank.",
    "payout P-1: is paid and ends there: only instructed or accepted may take this step: ask the bank.",
    "channel_receivable: expected 1, found 2 fen. channel_receivable/unionpay/2026-11-23: expected 1 fen, found 2",
    "pay due: ValueError: no good. It is tried again.",
    "notice 3 not sent after 8 tries: the mail server answered 550. Check the address and the mail server.",
    "notice 3 not sent after 8 tries: no answer from the receiver: ConnectError. Check the address and the receiver.",
    "merchant 898110000000001: merchant's e-mail address: not an address: correct it in the merchant's record",
    "terminal 90000001 batch 1: merchant's e-mail address: not an address: correct it in the merchant's record",
    "payment 7 is not undone: no answer. It is tried again; ask the network if it stays.",
    "payment 7 will not be undone: response 12. Agree with the network who bears it.",
    "terminal 90000001 batch 1 trace 000012: sale of 100 fen had no result: given up, the network takes it back",
    "terminal 90000001 batch 000001 trace 000012: unknown, terminal 100 fen not on the host",
    "terminal 90000001 batch 000001 trace 000012: amount_differs, terminal 100 fen host 90 fen",
    "terminal 90000001 batch 000001 trace 000012: terminal says 3 items, 2 came",
    "terminal 90000001 batch 000001 trace 000012: refund trace 9 of 1 fen was not uploaded: it waits for its resend",
    "terminal 90000001 batch 000001 trace 000012: 0200/000000/22: same key, other content",
    "terminal 90000001 batch 000001 trace 000012: 0500: other totals for a batch that was compared already",
    "terminal 90000001 batch 000001 trace 000012: payment 7: its void stands",
    "unionpay-20261123.clr: the whole file: ends before its trailer",
    "unionpay-20261123.clr: another file of unionpay for 2026-11-23 is in: ask which",
    "duckdb is not installed: install requirements/reconcile.txt; the files wait",
    "mysql: is not known: use duckdb://, postgresql://... or pyspark://MASTER",
)


def test_every_alarm_has_chinese_words(hands: Hands) -> None:
    kinds = set()
    for path in (ROOT / "host_sim").rglob("*.py"):
        text = path.read_text("utf-8")
        kinds |= set(re.findall(r'Alarm\(at=\w+(?:\.\w+)?, kind="([^"]+)"', text))
        kinds |= set(re.findall(r'alarm\(\s*session, (?:request, )?"([^"]+)"', text))
    assert {"payout late", "clearing file", "content differs"} <= kinds
    said = hands.page.evaluate(
        "async (all) => { const m = await import('/desk/terms.js'); return all.map((one) => m.term('zh', one)); }",
        [*sorted(kinds), *ALARMS],
    )
    allowed = re.compile(
        r"P-1|ValueError|unionpay-20261123\.clr|requirements/reconcile\.txt|duckdb\S*|postgresql\S*|"
        r"pyspark\S*|mysql|UTC|mac"
    )
    found = {one: english([allowed.sub("", one)]) for one in said if english([allowed.sub("", one)])}
    assert not found
