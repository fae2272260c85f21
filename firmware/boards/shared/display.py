"""Which display is there: the OLED where it answers on I2C, else the colour display on SPI, which cannot answer."""

from micropython import const

from boards.shared.buses import Output, Spi
from till.drivers.ssd1306 import SSD1306

_LCD_HZ = const(31_250_000)
_RESET_MS = const(10)
_AWAKE_MS = const(120)


def display(file, i2c, pause):
    """file: the board file. pause(ms): blocks. Raises OSError where neither is there."""
    try:
        return SSD1306(i2c)
    except OSError:
        if "lcd" not in file.BUSES:
            raise
    from till.drivers.st7789 import ST7789

    pins = file.PINS
    reset = Output(pins["lcd_reset"])
    pause(_RESET_MS)
    reset.drive(1)
    pause(_AWAKE_MS)
    spi = Spi(file.BUSES["lcd"][1], pins["lcd_sck"], pins["lcd_mosi"], _LCD_HZ)
    return ST7789(spi, Output(pins["lcd_cs"], 1), Output(pins["lcd_dc"]), pause)
