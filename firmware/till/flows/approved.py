"""The result that merchant and customer see together."""

from till.ui.answers import answer

SEEN_MS = 3_000
NO_REMARK = "00"


async def show_approved(till, payment):
    remark = "" if payment.response == NO_REMARK else answer(till.settings["language"], payment.response)[0]
    if payment.settled:
        remark = till.ui.strings["settled-now"]
    till.ui.show("approved", payment.kind, payment.amount_fen, payment.trace, payment.auth_code or "", remark)
    till.devices.green.drive(1)
    await till.ui.beep()
    await till.ui.key(SEEN_MS)
    till.devices.green.drive(0)
