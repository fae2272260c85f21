"""The screens between payments: idle, menus, entries, printing, settlement. Each draws on a cleared canvas."""

from till.ui import money
from till.ui.screens import parts

ITEMS_A_PAGE = 3


def idle(canvas, strings, merchant, signed_on, link_up, queued, local, notice=None):
    """merchant: name as text. queued: offline payments not yet sent. local: (year, month, day, hour, minute, second)
    at the merchant's, or None while the clock is unset. notice: a text that stands in place of
    the date: something needs a decision soon."""
    parts.title(canvas, merchant)
    link = strings["link-up" if link_up else "link-down"]
    if not signed_on:
        state = strings["signed-off"]
    elif queued:
        state = parts.counted(strings["queued"], queued, link)
    else:
        state = strings["signed-on"]
    parts.pair(canvas, 1, state, link)
    if local is None:
        canvas.center(2, strings["clock-unset"])
    elif notice:
        canvas.center(2, notice)
    else:
        canvas.center(2, "%04d-%02d-%02d %02d:%02d" % tuple(local[:5]))
    canvas.center(3, strings["type-amount" if signed_on else "menu-sign-on"])


def notice(canvas, strings, title_key, *keys_of_lines):
    """A bar and up to three lines of text, by their keys."""
    parts.title(canvas, strings[title_key])
    first = 1 if len(keys_of_lines) > 2 else 2
    for offset, key in enumerate(keys_of_lines):
        canvas.center(first + offset, strings[key])


def question(canvas, strings, title_key, text_key, amount_fen=None, trace=None):
    """A question for confirm or cancel. trace: voucher number of the payment that it is about."""
    parts.title(canvas, strings[title_key])
    if trace is not None:
        parts.pair_amount(canvas, strings, 1, "%06d" % trace, amount_fen)
    elif amount_fen is not None:
        parts.amount(canvas, strings, 1, amount_fen)
    canvas.center(2, strings[text_key])
    parts.keys(canvas, strings)


def enter_digits(canvas, strings, title_key, prompt_key, typed, masked, too_short=False):
    """typed: the digits so far; masked shows their number only."""
    parts.title(canvas, strings[title_key])
    canvas.text(0, 1, strings["too-short" if too_short else prompt_key])
    canvas.center(2, "*" * len(typed) if masked else typed)
    parts.keys(canvas, strings, clear=True)


def menu(canvas, strings, title_text, items, chosen):
    """One page of a menu. items: texts; chosen: index of the item under the bar."""
    page = chosen // ITEMS_A_PAGE
    pages = (len(items) + ITEMS_A_PAGE - 1) // ITEMS_A_PAGE
    canvas.text(0, 0, title_text)
    if pages > 1:
        canvas.right(0, "%d/%d" % (page + 1, pages))
    for line in range(1, 1 + ITEMS_A_PAGE):
        index = page * ITEMS_A_PAGE + line - 1
        if index < len(items):
            canvas.text(0, line, "%s %s" % (index + 1 if index < 9 else "-", items[index]))
            if index == chosen:
                canvas.invert(line)


def printing(canvas, strings, copy="merchant-copy"):
    """copy: "merchant-copy", "customer-copy", "duplicate" or "step-print"."""
    parts.title(canvas, strings["printing"])
    canvas.center(1, strings[copy])
    canvas.center(2, strings["please-wait"])


def tear_off(canvas, strings):
    parts.title(canvas, strings["merchant-copy"])
    canvas.center(1, strings["tear-off"])
    canvas.center(2, strings["next-copy"])
    parts.keys(canvas, strings)


def settle_progress(canvas, strings, step, done=0, total=0):
    """step: key, "step-reversals" to "step-print". done of total items, drawn as a bar when total is known."""
    parts.title(canvas, strings["settle"])
    parts.pair(canvas, 1, strings[step], "%d/%d" % (done, total) if total else "")
    if total:
        canvas.hline(4, 36, 120)
        canvas.hline(4, 43, 120)
        canvas.hline(4, 37, min(done, total) * 120 // total, 6)
    canvas.center(3, strings["please-wait"])


def update_progress(canvas, strings, old, new, done, total):
    """old, new: versions as text. done of total bytes, drawn as a bar."""
    parts.title(canvas, strings["update"])
    parts.pair(canvas, 1, old, new)
    canvas.hline(4, 36, 120)
    canvas.hline(4, 43, 120)
    canvas.hline(4, 37, done * 120 // total, 6)
    parts.pair(canvas, 3, strings["cancel"], "%d%%" % (done * 100 // total))


def settle_result(canvas, strings, flag, debit_fen, debit_count, credit_fen, credit_count, batch):
    """flag: 1 totals match, 2 they differ, 3 error; the worse of the two schemes. batch: the new one's number."""
    parts.title(canvas, strings[("match", "mismatch", "settle-error")[flag - 1]])
    _total(canvas, strings, 1, "debit", debit_count, debit_fen)
    _total(canvas, strings, 2, "credit", credit_count, credit_fen)
    parts.pair(canvas, 3, strings["new-batch"], "%06d" % batch)


def _total(canvas, strings, line, key, count, amount_fen):
    """Count and amount on one line; a large amount leaves room for the label's short form only."""
    digits = money.yuan(amount_fen)
    left = "%s %d" % (strings[key], count)
    if not parts.fits(left, digits):
        left = "%s%d" % (strings[key + "-short"], count)
    parts.pair(canvas, line, left, digits)


def locked(canvas, strings):
    parts.title(canvas, strings["locked"])
    canvas.center(2, strings["unlock"])
