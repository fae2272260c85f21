"""The desk as a process: reloads, load, a second one, Ctrl-C, a violent end."""

import asyncio
import signal
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from tests.host.till import Card, Till
from tests.web.conftest import ROOT, Desk, alive
from tests.web.hands import Hands

LOAD_S, LOAD_A_S = 3.0, 100


def test_ten_reloads_leave_one_till(desk: Desk, browser: Any) -> None:
    page = browser.new_page()
    hands = Hands(page, desk.address).open()
    hands.idle()
    before = desk.children()
    for _ in range(10):
        page.reload()
        page.wait_for_selector(".d-main")
    hands.idle()
    assert desk.children() == before and len(before) == 1
    assert page.is_enabled("[data-key='1']"), "the keys came back to the one browser there is"
    page.close()


class Crowd(threading.Thread):
    """Other terminals that pay, about LOAD_A_S times a second all together, for LOAD_S."""

    def __init__(self, port: int, strangers: list[dict[str, Any]]):
        super().__init__()
        self.port, self.strangers, self.paid, self.took_s = port, strangers, 0, 0.0

    def run(self) -> None:
        asyncio.run(self._pay())

    async def _pay(self) -> None:
        tills = [(await Till(self.port, one["provisioning"]).connect(), Card(one["card"])) for one in self.strangers]
        for till, _ in tills:
            assert (await till.sign_on())[39] == "00"
        began = time.monotonic()
        await asyncio.gather(*(self._one(till, card, began) for till, card in tills))
        self.took_s = time.monotonic() - began
        for till, _ in tills:
            await till.close()

    async def _one(self, till: Till, card: Card, began: float) -> None:
        each_s = len(self.strangers) / LOAD_A_S
        for number in range(int(LOAD_S / each_s)):
            await asyncio.sleep(max(0.0, began + number * each_s - time.monotonic()))
            _, answer = await till.sale(card, 100)
            self.paid += answer[39] == "00"


FRAMES = """() => { window.gaps = []; let last = performance.now();
  const tick = (now) => { window.gaps.push(now - last); last = now; window.ticking = requestAnimationFrame(tick); };
  window.ticking = requestAnimationFrame(tick); }"""


def test_the_page_stays_smooth_while_the_host_is_busy(
    desk: Desk, browser: Any, strangers: tuple[Path, list[dict[str, Any]]], record_property: Any
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    hands = Hands(page, desk.address).open()
    hands.idle()
    crowd = Crowd(desk.said()["host_port"], strangers[1])
    crowd.start()
    time.sleep(0.5)
    page.evaluate(FRAMES)
    while crowd.is_alive():
        hands.click("1")
        time.sleep(0.2)
        hands.click("clear")
        time.sleep(0.2)
    page.evaluate("cancelAnimationFrame(window.ticking)")
    gaps, keys = page.evaluate("window.gaps"), page.evaluate("window.desk.keyToPixel")
    figures = {
        "payments_a_second": round(crowd.paid / crowd.took_s, 1),
        "frame_ms_95": round(statistics.quantiles(gaps, n=20)[-1], 1),
        "key_to_pixel_ms_median": round(statistics.median(keys), 1),
        "key_to_pixel_ms_most": round(max(keys), 1),
    }
    record_property("figures", figures)
    print(figures)
    assert crowd.paid >= LOAD_S * LOAD_A_S * 0.9, figures
    assert figures["frame_ms_95"] < 100 and figures["key_to_pixel_ms_median"] < 100, figures
    hands.click("cancel")
    page.close()


def test_a_second_desk_on_the_same_folder_says_where_the_first_is(desk: Desk) -> None:
    command = [sys.executable, "-m", "tools.cli", "run", "--port", "0", "--folder", str(desk.folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL)
    assert done.returncode == 1 and desk.address in done.stderr and "next:" in done.stderr


def test_a_killed_desk_leaves_no_process_and_a_page_that_says_so_and_comes_back(desk: Desk, browser: Any) -> None:
    page = browser.new_page()
    hands = Hands(page, desk.address).open()
    hands.amount("4200")
    hands.tap("rich")
    hands.sees("交易成功")
    rows = hands.payments()
    children = desk.children()
    desk.end(signal.SIGKILL)
    page.wait_for_selector("[data-testid=gone]")
    assert "make run" in page.inner_text("[data-testid=gone]")
    assert page.is_disabled("[data-key='1']")
    assert alive(children) == []

    again = Desk(desk.folder, int(desk.address.rsplit(":", 1)[1]))  # the lock of the dead one stops nobody
    page.wait_for_selector("[data-testid=gone]", state="detached", timeout=20_000)
    hands.sees("签购单未打印", "请输入收款金额")
    hands.until(lambda: hands.payments()[:1] == rows[:1], "the payments of the run before")
    page.close()
    children = again.children()
    assert again.end(signal.SIGINT) == 0
    assert "the desk is closed" in again.output and alive(children) == []
    assert (desk.folder / "secrets.json").stat().st_mode & 0o777 == 0o600
