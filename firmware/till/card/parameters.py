"""What the acquirer tells a till about cards: CA public keys, revoked certificates, applications with their limits,
and cards that only their issuer may approve (the exception file).

They lie enciphered and authenticated on flash; a key is read from there when a card names it, and counts only while its
check sum is right and its date has not passed.
"""

from hashlib import sha256

from till.card.emv.aids import UNIONPAY, parse_aid
from till.card.emv.ca_keys import Store, parse_ca_key
from till.card.errors import CardError
from till.card.sealed_list import ListError, SealedList
from till.card.tlv import parse

CA_KEY, APPLICATION, REVOKED, EXCEPTIONS = 1, 2, 3, 4  # kinds of entry
_RID = 5
_DIGEST = 8  # of a card number, as the exception file has it


class Parameters:
    """block_device: of the partition, None on a board without one: then nothing is kept and the applications that are
    built in count. secret: of the board. spent_fen(pan): what a card has paid offline in the till's log."""

    def __init__(self, block_device, secret, spent_fen=None):
        self._list = SealedList(block_device, secret) if block_device is not None else None
        self._spent_fen = spent_fen
        self._aids = UNIONPAY
        self._keys = []  # (RID and index, entry's number)
        self._revoked = self._exceptions = ()

    @property
    def kept(self):
        """Whether there is anything of a download."""
        return self._list is not None and len(self._list.places) > 0

    @property
    def can_keep(self):
        return self._list is not None

    def open(self):
        """Reads what is on flash. What is damaged does not count."""
        if self._list is not None:
            self._list.open()
            self._index()

    def aids(self):
        """tuple of Aid: the downloaded ones, else those built in."""
        return self._aids

    def store(self, today):
        """What the card steps ask the till. today: 3 bytes BCD YYMMDD."""
        return _Stored(self, today, self._revoked, self._excepted, self._spent_fen)

    def begin(self):
        """Writer of what comes next: add(kind, data), commit(). What is there counts until then."""
        return self._list.begin()

    def commit(self, writer):
        writer.commit()
        self._index()

    def _index(self):
        aids, keys, revoked, exceptions = [], [], [], []
        for number, (kind, _) in enumerate(self._list.places):
            try:
                data = self._list.entry(number)
                if kind == APPLICATION:
                    aids.append(parse_aid(data))
                elif kind == CA_KEY:
                    keys.append((name_of(data), number))
                elif kind == REVOKED:
                    revoked += [(value[:5], value[5], value[6:9]) for _, value in parse(data) if len(value) == 9]
                elif kind == EXCEPTIONS:
                    exceptions += [bytes(value) for _, value in parse(data) if len(value) == _DIGEST]
            except (CardError, ListError):
                continue  # it does not count; a card that needs it goes on line
        self._aids = tuple(aids) or UNIONPAY
        self._keys, self._revoked, self._exceptions = keys, tuple(revoked), tuple(exceptions)

    def _excepted(self, pan, psn):
        """Whether the exception file has the card, whichever its sequence number."""
        return bool(self._exceptions) and sha256(pan.encode()).digest()[:_DIGEST] in self._exceptions

    def ca_key(self, name, today):
        """CaKey, None where there is none or it does not count any more. name: RID and index."""
        for known, number in self._keys:
            if known == name:
                try:
                    return parse_ca_key(self._list.entry(number), today)
                except (CardError, ListError):
                    return None
        return None


class _Stored(Store):
    """A Store whose keys stay on flash."""

    def __init__(self, parameters, today, revoked, listed, spent_fen):
        Store.__init__(self, (), revoked, listed, spent_fen)
        self._parameters, self._today = parameters, today

    def ca_key(self, rid, index):
        return self._parameters.ca_key(bytes(rid) + bytes((index,)), self._today)


def name_of(data):
    """RID and index of a CA key as downloaded. CardError."""
    found = dict(parse(data))
    name = found.get(0x9F06, b"") + found.get(0x9F22, b"")
    if len(name) != _RID + 1:
        raise CardError(0x9F06, 0, "RID or index")
    return name
