"""The RF side of a PN532: finds cards of type A and exchanges APDUs with them, in the time that takes.

Source: NXP UM0701-02, 7.3 (initiator commands) and 7.1 (status); ISO/IEC 14443-3 and -4 for times and block sizes.
"""

from collections.abc import Callable

from host_sim.rig.cards.card import Card
from host_sim.rig.field import Field
from host_sim.rig.world import Timer, World

TRY_US = 5_000  # one look for a card: request, anticollision, select, RATS
BYTE_US = 85  # 9 bits at 106 kbit/s
TURN_US = 100  # between the frame of one side and that of the other
FRAME = 64  # bytes of a block, both ways: what the chip offers in RATS
BLOCK_OVERHEAD = 3  # protocol byte and CRC
PART = 262  # bytes of an APDU in one exchange
CHAIN_MOST = 4096
FOREVER = 0xFF
MORE = 0x40
OK, TIMEOUT, OVERFLOW, WRONG_CONTEXT = 0x00, 0x01, 0x0E, 0x27

Reply = Callable[[bytes], object]


def air_us(count: int) -> int:
    """Time for count bytes in blocks, each answered, one way."""
    blocks = max(1, -(-count // (FRAME - BLOCK_OVERHEAD)))
    octets = count + blocks * BLOCK_OVERHEAD + (blocks - 1) * BLOCK_OVERHEAD
    return octets * BYTE_US + (2 * blocks - 1) * TURN_US


def silence_us(card: Card) -> int:
    """How long the chip waits for a mute card: its frame waiting time (ATS, TB1) for a block and two retries."""
    ats = card.ats
    at = 2 + (ats[1] >> 4 & 1) if len(ats) > 1 else 0
    integer = ats[at] >> 4 if len(ats) > at and ats[1] & 0x20 else 4
    return 3 * (302 << min(integer, 14))


class Target:
    """A card that was listed. alive: it has not lost the field since."""

    def __init__(self, card: Card):
        self.card, self.alive, self.selected = card, True, True
        self.incoming, self.outgoing = b"", b""

    def forget(self) -> None:
        self.card.reset()
        self.incoming = self.outgoing = b""


class Contactless:
    """world: the clock. field: where cards are. exchanges: APDUs that reached a card."""

    def __init__(self, world: World, field: Field):
        self.world, self.field = world, field
        self.exchanges = 0
        self.retries = FOREVER
        self.rats = True
        self.error = OK  # of the last exchange
        self.targets: list[Target] = []
        self._timer: Timer | None = None
        self._listing: tuple[int, int, int, bytes, Reply] | None = None
        field.watchers.append(self._field_changed)

    def stop(self) -> None:
        """Ends what is under way, without an answer."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._listing = None

    def off(self) -> None:
        """Switches the field off: every card forgets its session."""
        self.stop()
        for target in self.targets:
            target.forget()
        self.targets = []
        self.error = OK

    def _after(self, delay_us: int, call: Callable[..., object], *args: object) -> None:
        self._timer = self.world.call_after(delay_us, call, *args)

    # ---- InListPassiveTarget (7.3.5)
    def look(self, most: int, type_a: bool, wanted: bytes, reply: Reply) -> None:
        """Looks for cards until there is one, or MxRtyPassiveActivation more tries have passed. wanted: a UID."""
        self.off()
        last_us = self.world.now_us + (self.retries + 1) * TRY_US if self.retries != FOREVER else -1
        self._listing = (self.world.now_us, last_us, most if type_a else 0, wanted, reply)
        self._after(TRY_US, self._try)

    def _field_changed(self) -> None:
        for target in self.targets:
            target.alive = target.alive and target.card in self.field.cards
        if self._listing is not None and self._timer is None and self.field.cards:
            begun_us = self._listing[0]
            self._after(2 * TRY_US - (self.world.now_us - begun_us) % TRY_US, self._try)

    def _try(self) -> None:
        assert self._listing is not None
        _, last_us, most, wanted, reply = self._listing
        self._timer = None
        found = self._anticollision(most, wanted)
        if found:
            self._listing = None
            self.targets = [Target(card) for card in found]
            reply(bytes([len(found)]) + b"".join(self._describe(n, card) for n, card in enumerate(found, 1)))
        elif last_us >= 0 and self.world.now_us >= last_us:
            self._listing = None
            reply(b"\x00")
        elif last_us >= 0:
            self._after(TRY_US, self._try)
        # else nothing is there, and the field tells when something comes

    def _anticollision(self, most: int, wanted: bytes) -> list[Card]:
        """Cards in the order in which their UIDs win: where bits collide the reader goes on with 1, lowest bit first.
        Two cards of one UID cannot be told apart: none."""
        cards = [card for card in self.field.cards if wanted in (b"", card.uid)]
        if len({card.uid for card in cards}) < len(cards):
            return []
        order = sorted(cards, key=lambda card: [byte >> bit & 1 for byte in card.uid for bit in range(8)], reverse=True)
        return order[:most]

    def _describe(self, number: int, card: Card) -> bytes:
        """Tg, SENS_RES, SEL_RES (20: ISO/IEC 14443-4), NFCID1 and, when it was activated, its ATS."""
        sens_res = 0x04 | (len(card.uid) // 3 - 1) << 6
        head = bytes([number, 0x00, sens_res, 0x20, len(card.uid)]) + card.uid
        return head + (card.ats if self.rats else b"")

    # ---- InDataExchange (7.3.8)
    def exchange(self, number: int, data: bytes, more: bool, reply: Reply) -> None:
        target = self._target(number)
        if target is None or not target.selected:
            self._finish(reply, WRONG_CONTEXT)
        elif len(target.incoming) + len(data) > CHAIN_MOST:
            target.incoming = b""
            self._finish(reply, OVERFLOW)
        elif target.outgoing and not data and not more:
            self._part(target, reply)
        else:
            target.incoming += data
            target.outgoing = b""
            self._after(air_us(len(data)), self._to_card, target, more, reply)

    def _to_card(self, target: Target, more: bool, reply: Reply) -> None:
        if more and target.alive:
            self._finish(reply, OK)
            return
        apdu, target.incoming = target.incoming, b""
        answer = None
        if target.alive and self.rats:
            self.exchanges += 1
            answer = target.card.process(apdu)
        if answer is None:
            self._after(silence_us(target.card), self._finish, reply, TIMEOUT)
        else:
            self._after(target.card.time_us(apdu) + air_us(len(answer)), self._from_card, target, answer, reply)

    def _from_card(self, target: Target, answer: bytes, reply: Reply) -> None:
        if not target.alive:
            self._after(silence_us(target.card), self._finish, reply, TIMEOUT)
            return
        target.outgoing = answer
        self._part(target, reply)

    def _part(self, target: Target, reply: Reply) -> None:
        part, target.outgoing = target.outgoing[:PART], target.outgoing[PART:]
        self._finish(reply, MORE if target.outgoing else OK, part)

    def _finish(self, reply: Reply, status: int, data: bytes = b"") -> None:
        self._timer = None
        self.error = status & 0x3F
        reply(bytes([status]) + data)

    # ---- InSelect, InDeselect, InRelease, card presence (7.3.10 to 7.3.12, 7.2.1)
    def _target(self, number: int) -> Target | None:
        return self.targets[number - 1] if 1 <= number <= len(self.targets) else None

    def select(self, number: int) -> int:
        target = self._target(number)
        if target is None:
            return WRONG_CONTEXT
        if target.card not in self.field.cards:
            return TIMEOUT
        target.alive = target.selected = True
        return OK

    def deselect(self, number: int) -> int:
        """0: all of them."""
        if number and self._target(number) is None:
            return WRONG_CONTEXT
        for target in self.targets if number == 0 else self.targets[number - 1 : number]:
            target.selected = False
            target.forget()
        return OK

    def release(self, number: int) -> int:
        status = self.deselect(number)
        if status == OK:
            self.targets = [] if number == 0 else self.targets[: number - 1] + self.targets[number:]
        return status

    def present(self) -> int:
        """Whether the first target still answers."""
        if not self.targets:
            return WRONG_CONTEXT
        return OK if self.targets[0].alive else TIMEOUT
