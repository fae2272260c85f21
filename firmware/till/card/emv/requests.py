"""What an EMV step may ask for. A step is a generator: it yields one of these and is sent the answer.

An answer may also be an exception thrown into the step; till.card.reader throws CardError "card-gone" and "reader".
"""


class Apdu:
    """A command for the card. data: bytes. Answer: bytes, data and SW1 SW2, after 61xx and 6Cxx have been followed."""

    def __init__(self, data):
        self.data = data


class AskPin:
    """A PIN from the cardholder. least, most: digits; tries_left: for the screen, None unknown.

    online: True when the PIN goes to the host; then the caller keeps it for field 52, and the step looks only whether
    there is one. language: "zh", "en" or "", the cardholder's. Answer: str of digits, "" when bypassed, None when
    it was cancelled.
    """

    def __init__(self, least=4, most=12, tries_left=None, online=False, language=""):
        self.least = least
        self.most = most
        self.tries_left = tries_left
        self.online = online
        self.language = language


class Choose:
    """A choice by the cardholder. labels: tuple of str, best first; one label asks for consent.

    language: as of AskPin. Answer: index, or None when it was cancelled.
    """

    def __init__(self, labels, language=""):
        self.labels = labels
        self.language = language


class Commit:
    """The card is about to be asked for its first cryptogram. card: CardRead with pan, aid, tvr, cvm filled in.

    The caller makes its record CREATED durable before it answers. Answer: anything.
    """

    def __init__(self, card):
        self.card = card


class Online:
    """An authorisation by the host. card: CardRead with arqc and de55. Answer: Reply, made durable (REPLIED) before it
    is given; or None when no byte left the till, and the card may then approve offline where the rules let it.

    Where a byte left and no answer came, answer Reply(False, "Z3"): the card is asked to decline. The reversal is the
    caller's.
    """

    def __init__(self, card):
        self.card = card


class Reply:
    """The host's word. approved: bool. arc: response code of field 39, two characters. objects: field 55 of the answer
    as a list of (tag, bytes): 91, 71, 72, 8A."""

    def __init__(self, approved, arc, objects=()):
        self.approved = approved
        self.arc = arc
        self.objects = objects
