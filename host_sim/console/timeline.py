"""One payment from the key press to the ledger line, as one list in the order in which it happened; and its export."""

from datetime import UTC, datetime
from typing import Any

from host_sim.console import views
from host_sim.console.shop import Shop
from host_sim.host import INSTITUTION

FORMAT = "picotill-payment-1"


async def timeline(shop: Shop, payment_id: int) -> dict[str, Any] | None:
    """payment, postings and events: what was seen at the counter, between it the host's own lines."""
    payment = await shop.host.store.read(lambda session: views.payment(session, payment_id))
    if payment is None:
        return None
    events = shop.recorder.of(payment["batch"], payment["trace"])
    events += [_posting(entry) for entry in payment["postings"]]
    events.sort(key=lambda event: (datetime.fromisoformat(event["at"]).astimezone(UTC), event["n"]))
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


async def export(shop: Shop, payment_id: int) -> dict[str, Any] | None:
    """The timeline as a file for others: what it is, when it was made, and everything that the page shows."""
    told = await timeline(shop, payment_id)
    if told is None:
        return None
    made = {"format": FORMAT, "made": shop.world.now().isoformat(timespec="seconds"), "acquirer": INSTITUTION}
    return {**made, "redacted": True, **told}
