"""What an EMV step may ask for. A step is a generator: it yields one of these and is sent the answer."""


class Apdu:
    """A command for the card. data: bytes. Answer: bytes, data and SW1 SW2, after 61xx and 6Cxx have been followed."""

    def __init__(self, data):
        self.data = data


class AskPin:
    """A PIN from the cardholder. least, most: digits; tries_left: for the screen, None unknown.

    Answer: str of digits, "" when it was bypassed, None when it was cancelled.
    """

    def __init__(self, least=4, most=12, tries_left=None):
        self.least = least
        self.most = most
        self.tries_left = tries_left


class Choose:
    """A choice by the cardholder. labels: tuple of str, best first. Answer: index, or None when it was cancelled."""

    def __init__(self, labels):
        self.labels = labels


class Online:
    """An authorisation by the host. card: CardRead. Answer: (response code str or None without one, field 55 as a list
    of (tag, bytes))."""

    def __init__(self, card):
        self.card = card
