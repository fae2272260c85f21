"""Offline sale by voice: the merchant has telephoned the issuer and types the authorisation code that was said."""

from till.flows.errors import Stopped
from till.flows.guard import may_pay
from till.flows.kept import of_tap
from till.flows.offline import caps_of
from till.flows.present import TAP, present
from till.flows.sale import take_offline

CODE_DIGITS = 6
CALL_MS = 600_000


async def voice_sale(till):
    """Taken whether there is a link or not: the issuer has approved it already. Within the caps of its own kind."""
    if not caps_of(till, "voice")["on"]:
        raise Stopped("offline-off")
    await may_pay(till)
    amount_fen = await till.ui.ask_amount("voice", "", till.settings["most_fen"])
    await till.ui.confirm("details", "voice", amount_fen)
    card = await present(till, "voice", amount_fen, (TAP,))
    cvm = card.cvm
    if cvm == "online-pin":
        raise Stopped("offline-never")
    await till.ui.confirm("question", "voice", "call-issuer", amount_fen, timeout_ms=CALL_MS)
    code = await till.ui.ask_digits("voice", "enter-auth-code", CODE_DIGITS, least=CODE_DIGITS)
    payment = till.book.create(
        "sale", amount_fen, till.clock.epoch(), till.settings["operator"],
        card=of_tap(card, False), authority="voice", auth_code=code,
    )  # fmt: skip
    card.wipe()
    await take_offline(till, payment, cvm)
