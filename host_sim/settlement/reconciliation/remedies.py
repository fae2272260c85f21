"""What is done about a difference, by its kind and by what the third side says."""

from datetime import timedelta

WAIT = {"short": timedelta(days=3), "till": timedelta(days=3)}
"""How long a difference is left to settle itself before it is repaired: what is missing may come late."""


def remedy_of(kind: str, difference_fen: int, till_says: str) -> str:
    """Whom a difference is cleared to: channel, merchant or loss. See docs/reconciliation.md.

    A majority decides: what two of the three sides say stands, and the third one's side is put right.
    """
    if till_says == "only_till":
        return "merchant"  # till and channel have it: the merchant sold it, we have lost it
    if kind == "short" and till_says == "absent" and difference_fen < 0:
        return "merchant"  # neither channel nor till has it: the merchant has nothing coming
    return "channel"
