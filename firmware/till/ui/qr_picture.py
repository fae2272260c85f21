"""A QR code on the display: light modules are lit. The code is handed in: size, and dark(x, y).

On 128x64 dots a code of 45 modules (version 7) has one dot a module and a light border of 4; one of 25 (version 2) has
two. docs/hardware.md says what a camera needs.
"""

from micropython import const

_WIDTH = const(128)
_HEIGHT = const(64)
_QUIET = const(4)
_QUIET_LEAST = const(2)


def zoom_for(size):
    """Dots a module, or 0 where the code does not fit."""
    return _HEIGHT // (size + 2 * _QUIET_LEAST)


def draw(canvas, code, left=None):
    """Draws the code over the display's whole height, from column left on or in the middle. Returns (first column, dots
    wide), or None where it does not fit."""
    zoom = zoom_for(code.size)
    if not zoom:
        return None
    dots = min(_HEIGHT, (code.size + 2 * _QUIET) * zoom)
    if left is None:
        left = (_WIDTH - dots) // 2
    top = (_HEIGHT - dots) // 2
    inner = (dots - code.size * zoom) // 2
    buffer = canvas.buffer
    for y in range(dots):
        row = (top + y >> 3) * _WIDTH + left
        bit = 1 << (top + y & 7)
        module_y = (y - inner) // zoom
        for x in range(dots):
            if code.dark((x - inner) // zoom, module_y):
                buffer[row + x] &= 0xFF ^ bit
            else:
                buffer[row + x] |= bit
    return left, dots
