"""A slip that says what was done with the till itself: title, a few values, one sentence."""

from till.slip.labels import Labels
from till.slip.layout import encode, labelled, rule, wrap
from till.slip.sale import date_time, head


def notice_slip(settings, language, title, rows, local, note):
    """Returns its lines, (bytes, style bits) each. rows: (word, value) as they are. local: the date at the merchant's,
    or None. note: label of the sentence. settings as on a sale slip."""
    labels = Labels(language)
    columns = getattr(settings, "columns", 32)
    out = head(settings, labels, title, False)
    if local is not None:
        out += labelled(labels["date"], date_time(local), columns)
    for word, value in rows:
        out += labelled(word, value, columns)
    out += wrap(encode(labels[note]), columns)
    out.append(rule(columns))
    return out
