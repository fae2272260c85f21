"""A card in a PC/SC reader as the rig's serial reader knows cards: power, commands (host_sim/rig/cards/contact.py)."""

from collections.abc import Callable

from host_sim.rig.cards import atr
from host_sim.rig.cards.contact import Mute, Pulled
from tools.errors import ToolError
from tools.pcsc.service import TRANSMIT_S, Connection, Context, Gone, Silent

T0, T1 = 1, 2


class PcscCard:
    """name: the reader's. said: told why a card cannot be used, and what to do. transmit_s: so long a command may take.

    Each card has a connection of its own to the service. Where a command has made no answer in time the card is mute
    until it is taken out: the service may wait for it for ever, and lets nothing else through meanwhile.
    """

    delay_us = 0

    def __init__(self, name: str, said: Callable[[str], object] = print, transmit_s: float = TRANSMIT_S):
        self._name, self._said, self._transmit_s = name, said, transmit_s
        self._context: Context | None = None
        self._connection: Connection | None = None
        self.commands_as_tpdus = False
        self.mute = False

    def power_on(self) -> bytes:
        self.power_off()
        if self.mute:
            raise Mute
        try:
            context = self._context = Context(self._transmit_s)
            connection = context.connect(self._name, T0 | T1)
            first = T1 if atr.read(connection.atr).protocols[0] else T0
            if connection.protocol != first:  # the till speaks what the card offers first
                connection.close()
                connection = context.connect(self._name, first)
        except Gone:
            self.power_off()
            raise Pulled from None
        except ToolError as error:
            self.power_off()
            self._said(f"{error.what}; {error.do_next}")
            raise Mute from None
        except (Silent, ValueError):
            self.power_off()
            raise Mute from None
        self._connection = connection
        self.commands_as_tpdus = connection.protocol == T0
        return connection.atr

    def transmit(self, apdu: bytes) -> bytes:
        if self._connection is None or self.mute:
            raise Mute
        try:
            return self._connection.transmit(apdu)
        except Gone:
            raise Pulled from None
        except Silent as silent:
            self.mute = silent.blocked
            raise Mute from None

    def power_off(self) -> None:
        context, self._context = self._context, None
        connection, self._connection = self._connection, None
        if context is not None and connection is not None and self.mute:
            context.abandon(connection)
        elif context is not None:
            if connection is not None:
                connection.close()
            context.close()
