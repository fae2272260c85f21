"""A person in front of the page: clicks, types, reads."""

import time
from typing import Any

WAIT_S = 25.0
KEY_PAUSE_S = 0.06


class Hands:
    """page: Playwright's. Everything is done by mouse, touch or keyboard, and seen on the page."""

    def __init__(self, page: Any, address: str):
        self.page, self.address = page, address
        self.problems: list[str] = []
        self.requests: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))

    def open(self) -> "Hands":
        self.page.goto(self.address)
        self.page.wait_for_selector(".d-main")
        return self

    def screen(self) -> str:
        """What the till's screen says, for those who listen to it."""
        return self.page.inner_text("[data-testid=screen-text]").replace(" ", "")

    def sees(self, *texts: str, within_s: float = WAIT_S) -> str:
        """Waits until one of texts stands on the screen."""
        deadline = time.monotonic() + within_s
        while not any(text in self.screen() for text in texts):
            assert time.monotonic() < deadline, f"waited for {texts}, the screen says {self.screen()}"
            time.sleep(0.03)
        return self.screen()

    def until(self, condition: Any, what: str, within_s: float = WAIT_S) -> None:
        deadline = time.monotonic() + within_s
        while not condition():
            assert time.monotonic() < deadline, f"waited for {what}"
            time.sleep(0.05)

    def idle(self) -> None:
        self.sees("请输入收款金额")

    def click(self, *keys: str) -> None:
        for key in keys:
            self.page.click(f"[data-key='{key}']")
            time.sleep(KEY_PAUSE_S)

    def dismiss(self) -> None:
        """Presses OK until the till is idle: a result may still be drawn when the first press comes."""
        deadline = time.monotonic() + WAIT_S
        while "请输入收款金额" not in self.screen():
            assert time.monotonic() < deadline, f"not idle, the screen says {self.screen()}"
            self.click("confirm")
            time.sleep(0.3)

    def dismiss_by_key(self) -> None:
        """As dismiss(), with Enter on the keyboard."""
        deadline = time.monotonic() + WAIT_S
        while "请输入收款金额" not in self.screen():
            assert time.monotonic() < deadline, f"not idle, the screen says {self.screen()}"
            self.page.evaluate("document.activeElement.blur()")
            self.page.keyboard.press("Enter")
            time.sleep(0.3)

    def amount(self, digits: str) -> None:
        self.idle()
        self.click(*digits, "confirm")
        self.sees("请核对")
        self.click("confirm")
        self.sees("请贴近卡片")

    def tap(self, card: str) -> None:
        self.page.click(f"[data-card={card}]")

    def slips(self) -> None:
        """Goes on from the result, tears off the merchant's copy and takes the customer's."""
        self.click("confirm")
        self.sees("请撕下签购单")
        self.page.click("[data-testid=tear]")
        self.page.click(".d-slipview .d-bar button")
        self.click("confirm")

    def tab(self, name: str) -> str:
        self.page.click(f"[data-tab={name}]")
        return self.page.inner_text("#d-tabpanel")

    def payments(self) -> list[str]:
        """The rows of the list, newest first."""
        if self.page.get_attribute("[data-tab=payments]", "aria-selected") != "true":
            self.tab("payments")
        return [" ".join(row.split()) for row in self.page.locator("[data-payment]").all_inner_texts()]

    def told(self, row: int = 0) -> dict[str, Any]:
        """The export of a row of the list."""
        name = self.page.locator("[data-payment]").nth(row).get_attribute("data-payment")
        answer = self.page.request.get(f"{self.address}/payment/{name}.json")
        assert answer.ok, answer.status
        return answer.json()
