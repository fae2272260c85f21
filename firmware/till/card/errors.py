"""The error of the card room."""


class CardError(Exception):
    """A card, or bytes of one, that the till does not take. args: tag, offset, reason, code. Never a card's data.

    tag: the EMV tag it is about, 0 where there is none. offset: byte in the data given.
    code: what the screen says by: "card-gone" present it again, "no-application" no application of ours,
    "bad-data" unreadable, "declined" the card declined, "use-other" another card or way, "over-limit" over the till's
    limit, "see-phone" the phone wants its owner's consent first, "reader" the reader failed, "blocked" the card or its
    application is blocked, "chip-failed" the chip cannot be read and the stripe may be swiped (fallback),
    "cancelled" by the cardholder, "other-card" not the card of the broken tap before, "use-chip" a chip card was
    swiped, "expired" the card is out of date.
    """

    def __init__(self, tag, offset, reason, code="bad-data"):
        super().__init__(tag, offset, reason, code)
        self.tag = tag
        self.offset = offset
        self.reason = reason
        self.code = code

    def __str__(self):
        return "%s: tag %X at %d: %s" % (self.code, self.tag, self.offset, self.reason)
