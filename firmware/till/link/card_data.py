"""Chip data between the card, the journal and F55: the journal keeps it as it goes over the line."""

from till.wire import de55


def packed(objects):
    """objects: [(tag, value), ...] as the card room hands them over -> bytes of F55."""
    return de55.pack(objects)


def tags_of(payment):
    """{tag: value} of a payment's chip data; empty where the card had no chip."""
    return dict(de55.unpack(payment.de55 or b""))
