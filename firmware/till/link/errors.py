"""How an exchange with the host can end other than with an answer that may be believed."""


class NotSent(Exception):
    """No byte left the till: the host cannot know of the message."""


class NotSecured(NotSent):
    """The host cannot be believed to be the host, or does not believe us. args: key of the answer that says why."""


class NoAnswer(Exception):
    """Bytes left the till and no answer that belongs to them came in time."""


class BadMac(NoAnswer):
    """An answer came whose MAC is missing or wrong: it is no answer."""


class KeysWrong(Exception):
    """The host's working keys do not open or do not check: ask the acquirer to load the TMK again."""


class NotSignedOn(Exception):
    """There are no working keys: sign on first."""


class Refused(Exception):
    """The host said no. args: response code (F39)."""


class ReversalPending(Exception):
    """Both sides do not agree yet: the reversal is in the journal and goes out until it is acknowledged.
    args: reason (F39)."""


class Reversed(Exception):
    """The payment was undone on both sides. args: reason (F39)."""
