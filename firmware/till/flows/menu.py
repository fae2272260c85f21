"""The menu: what this till can do now, by the numbers of the classic terminals."""

from till.flows import (
    by_code,
    caps,
    diagnostics,
    download,
    enquiry,
    export,
    factory_reset,
    manage,
    overdue,
    paper,
    payouts,
    refund,
    refused,
    sale,
    settle,
    settle_mode,
    update,
    voice,
    void,
    wifi,
)  # fmt: skip
from till.ui.interact import Cancelled

# key of the text, what it starts: a flow, or another page; the devices of which it needs one
QR = (("qr-scan", by_code.scan, ("scanner",)), ("qr-show", by_code.show))
PRINT = (("print-last", paper.reprint_last), ("print-any", paper.reprint_any), ("print-settlement", settle.reprint))
OFFLINE = (
    ("offline-queue", manage.show_queue), ("send-now", manage.send_now), ("voice-sale", voice.voice_sale),
    ("overdue-menu", overdue.decide), ("refused-menu", refused.from_menu), ("caps-menu", caps.choose_caps),
    ("export-menu", export.export),
)  # fmt: skip
MANAGE = (
    ("sign-on", manage.sign_on_again), ("settle", settle.settle), ("totals", manage.show_totals),
    ("query", manage.query), ("sign-off", manage.sign_off), ("lock", manage.lock), ("version", manage.version),
    ("settle-mode", settle_mode.choose_mode), ("diagnostics", diagnostics.diagnostics),
    ("download", download.by_hand), ("update", update.by_hand), ("factory-reset", factory_reset.factory_reset),
    ("wifi-menu", wifi.set_up, ("wifi",)),
)  # fmt: skip
ENQUIRE = (
    ("takings", enquiry.takings), ("query", manage.query), ("totals", manage.show_totals),
    ("ask-line", enquiry.ask_about), ("payout", payouts.last), ("payout-lines", payouts.lines),
    ("pay-out", payouts.start), ("query-last", manage.query_last),
)  # fmt: skip
MAIN = (
    ("sale", sale.sale, ("nfc", "contact", "stripe")), ("void", void.void), ("refund", refund.refund),
    ("offline-menu", OFFLINE), ("print", PRINT), ("manage", MANAGE), ("enquire", ENQUIRE),
    ("qr", QR),
)  # fmt: skip


async def menu(till):
    """Walks down to a flow and runs it. Cancel, or nobody, leaves the menu: nothing was begun."""
    title, page = "menu", MAIN
    while isinstance(page, tuple):
        try:
            there = offered(till.devices, page)
            title, page = there[await till.ui.choose(title, [entry[0] for entry in there])][:2]
        except Cancelled:
            return
    await page(till)


def offered(devices, page):
    """The entries of a page for which this board has what they need."""
    return [entry for entry in page if len(entry) == 2 or any([getattr(devices, name) for name in entry[2]])]
