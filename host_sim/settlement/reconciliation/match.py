"""The comparison itself, once, as expressions: an engine of any size runs them. Tables in, tables out; no I/O.

Source of the manner: a reconciliation pairs items by their key, and calls each that pairs with nothing, or with another
amount, by what it is.
"""

# Columns are typed when an expression is built, not before: what does not fit raises there, whatever the data.
# pyright: reportOperatorIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false, reportReturnType=false

import ibis
from ibis.expr.types import StringValue, Table

TILL_SAYS = ("same", "other", "absent", "only_till", "silent")
"""same: the till's batch has it with our amount, by item or by totals that agree. other: with another amount. absent:
the till uploaded its batch without it. only_till: the till and the channel have it and we have not. silent: no
evidence (its batch is open, or it is not a till's)."""


def vouched(ours: Table, totals: Table) -> Table:
    """The batches whose own totals are what our payments of them come to: (terminal, batch, scheme).

    Of such a batch the till has said the same of every item at once.
    """
    counted = ours.standing.isin(["due", "later", "cleared", "short"]) & (ours.kind != "reversal")
    stand = ours.filter(ours.batch.notnull() & counted)
    amount = stand.amount_fen.abs()
    sums = stand.group_by("terminal", "batch", "scheme").agg(
        our_debit_fen=ibis.ifelse(stand.credit, 0, amount).sum(),
        our_debit_count=ibis.ifelse(stand.credit, 0, 1).sum(),
        our_credit_fen=ibis.ifelse(stand.credit, amount, 0).sum(),
        our_credit_count=ibis.ifelse(stand.credit, 1, 0).sum(),
    )
    both = sums.join(totals, ["terminal", "batch", "scheme"])
    same = both.filter(
        (both.our_debit_fen == both.debit_fen)
        & (both.our_debit_count == both.debit_count)
        & (both.our_credit_fen == both.credit_fen)
        & (both.our_credit_count == both.credit_count)
    )
    return same.select("terminal", "batch", "scheme").mutate(vouched=ibis.literal(True))


def compare(ours: Table, till: Table, totals: Table, channel: Table) -> Table:
    """One row for every line of the file and for every item that is due and not in it.

    finding: matched, long, short, amount, duplicate or late. difference_fen: what the channel has more than we,
    negative less: of a line that is none of ours what it pays for it, of a late one 0, or by what its amount is not
    ours. till_says: see TILL_SAYS. Columns: line, reference, kind, our_fen, channel_fen, fee_fen, payment_id,
    merchant_id, day, standing, finding, channel_terminal, channel_trace, difference_fen, till_says.
    """
    nth = channel.mutate(nth=ibis.row_number().over(group_by=["reference", "kind"], order_by="line"))
    theirs = nth.select(
        "line",
        "nth",
        "fee_fen",
        reference="reference",
        kind="kind",
        channel_fen="amount_fen",
        channel_terminal="terminal",
        channel_trace="trace",
    )
    mine = ours.rename(our_fen="amount_fen")
    pairs = mine.outer_join(theirs, ["reference", "kind"])
    pairs = pairs.mutate(
        reference=ibis.coalesce(pairs.reference, pairs.reference_right),
        kind=ibis.coalesce(pairs.kind, pairs.kind_right),
    ).drop("reference_right", "kind_right")
    found = pairs.mutate(finding=_finding(pairs))
    found = found.filter(found.finding != "none")
    more_fen = found.channel_fen - found.our_fen
    difference = ibis.cases(
        (found.finding.isin(["long", "duplicate"]), found.channel_fen - found.fee_fen),
        (found.finding == "short", -found.our_fen),
        (found.finding.isin(["amount", "late"]), more_fen),
        else_=0,
    )
    return _with_till(found.mutate(difference_fen=difference), till, vouched(ours, totals)).select(
        *"line reference kind our_fen channel_fen fee_fen payment_id merchant_id day standing finding".split(),
        "channel_terminal",
        "channel_trace",
        "difference_fen",
        "till_says",
    )


def _finding(pairs: Table) -> StringValue:
    ours, theirs = pairs.our_fen.notnull(), pairs.channel_fen.notnull()
    return ibis.cases(
        (~theirs & (pairs.standing == "due"), "short"),
        (~theirs, "none"),
        (pairs.nth > 0, "duplicate"),
        (~ours | (pairs.standing == "gone"), "long"),
        (pairs.standing == "cleared", "duplicate"),
        (pairs.standing == "short", "late"),
        (pairs.our_fen != pairs.channel_fen, "amount"),
        else_="matched",
    )


def _with_till(found: Table, till: Table, agreed: Table) -> Table:
    """What the third side says of each."""
    item = till.select("terminal", "made", "trace", till_fen="amount_fen", uploaded=ibis.literal(True))
    known = found.left_join(item, ["terminal", "made", "trace"]).drop("terminal_right", "made_right", "trace_right")
    known = known.left_join(agreed, ["terminal", "batch", "scheme"]).drop(
        "terminal_right", "batch_right", "scheme_right"
    )
    # A line that we do not know: the till may, by the terminal and trace that the channel was told.
    lone = item.group_by("terminal", "trace").agg(lone_fen=item.till_fen.max())
    lone = lone.rename(lone_terminal="terminal", lone_trace="trace")
    known = known.left_join(
        lone, [known.channel_terminal == lone.lone_terminal, known.channel_trace == lone.lone_trace]
    )
    says = ibis.cases(
        (known.our_fen.isnull() & (known.lone_fen == known.channel_fen.abs()), "only_till"),
        (known.our_fen.isnull(), "silent"),
        (known.uploaded & known.till_fen.isnull(), "absent"),
        (known.uploaded & (known.till_fen != known.our_fen.abs()), "other"),
        (known.uploaded | known.vouched, "same"),
        else_="silent",
    )
    return known.mutate(till_says=says)


def unmatched(compared: Table) -> Table:
    """The rows that need a work list."""
    return compared.filter(compared.finding != "matched")


def sums(compared: Table) -> Table:
    """What the comparison comes to by finding: how many, and in fen what we expected and what the channel has."""
    return compared.group_by("finding").agg(
        items=compared.count(),
        our_fen=compared.our_fen.sum(),
        channel_fen=compared.channel_fen.sum(),
        fee_fen=compared.fee_fen.sum(),
    )
