"""The screens of a payment, in the order in which they are seen. Each draws on a cleared canvas.

kind: key of a text, "sale", "void", "refund" or "offline". Amounts in fen.
"""

from micropython import const

from till.ui.money import yuan
from till.ui.qr_picture import draw
from till.ui.screens import parts

_CODE_LEFT = const(64)
_BESIDE = const(8)  # characters that have room beside it


def enter_amount(canvas, strings, kind, amount_fen):
    parts.title(canvas, strings[kind])
    canvas.text(0, 1, strings["enter-amount"])
    parts.amount(canvas, strings, 2, amount_fen)
    parts.keys(canvas, strings, clear=True)


def details(canvas, strings, kind, amount_fen, trace=None):
    """What is about to be paid, for the merchant to confirm. trace: voucher number of the original, on a void."""
    parts.title(canvas, strings[kind])
    if trace is None:
        canvas.text(0, 1, strings["check-details"])
    else:
        parts.pair(canvas, 1, strings["trace"], "%06d" % trace)
    parts.amount(canvas, strings, 2, amount_fen)
    parts.keys(canvas, strings)


def present_card(canvas, strings, kind, amount_fen, text="present-card", others=False):
    """text: key of what is to be done now. others: the card may be inserted or swiped as well."""
    parts.title(canvas, strings[kind])
    parts.amount(canvas, strings, 1, amount_fen)
    canvas.center(2, strings[text])
    canvas.text(0, 3, strings["cancel"])
    if others:
        canvas.right(3, strings["or-insert"])


def waiting_payment(canvas, strings, amount_fen):
    """The customer has something to do on the phone."""
    parts.title(canvas, strings["qr-scan"])
    parts.amount(canvas, strings, 1, amount_fen)
    canvas.center(2, strings["see-customer"])
    canvas.text(0, 3, strings["cancel"])


def code_to_scan(canvas, strings, amount_fen, code):
    """The code over the right half, what it costs beside it. code: QrCode."""
    canvas.text(0, 0, strings["scan-me"])
    canvas.text(0, 1, yuan(amount_fen)[:_BESIDE])
    canvas.text(0, 2, yuan(amount_fen)[_BESIDE:])
    canvas.text(0, 3, strings["cancel"])
    draw(canvas, code, _CODE_LEFT)


def reading_card(canvas, strings, kind, amount_fen, inserted=False):
    parts.title(canvas, strings[kind])
    parts.amount(canvas, strings, 1, amount_fen)
    canvas.center(2, strings["reading-card"])
    canvas.center(3, strings["leave-card" if inserted else "hold-card"])


def enter_pin(canvas, strings, amount_fen, typed, too_short=False, note=""):
    """typed: how many digits, never which. note: text in place of the title."""
    parts.title(canvas, strings["pin-short"] if too_short else note or strings["enter-pin"])
    parts.amount(canvas, strings, 1, amount_fen)
    canvas.center(2, "*" * typed)
    parts.keys(canvas, strings, clear=True)


def processing(canvas, strings, kind, amount_fen, step="wait-success"):
    """step: key of what is under way, "connecting", "sending", "wait-success", "reversing"."""
    parts.title(canvas, strings[kind])
    if amount_fen is not None:
        parts.amount(canvas, strings, 1, amount_fen)
    canvas.center(2, strings[step])
    canvas.center(3, strings["please-wait"])


def approved(canvas, strings, kind, amount_fen, trace, auth_code="", remark=""):
    """remark: an answer's cause (answers.py) when the host approved with one; it stands in place of the code."""
    parts.title(canvas, strings[{"void": "voided", "refund": "refunded"}.get(kind, "approved")])
    parts.amount(canvas, strings, 1, amount_fen)
    parts.pair(canvas, 2, strings["trace"], "%06d" % trace)
    if remark:
        canvas.center(3, remark)
    elif auth_code:
        parts.pair(canvas, 3, strings["auth-code"], auth_code)


def offline(canvas, strings, amount_fen, trace, pending):
    """pending: accepted at the merchant's risk, the issuer has not been asked; else the card approved it."""
    parts.title(canvas, strings["accepted-offline" if pending else "approved-offline"])
    parts.amount(canvas, strings, 1, amount_fen)
    parts.pair(canvas, 2, strings["trace"], "%06d" % trace)
    if pending:
        canvas.center(3, strings["pending"])


def refused(canvas, strings, answer, trace, response):
    """An offline payment that the host did not take. answer: cause, advice and code; response: the host's code."""
    parts.title(canvas, strings["trace"] + " %06d" % trace)
    last = parts.lines(canvas, 1, answer[0])
    parts.lines(canvas, last, answer[1])
    canvas.center(3, strings["code"] + " " + (response or answer[2]))


def result(canvas, strings, cause, advice, code):
    """Three parts: the cause in the bar, what to do next, the code. See answers.answer()."""
    last = parts.lines(canvas, 0, cause)
    for line in range(last):
        canvas.invert(line)
    parts.lines(canvas, last, advice)
    canvas.center(3, strings["code"] + " " + code)
