"""Runs on the till in place of main.py: puts payments into its queue, as many as a long day without a line leaves.

Standard input: [{"pan", "psn", "expiry", "track2", "de55" (hex), "amount_fen", "epoch"}, ...]. Start it from the
firmware's folder with the rig's address.
"""

import json
import sys
from binascii import unhexlify

sys.path.insert(0, ".")

from main import board_class
from till.journal.book import Book
from till.journal.ring import Ring
from till.keys.vault import derive


class Card:
    entry, pin_entered, label = "C", False, None


devices = board_class()(sys.argv[1]).devices
ring = Ring(devices.flash("journal"), derive(devices.secret, "journal"))
ring.open()
book = Book(ring)
book.load()
for row in json.loads(sys.stdin.read()):
    card = Card()
    for name in ("pan", "psn", "expiry", "track2"):
        setattr(card, name, row[name])
    card.de55 = unhexlify(row["de55"])
    payment = book.create("sale", row["amount_fen"], row["epoch"], "01", card=card)
    book.offline(payment)
    book.printed(payment)
print(book.offline_count)
