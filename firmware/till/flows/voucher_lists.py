"""What became of every voucher number of a batch, for its settlement slip."""

from till.journal import payment as states

# state: the list that it stands in; approved and acknowledged ones stand in the totals
LISTS = (
    (states.OFFLINE, "not-uploaded"), (states.SENDING, "not-uploaded"), (states.REFUSED, "refused"),
    (states.REVERSING, "unresolved"), (states.UNRESOLVED, "unresolved"), (states.RESOLVED, "unresolved"),
    (states.CANCELLED, "cancelled"),
    (states.REVERSED, "reversed"), (states.DECLINED, "declined"), (states.ABANDONED, "abandoned"),
)  # fmt: skip


def lists_of(payments, tried_again):
    """({name: [(trace, amount_fen[, response]), ...]}, first trace, last trace) of a batch's payments; voided
    sales are listed too, though they count, because their void counts on the other side. tried_again(payment): whether
    another payment stands for a refused one."""
    lists, first, last = {}, None, None
    names = dict(LISTS)
    voided = set()
    for payment in payments:
        if first is None or payment.trace < first:
            first = payment.trace
        if last is None or payment.trace > last:
            last = payment.trace
        if payment.kind == "void" and payment.state == states.APPROVED:
            voided.add((payment.original_trace, payment.amount_fen))
        name = names.get(payment.state)
        if payment.decided and name:
            name = "handed-over"
            if payment.state == states.REFUSED:
                name = "retried" if tried_again(payment) else "debt"
        if name:
            line = (payment.trace, payment.amount_fen)
            lists.setdefault(name, []).append(line + (payment.response,) if payment.state == states.REFUSED else line)
    if voided:
        lists["voided"] = sorted(voided)
    return lists, first, last
