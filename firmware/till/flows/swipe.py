"""A stripe that was swiped: always on line, with a PIN where the service code asks for one."""

from till.card.card_read import CardRead
from till.flows.terms import today

SWIPED, FALLBACK = "S", "F"


def card_of(till, stripe, fallback):
    """CardRead of a Stripe. fallback: its chip has failed. CardError "use-chip", "expired"."""
    stripe.check(today(till), fallback)
    card = CardRead()
    card.entry = FALLBACK if fallback else SWIPED
    track2 = stripe.track2
    card.pan, card.expiry, card.track2 = track2.pan, track2.expiry, track2.digits
    card.cvm = "online-pin" if stripe.pin_wanted else "signature"
    card.outcome = "online"
    return card
