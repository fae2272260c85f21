"""One payment from the key press to the ledger line, as one list in the order in which it happened; and its export.

What was begun at the till and never came to the host (an attempt) is told in the same way, without the host's lines.
"""

from datetime import UTC, datetime
from typing import Any

from host_sim.acquirer.acquirers import load_acquirer
from host_sim.console import views
from host_sim.console.shop import Shop
from host_sim.rig.stage import TERMINAL

FORMAT = "picotill-payment-1"
ATTEMPT = "a"


async def timeline(shop: Shop, name: str) -> dict[str, Any] | None:
    """payment, events, checks: what was seen at the counter, between it the host's own lines. None: no such payment.

    name: the host's number of a payment, or an attempt's, "a" and the number of its story.
    """
    if name.startswith(ATTEMPT) and name[1:].isdecimal():
        return await _attempt(shop, int(name[1:]))
    return await _payment(shop, int(name)) if name.isdecimal() else None


async def _payment(shop: Shop, payment_id: int) -> dict[str, Any] | None:
    payment = await shop.office.books.read(lambda session: views.payment(session, payment_id))
    if payment is None:
        return None
    events = shop.recorder.of(payment["batch"], payment["trace"]) if payment["terminal"] == TERMINAL else []
    return _told(payment, events + [_posting(entry) for entry in payment["postings"]])


async def _attempt(shop: Shop, story: int) -> dict[str, Any] | None:
    """Once it has come to the host it names the host's payment as related."""
    attempt = shop.attempts.find(story)
    if attempt is None:
        return None
    related = await shop.office.books.read(lambda session: views.of_keys(session, TERMINAL, attempt.keys))
    row = {**attempt.row(shop.recorder.story), "terminal": TERMINAL, "related": related}
    if related:
        row |= {"state": "atHost", "why": None}
    return _told(row, shop.recorder.of_story(story, attempt.keys))


def _told(payment: dict[str, Any], events: list[dict[str, Any]]) -> dict[str, Any]:
    events = sorted(events, key=lambda event: (datetime.fromisoformat(event["at"]).astimezone(UTC), event["n"]))
    return {"payment": payment, "events": events, "checks": _checks(events)}


def _posting(entry: dict[str, Any]) -> dict[str, Any]:
    return {"n": 1 << 40, "at": entry["at"], "story": 0, "lane": "ledger", **entry, "kind": "posted"}


def _checks(events: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Every value by which a side has proved itself in these events, once each."""
    found: list[dict[str, str]] = []
    for event in events:
        for check in event.get("checks", ()):
            row = {**check, "direction": event["direction"], "mti": event["mti"]}
            if row not in found:
                found.append(row)
    return found


async def export(shop: Shop, name: str) -> dict[str, Any] | None:
    """The timeline as a file for others: what it is, when it was made, and everything that the page shows."""
    told = await timeline(shop, name)
    if told is None:
        return None
    acquirer = load_acquirer().institution
    made = {"format": FORMAT, "made": shop.world.now().isoformat(timespec="seconds"), "acquirer": acquirer}
    return {**made, "redacted": True, **told}
