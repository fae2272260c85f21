"""The customer presents a card."""

from till.card.errors import CardError
from till.card.reader import read
from till.card.transaction import Transaction, bcd
from till.flows.errors import Stopped
from till.ui.interact import Cancelled

PRESENT_MS = 60_000
AWAY_MS = 1_500  # time to take the card away before it is looked for again
TRIES = 3
AGAIN = ("card-gone", "bad-data", "see-phone")  # worth another tap


async def present(till, kind, amount_fen):
    """One CardRead, with the field off again. Raises Cancelled by the keypad, Stopped with the card's fault."""
    again = False
    for left in range(TRIES - 1, -1, -1):
        till.ui.show("present_card", kind, amount_fen, again)
        # before the field is on: what could fail here must not leave it so
        transaction = _transaction(till, amount_fen)
        await _wait(till)
        till.ui.show("reading_card", kind, amount_fen)
        try:
            return await read(till.devices.nfc, transaction)
        except CardError as error:
            if error.code not in AGAIN or not left:
                raise Stopped(error.code)
            till.ui.show("present_card", kind, amount_fen, True)
            await till.ui.beep(2)
            await till.clock.sleep_ms(AWAY_MS)
            again = True


async def _wait(till):
    """Until a card is in the field. The cancel key ends it; other keys mean nothing here."""
    nfc, keypad, clock = till.devices.nfc, till.devices.keypad, till.clock
    deadline_ms = clock.ticks_ms() + PRESENT_MS
    while True:
        left_ms = deadline_ms - clock.ticks_ms()
        try:
            target, fired = await nfc.wait_card((keypad.pressed,), left_ms) if left_ms > 0 else (None, None)
        except nfc.TwoCards:
            raise Stopped("two-cards")
        except nfc.ReaderError:
            raise Stopped("reader")
        if target is not None:
            return
        if fired is None:
            raise Stopped("no-card")
        key = keypad.read()
        while key is not None:
            if key == "cancel":
                raise Cancelled("cancel key")
            key = keypad.read()


def _transaction(till, amount_fen):
    local = till.clock.local()
    return Transaction(
        amount_fen,
        bytes([bcd(part % 100, 1)[0] for part in local[:3]]),
        till.devices.entropy(4),
        bcd(till.book.coming_trace(), 4),
        till.settings["terminal_id"].encode(),
        till.settings["no_pin_most_fen"],
        till.settings["most_fen"],
        time=bytes([bcd(part, 1)[0] for part in local[3:6]]),
    )
