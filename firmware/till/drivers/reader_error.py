"""What a card reader's driver raises, contact and contactless alike."""


class ReaderError(Exception):
    """The reader or its line failed. args: reader, what was under way, reason. Never data of a card."""

    def __str__(self):
        return "%s %s: %s" % self.args


class CardGone(ReaderError):
    """The card was taken away while it was needed."""


class TwoCards(ReaderError):
    """More than one card is in the field: whose money it would be cannot be told."""


class CardMute(ReaderError):
    """The card is there and does not answer as a card does: dead, put in the wrong way round, or no smart card."""
