"""What is left of a card when it has been read."""

from micropython import const

FEN_UNKNOWN = const(-1)


class CardRead:
    """A card in a payment; the same object from the first step to the last, filled in as the steps go.

    entry: "C" contactless, "I" contact. pan, expiry (YYMM), track2 (with D): str. psn: str of 3 digits, "000" where
    the card has none. aid, atc (2), arqc (8: the last cryptogram, whatever its type), tvr (5), tsi (2), iad (tag
    9F10): bytes. label: str. language: "zh", "en" or "" as the card prefers (5F2D).
    cvm: "none", "online-pin", "offline-pin", "signature", "offline-pin-signature" or "device". With entry "C" and
    "online-pin" the flow still has to ask for the PIN. pin_entered: bool, the flow's note that it did.
    outcome: "online" (contactless: ask the host), "approved" or "declined". arc: "Y1", "Z1", "Y3", "Z3" or the host's.
    host_approved: bool; with outcome "declined" the payment has to be reversed.
    script_results: tag DF31, five bytes a script; with it a script notice is due, also after a CardError.
    available_fen: tag 9F5D, -1 where the card does not say.
    de55, de55_final, de55_reversal, de55_script: field 55 of the request, the confirming message or upload, the
    reversal and the script notice: list of (tag int, bytes); packed at most 255 bytes.
    """

    __slots__ = (
        "entry", "pan", "psn", "expiry", "track2", "label", "language", "cvm", "outcome", "arc",
        "aid", "atc", "arqc", "tvr", "tsi", "iad", "script_results",
        "de55", "de55_final", "de55_reversal", "de55_script", "pin_entered", "host_approved", "available_fen",
    )  # fmt: skip

    def __init__(self):
        self.wipe()

    def wipe(self):
        """Forget all of it; the next collection takes the memory."""
        self.entry = self.pan = self.psn = self.expiry = self.track2 = ""
        self.label = self.language = self.cvm = self.outcome = self.arc = ""
        self.aid = self.atc = self.arqc = self.tvr = self.tsi = self.iad = self.script_results = b""
        self.de55 = []
        self.de55_final = []
        self.de55_reversal = []
        self.de55_script = []
        self.pin_entered = self.host_approved = False
        self.available_fen = FEN_UNKNOWN
