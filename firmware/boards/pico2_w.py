"""Raspberry Pi Pico 2 W: RP2350, 520 KB of RAM, 4 MB of flash, Wi-Fi. The recommended one.

Wired as a Pico, but for the line to the host: that is the radio's, on GPIO 23, 24, 25 and 29, with PIO 1.
"""

NAME, FAMILY = "pico2_w", "rp2"
PINS = {
    "nfc_tx": 0, "nfc_rx": 1,
    "printer_tx": 4, "printer_rx": 5,
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
    "contact": ("pio", 0, 1), "lines": ("pio", 2), "link": ("wifi",),
}  # fmt: skip
HAS = ("nfc", "contact", "stripe", "scanner", "wifi", "tls")
# name: (first sector, sectors) of 4096 bytes, behind the firmware
PARTITIONS = {"journal": (0, 256), "settings": (256, 2), "secret": (258, 1), "crash": (259, 1), "files": (260, 128),
              "parameters": (388, 8), "update-a": (398, 57),
              "update-b": (455, 57)}  # fmt: skip
