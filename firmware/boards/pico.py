"""Raspberry Pi Pico: RP2040, 264 KB of RAM, 2 MB of flash, no radio. The floor: what runs here runs everywhere.

The line to the host is a serial one (docs/boards.md). No TLS: its 35 KB are not to be had beside a card's.
"""

NAME, FAMILY = "pico", "rp2"
PINS = {
    "nfc_tx": 0, "nfc_rx": 1,
    "printer_tx": 4, "printer_rx": 5,
    "link_tx": 6, "link_rx": 7,
    "contact_tx": 8, "contact_rx": 9,
    "lines_rx": 10,  # stripe head and scanner on one line
    "buzzer": 12, "green": 13, "red": 14,
    "developer": 15,
    "lcd_dc": 16, "lcd_cs": 17, "lcd_sck": 18, "lcd_mosi": 19,
    "sda": 20, "scl": 21, "keypad_int": 22,
    "lcd_reset": 26,
}  # fmt: skip
# what hangs where: UARTs and buses by the chip's numbers, PIO by its state machines
BUSES = {
    "nfc": ("uart", 0), "printer": ("uart", 1), "i2c": ("i2c", 0), "lcd": ("spi", 0),
    "contact": ("pio", 0, 1), "lines": ("pio", 2), "link": ("pio", 3, 4),
}  # fmt: skip
HAS = ("nfc", "contact", "stripe", "scanner")
# name: (first sector, sectors) of 4096 bytes, behind the firmware
PARTITIONS = {"journal": (0, 128), "settings": (128, 2), "secret": (130, 1), "crash": (131, 1), "files": (132, 32),
              "parameters": (164, 8), "update-a": (172, 52), "update-b": (224, 52)}  # fmt: skip
