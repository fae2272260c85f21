"""A slip that lists payments of the offline queue: waiting too long, kept as a debt, handed over to the acquirer.

Below the head and the facts of every slip one line a payment, "000001/000012 88.00 51": batch and voucher number, yuan,
the host's response code where there is one; at the end their number and sum, 合计 TOTAL.
"""

from till.slip.labels import Labels
from till.slip.layout import BOLD, labelled, rule
from till.slip.sale import date_time, head
from till.slip.settlement import yuan


def list_slip(settings, language, title, rows, local, operator="", note=""):
    """Returns its lines, (bytes, style bits) each. rows: (batch, trace, amount_fen, response or ""). local: the date at
    the merchant's, or None. note: one more line, such as a digest. settings as on a sale slip."""
    labels = Labels(language)
    columns = getattr(settings, "columns", 32)
    out = head(settings, labels, title, False)
    if operator:
        out += labelled(labels["operator"], operator, columns)
    if local is not None:
        out += labelled(labels["date"], date_time(local), columns)
    out.append(rule(columns))
    total_fen = 0
    for batch, trace, amount_fen, response in rows:
        total_fen += amount_fen
        out += labelled("%06d/%06d" % (batch, trace), ("%s %s" % (yuan(amount_fen), response)).rstrip(), columns)
    out.append(rule(columns))
    out += labelled(labels["total"], "%d %s" % (len(rows), yuan(total_fen)), columns, BOLD)
    if note:
        out += labelled(labels["digest"], note, columns)
    out.append(rule(columns))
    return out
