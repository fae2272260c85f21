"""ESP32-S3 with 8 MB of flash and 2 MB of PSRAM or more (DevKitC-1 N8R2 and its like): Wi-Fi, native USB.

It has three UARTs and no PIO: no line is left for stripe head and scanner. The pins keep clear of flash and octal PSRAM
(26-37), USB (19, 20), the strapping pins (0, 3, 45, 46), the USB adapter's (43, 44) and JTAG (39-42).
"""

NAME, FAMILY = "esp32s3", "esp32"
PINS = {
    "green": 1, "red": 2,
    "contact_tx": 4, "contact_rx": 5,
    "buzzer": 6, "keypad_int": 7,
    "sda": 8, "scl": 9,
    "lcd_cs": 10, "lcd_mosi": 11, "lcd_sck": 12, "lcd_dc": 13, "lcd_reset": 14,
    "printer_tx": 15, "printer_rx": 16,
    "nfc_tx": 17, "nfc_rx": 18,
    "developer": 21,
}  # fmt: skip
# what hangs where, by the chip's numbers; UART 0 is free because our image's prompt is on USB
BUSES = {
    "nfc": ("uart", 1), "printer": ("uart", 2), "contact": ("uart", 0), "i2c": ("i2c", 0), "lcd": ("spi", 1),
    "link": ("wifi",),
}  # fmt: skip
HAS = ("nfc", "contact", "wifi", "tls")
# name: (first sector, sectors) of 4096 bytes, within the partition "picotill" (boards/esp32/PICOTILL_S3/)
PARTITIONS = {"journal": (0, 256), "settings": (256, 2), "secret": (258, 1), "crash": (259, 1),
              "parameters": (260, 8)}  # fmt: skip
