"""Raspberry Pi Pico: RP2040, 264 KB of RAM, 2 MB of flash, no radio. The floor: what runs here runs everywhere.

The line to the host is a serial one (docs/boards.md). docs/hardware.md has this table with what hangs where.
"""

NAME = "pico"
PINS = {
    "nfc_tx": 0, "nfc_rx": 1,
    "printer_tx": 4, "printer_rx": 5,
    "link_tx": 6, "link_rx": 7,
    "contact_tx": 8, "contact_rx": 9,
    "lines_rx": 10,  # stripe head and scanner on one line
    "buzzer": 12, "green": 13, "red": 14,
    "developer": 15,
    "sda": 20, "scl": 21, "keypad_int": 22,
}  # fmt: skip
LINK_BAUD = 115200
# name: (first sector, sectors) of 4096 bytes, behind the firmware
PARTITIONS = {"journal": (0, 128), "settings": (128, 2), "secret": (130, 1), "crash": (131, 1), "files": (132, 32),
              "parameters": (164, 8)}  # fmt: skip


def Board(argument=None):
    from boards import pico
    from boards.rp2.board import Rp2Board

    return Rp2Board(pico)


def developer():
    """Whether the developer's pin is held to ground."""
    from boards.rp2.buses import held

    return held(PINS["developer"])


def prepare():
    """Before the till is imported: newer modules than the frozen ones."""
    from boards.rp2.overlay import use

    use()


def restart():
    from boards.rp2.buses import restart

    restart()


def service():
    """The devices that work at the prompt, without a till."""
    from boards.rp2.service import service

    return service(PARTITIONS)
