"""What every card is that goes into a slot: pads, power, an answer to reset, commands (ISO/IEC 7816-3 and -4)."""

from typing import Protocol


class Mute(Exception):
    """The card says nothing, to a reset or to a command, though it is there."""


class Pulled(Exception):
    """The card left the slot while it was used."""


class ContactCard(Protocol):
    """delay_us: how long the card computed on the last answer.

    Optional attributes: voltages (1 = 5 V, 2 = 3 V, 4 = 1.8 V; 7 where it is absent), commands_as_tpdus (True:
    transmit() takes T=0 TPDUs and says 61xx and 6Cxx itself), leave (takes it out of its slot; set
    by whoever puts it in).
    """

    delay_us: int

    def power_on(self) -> bytes:
        """Resets the card. Its answer to reset. Mute."""
        ...

    def transmit(self, apdu: bytes) -> bytes:
        """One command, short form; data and status word. Mute, Pulled."""
        ...

    def power_off(self) -> None:
        """The session is forgotten, what is in non-volatile memory stays."""
        ...
