"""Attempts at the till: what somebody began there, whether or not the host ever hears of it.

A fold over the recorder's events. An attempt is a story in which a payment was begun: an amount that was to be checked,
a card, a record of a payment, or a cause on the screen after the first digit. It knows the payments that it became.
"""

import re
from collections import OrderedDict
from typing import Any

from host_sim.console import causes
from host_sim.console.recorder import OWN, Event

ATTEMPTS_MOST = 400
CODE = re.compile(r"(?:代码|Code)(T\d\d)")
AMOUNT = re.compile(r"(\d[\d,]*\.\d\d)")
BEGUN = ("请核对", "Pleasecheck", "请贴近卡片", "Presentcard")
OFFLINE = ("离线已受理", "离线已批准", "Acceptedoffline", "Approvedoffline")
TITLES = (
    ("消费撤销", "void"), ("Voidsale", "void"), ("退货", "refund"), ("Refund", "refund"), ("消费", "sale"),
    ("Sale", "sale"),
)  # fmt: skip
"""How a screen begins that belongs to a payment of that kind."""


class Attempt:
    """keys: of the payments that it became, "batch/trace". cause: a code of causes.py, "offline", "power" or ""."""

    def __init__(self, story: int, at: str):
        self.story, self.at = story, at
        self.kind = "sale"
        self.amount_fen: int | None = None
        self.card = ""
        self.keys: set[str] = set()
        self.cause = ""
        self.said: list[str] = []  # the screen, where it showed a cause
        self.is_one = self.over = False
        self.first = ""

    def row(self, current: int) -> dict[str, Any]:
        """As the list of payments shows it. current: the story under way."""
        state = "offlineWaits" if self.cause == "offline" else "notAtHost"
        if self.story == current and not self.over:
            state = "underway"
        return {
            "id": f"a{self.story}",
            "kind": self.kind,
            "state": state,
            "why": self._why(state),
            "code": self.cause if self.cause.startswith("T") else "",
            "amountFen": self.amount_fen,
            "card": "",
            "held": self.card,
            "at": self.at,
            "trace": int(min(self.keys).partition("/")[2]) if self.keys else None,
            "batch": int(min(self.keys).partition("/")[0]) if self.keys else None,
        }

    def _why(self, state: str) -> tuple[str, str]:
        if state == "underway":
            return causes.UNDER_WAY
        named = {"offline": causes.OFFLINE, "power": causes.POWER, "": causes.LEFT if self.over else causes.CLOSED}
        if self.cause in named:
            return named[self.cause]
        screen = " ".join(self.said)
        return causes.CAUSES.get(self.cause, (screen, screen))


class Attempts:
    """take() each event, in order, those of earlier runs first."""

    def __init__(self) -> None:
        self._all: OrderedDict[int, Attempt] = OrderedDict()

    def take(self, event: Event) -> None:
        story = event["story"]
        if not story:
            return
        attempt = self._all.get(story)
        if attempt is None:
            attempt = self._all[story] = Attempt(story, event["at"])
            if len(self._all) > ATTEMPTS_MOST:
                self._all.popitem(last=False)
        learn = {"key": _key, "screen": _screen, "card": _card, "journal": _journal, "power": _power}.get(event["lane"])
        if learn is not None:
            learn(attempt, event)
        own = event["lane"] in ("paper", "screen") or event.get("opens")
        if event.get("payment") and own:
            attempt.keys.add(event["payment"])

    def find(self, story: int) -> Attempt | None:
        found = self._all.get(story)
        return found if found is not None and found.is_one else None

    def newest(self, most: int) -> list[Attempt]:
        """Newest first."""
        found = [attempt for attempt in reversed(self._all.values()) if attempt.is_one]
        return found[:most]


def _key(attempt: Attempt, event: Event) -> None:
    if not attempt.first:
        attempt.first = event["key"]


def _screen(attempt: Attempt, event: Event) -> None:
    if event.get("idle"):
        attempt.over = True
        return
    text = "".join(event["lines"]).replace(" ", "")
    for title, kind in TITLES:
        if text.startswith(title):
            attempt.kind = kind
            break
    amount = AMOUNT.search(text)
    if any(mark in text for mark in BEGUN):
        attempt.is_one = True
        if amount:
            attempt.amount_fen = int(amount[1].replace(",", "").replace(".", ""))
    if any(mark in text for mark in OFFLINE):
        attempt.cause = "offline"
    code = CODE.search(text)
    if code:
        attempt.cause, attempt.said = code[1], [line for line in event["lines"] if line]
        attempt.is_one = attempt.is_one or attempt.first.isdigit() or attempt.kind != "sale"


def _card(attempt: Attempt, event: Event) -> None:
    attempt.is_one = True
    attempt.card = event["card"]


def _journal(attempt: Attempt, event: Event) -> None:
    if event["kind"] == "record" and event["record"] in OWN:
        attempt.is_one, attempt.kind = True, event["record"]


def _power(attempt: Attempt, event: Event) -> None:
    if event["kind"] == "off" and not attempt.cause:
        attempt.cause = "power"
