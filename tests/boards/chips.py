"""What each pin of a chip can do, and which pins of a board are not the user's.

Sources: RP2040 datasheet, 1.4.3, table 2; RP2350 datasheet, 1.2.3, table 3; Raspberry Pi Pico and Pico 2 W datasheets
(GPIO used by the board itself); ESP32-S3 datasheet 2.2 and 2.3.5, ESP32-S3-WROOM-1 datasheet 3.2, ESP32-S3 TRM 6 (any
peripheral on any pin through the GPIO matrix).
"""

from typing import NamedTuple

SPI_ROLES = ("rx", "cs", "sck", "tx")
UART_ROLES = ("tx", "rx", "cts", "rts")


def rp2_functions() -> dict[int, set[tuple[str, int, str]]]:
    """Functions 1 to 3 of GPIO 0 to 29: (bus, its number, role)."""
    uarts = (0, 1, 1, 0, 0, 1, 1, 0)  # of each four pins
    found = {}
    for pin in range(30):
        found[pin] = {
            ("spi", pin // 8 % 2, SPI_ROLES[pin % 4]),
            ("uart", uarts[pin // 4], UART_ROLES[pin % 4]),
            ("i2c", pin // 2 % 2, ("sda", "scl")[pin % 2]),
        }
    return found


def rp2350_functions() -> dict[int, set[tuple[str, int, str]]]:
    """As the RP2040, and function 11: the pins of CTS and RTS as TX and RX."""
    found = rp2_functions()
    for functions in found.values():
        for bus, number, role in tuple(functions):
            if bus == "uart" and role in ("cts", "rts"):
                functions.add((bus, number, "tx" if role == "cts" else "rx"))
    return found


class Chip(NamedTuple):
    """functions: by pin, None where any peripheral reaches any pin. numbers: of each kind of bus. pins: that exist.
    taken: pin and what it is for. blocks, machines: of PIO."""

    functions: dict[int, set[tuple[str, int, str]]] | None
    numbers: dict[str, range]
    pins: frozenset[int]
    taken: dict[int, str]
    blocks: int
    machines: int


RP2_NUMBERS = {"uart": range(2), "i2c": range(2), "spi": range(2)}
PICO_OWN = {23: "power supply mode", 24: "VBUS", 25: "LED", 29: "VSYS"}
RADIO = {23: "radio on", 24: "radio data", 25: "radio select", 29: "radio clock"}
S3_TAKEN = {
    0: "strapping: boot", 3: "strapping: JTAG", 45: "strapping: flash voltage", 46: "strapping: messages",
    19: "USB D-", 20: "USB D+", 43: "the board's USB adapter", 44: "the board's USB adapter",
    **dict.fromkeys(range(26, 33), "flash and PSRAM"), **dict.fromkeys(range(33, 38), "octal PSRAM"),
    **dict.fromkeys(range(39, 43), "JTAG"), 38: "RGB lamp", 48: "RGB lamp",
}  # fmt: skip
CHIPS = {
    "pico": Chip(rp2_functions(), RP2_NUMBERS, frozenset(range(30)), PICO_OWN, 2, 4),
    "pico2_w": Chip(rp2350_functions(), RP2_NUMBERS, frozenset(range(30)), RADIO, 3, 4),
    # SPI(1) of MicroPython is the chip's SPI2, the first that is not the flash's
    "esp32s3": Chip(
        None, {"uart": range(3), "i2c": range(2), "spi": range(1, 3)},
        frozenset(range(22)) | frozenset(range(26, 49)), S3_TAKEN, 0, 0,
    ),
}  # fmt: skip
