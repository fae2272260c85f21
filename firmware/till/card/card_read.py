"""What is left of a card when it has been read."""


class CardRead:
    """A card that may pay, online.

    entry: "C" contactless. pan, expiry (YYMM), track2 (with D): str. psn: str of 3 digits,
    "000" where the card has none.
    aid, atc (2), arqc (8), tvr (5), tsi (2), iad (tag 9F10): bytes. label: str.
    cvm: "none" or "online-pin": what the flow still has to ask for. pin_entered: bool, the flow's note that it did.
    de55: list of (tag int, bytes) in the order of field 55 of the request; packed it is at most 255 bytes.
    """

    __slots__ = (
        "entry", "pan", "psn", "expiry", "track2", "aid", "label", "de55",
        "cvm", "atc", "arqc", "tvr", "tsi", "iad", "pin_entered",
    )  # fmt: skip

    def __init__(self):
        self.wipe()

    def wipe(self):
        """Forget all of it; the next collection takes the memory."""
        self.entry = self.pan = self.psn = self.expiry = self.track2 = self.label = self.cvm = ""
        self.aid = self.atc = self.arqc = self.tvr = self.tsi = self.iad = b""
        self.de55 = []
        self.pin_entered = False

    def complete(self, reply_de55):
        """True when the card agrees with the host's answer. reply_de55: list of (tag, bytes) of the answer's field 55.

        A contactless card has left before the host answers and gave its one cryptogram in GET PROCESSING OPTIONS:
        there is no second GENERATE AC, and tag 91 reaches nobody. So the host's word stands.
        """
        if self.entry != "C":
            raise ValueError("no card step for entry %r" % self.entry)
        return True
