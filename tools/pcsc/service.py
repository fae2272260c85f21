"""The PC/SC service of this machine: readers, cards in them, one card's commands. Source: PC/SC 2.01 part 5; pcsclite.

Every call that may block runs in a thread of its own and is given up after a time: a mute card blocks for ever.
"""

import threading
from typing import Any, NamedTuple

from tools.errors import ToolError

TRANSMIT_S = 5.0
CONNECT_S = 8.0
WATCH_MS = 500


class Gone(Exception):
    """The card, or the reader with it, is not there any more."""


class Silent(Exception):
    """The card or the service says nothing. blocked: a call is still waiting, and lets no other one through."""

    def __init__(self, blocked: bool = False):
        super().__init__(blocked)
        self.blocked = blocked


class Reader(NamedTuple):
    """atr: of the card in it, b"" without one. busy: another program holds it for itself."""

    name: str
    atr: bytes
    busy: bool


def scard() -> Any:
    """pyscard's thin layer over PC/SC. ToolError where it is not installed."""
    try:
        from smartcard import scard as found  # pyright: ignore[reportMissingImports]: requirements/pcsc.txt, apart
    except ImportError:
        raise ToolError("PC/SC support is not installed", "run `make pcsc`, which installs pcscd and pyscard") from None
    return found


NEXT = {
    0x8010001D: ("the PC/SC service does not run", "start it: systemctl start pcscd (Debian: apt-get install pcscd)"),
    0x8010001E: ("the PC/SC service has ended", "start it again: systemctl start pcscd"),
    0x8010002E: ("no PC/SC reader is connected", "connect one, and see `picotill pcsc --list`"),
    0x80100009: ("there is no reader of that name", "see `picotill pcsc --list`"),
    0x8010000B: ("the reader is busy: another program holds its card", "end that program, or name another reader"),
    0x8010006A: ("this user may not use the PC/SC service", "add the user to pcscd's polkit rules, or run as root"),
}
GONE = {0x80100009, 0x80100017, 0x8010000C, 0x80100069, 0x8010001E, 0x80100003}
MUTE = {0x80100066, 0x80100067, 0x8010000A, 0x8010002F, 0x80100016, 0x80100068, 0x80100001}


def code(result: int) -> int:
    return result & 0xFFFFFFFF


def stop(result: int, what: str) -> None:
    """ToolError with what to do next, unless the call succeeded."""
    if code(result):
        other = (f"{what} failed, PC/SC error {code(result):08X}", "see `picotill pcsc --list`")
        raise ToolError(*NEXT.get(code(result), other))


class Context:
    """One connection to the service. transmit_s: so long a card may take over a command. close() it.

    A blocked call keeps its thread until the service answers, and never keeps the program from ending.
    """

    def __init__(self, transmit_s: float = TRANSMIT_S) -> None:
        self.transmit_s = transmit_s
        self._scard = scard()
        result, self._context = self._run(self._scard.SCardEstablishContext, CONNECT_S, self._scard.SCARD_SCOPE_SYSTEM)
        stop(result, "to reach the PC/SC service")

    def close(self) -> None:
        self._scard.SCardReleaseContext(self._context)

    def abandon(self, connection: "Connection") -> None:
        """Closes both once the service lets go of the call that blocks them."""

        def close() -> None:
            connection.disconnect()
            self.close()

        threading.Thread(target=close, name="pcsc", daemon=True).start()

    def _run(self, call: Any, most_s: float, *arguments: Any) -> Any:
        results: list[Any] = []
        thread = threading.Thread(target=lambda: results.append(call(*arguments)), name="pcsc", daemon=True)
        thread.start()
        thread.join(most_s)
        if not results:
            raise Silent(blocked=True)
        return results[0]

    def names(self) -> list[str]:
        """Readers in the service's order; none is an empty list."""
        result, names = self._run(self._scard.SCardListReaders, CONNECT_S, self._context, [])
        if code(result) == 0x8010002E:
            return []
        stop(result, "to list the readers")
        return list(names)

    def readers(self) -> list[Reader]:
        names = self.names()
        if not names:
            return []
        states = [(name, self._scard.SCARD_STATE_UNAWARE) for name in names]
        result, found = self._run(self._scard.SCardGetStatusChange, CONNECT_S, self._context, 0, states)
        stop(result, "to look into the readers")
        present, exclusive = self._scard.SCARD_STATE_PRESENT, self._scard.SCARD_STATE_EXCLUSIVE
        return [
            Reader(name, bytes(atr) if state & present else b"", bool(state & exclusive)) for name, state, atr in found
        ]

    def watch(self, name: str, state: int) -> tuple[int, bool, bool]:
        """Waits up to WATCH_MS for a change of a reader's state. (state, reader is there, card is in it)."""
        result, found = self._scard.SCardGetStatusChange(self._context, WATCH_MS, [(name, state)])
        if code(result) in (0x8010000A, 0):  # a timeout is no news
            now = found[0][1] if found else state
            there = not now & (self._scard.SCARD_STATE_UNKNOWN | self._scard.SCARD_STATE_UNAVAILABLE)
            return now & ~self._scard.SCARD_STATE_CHANGED, there, bool(there and now & self._scard.SCARD_STATE_PRESENT)
        return self._scard.SCARD_STATE_UNAWARE, False, False

    def connect(self, name: str, mask: int) -> "Connection":
        """Powers the card in a reader, for us alone. mask: protocols, 1 T=0, 2 T=1. Gone, Silent, ToolError."""
        result, card, protocol = self._run(
            self._scard.SCardConnect, CONNECT_S, self._context, name, self._scard.SCARD_SHARE_EXCLUSIVE, mask
        )
        if code(result) in GONE:
            raise Gone
        if code(result) in MUTE:
            raise Silent
        stop(result, "to connect to the card")
        return Connection(self, self._scard, card, protocol)


class Connection:
    """A card with power. protocol: 1 T=0, 2 T=1. atr: its answer to reset."""

    def __init__(self, context: Context, scard: Any, card: Any, protocol: int):
        self._context, self._scard, self._card, self.protocol = context, scard, card, protocol
        result, _, _, _, atr = context._run(scard.SCardStatus, CONNECT_S, card)
        if code(result):
            raise Gone
        self.atr = bytes(atr)

    def transmit(self, data: bytes) -> bytes:
        """A command and its answer. Gone, Silent."""
        pci = self._scard.SCARD_PCI_T0 if self.protocol == self._scard.SCARD_PROTOCOL_T0 else self._scard.SCARD_PCI_T1
        result, answer = self._context._run(
            self._scard.SCardTransmit, self._context.transmit_s, self._card, pci, list(data)
        )
        if code(result) in MUTE and self._there():
            raise Silent
        if code(result) or len(answer) < 2:
            raise Gone
        return bytes(byte & 0xFF for byte in answer)

    def _there(self) -> bool:
        return code(self._context._run(self._scard.SCardStatus, CONNECT_S, self._card)[0]) == 0

    def close(self) -> None:
        """Takes the power from the card."""
        try:
            self._context._run(self.disconnect, CONNECT_S)
        except Silent:
            pass

    def disconnect(self) -> None:
        self._scard.SCardDisconnect(self._card, self._scard.SCARD_UNPOWER_CARD)
