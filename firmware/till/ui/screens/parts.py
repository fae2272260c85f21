"""What several screens have in common: the title bar, the amount, the row of keys."""

from till.ui.canvas import COLUMNS, width
from till.ui.money import yuan


def title(canvas, text, line=0):
    """A text in the middle of a dark-on-light bar."""
    canvas.center(line, text)
    canvas.invert(line)


def fits(left, right):
    """Whether two texts go on one line with a space between."""
    return width(left) + width(right) < COLUMNS


def pair(canvas, line, left, right):
    """A label at the left edge and its value at the right one; a label that does not fit gives way, never the value."""
    if fits(left, right):
        canvas.text(0, line, left)
    canvas.right(line, right)


def amount(canvas, strings, line, amount_fen):
    """An amount at the right edge with its unit, or without it when only the digits fit."""
    digits = yuan(amount_fen)
    unit = strings["yuan"]
    canvas.right(line, digits + unit if width(digits + unit) <= COLUMNS else digits)


def pair_amount(canvas, strings, line, left, amount_fen):
    """A label and an amount, with its unit where there is room for it."""
    digits = yuan(amount_fen)
    unit = strings["yuan"]
    pair(canvas, line, left, digits + unit if fits(left, digits + unit) else digits)


def counted(text, count, right):
    """A text with a number, closed up where they would not fit beside right."""
    spaced = "%s %d" % (text, count)
    return spaced if fits(spaced, right) else "%s%d" % (text, count)


def keys(canvas, strings, clear=False, line=3):
    """What the keys do: cancel at the left, confirm at the right, clear between them where it means something."""
    left = canvas.text(0, line, strings["cancel"])
    confirm = strings["confirm"]
    canvas.right(line, confirm)
    if clear:
        text = strings["clear"]
        canvas.text((left + COLUMNS - width(confirm) - width(text)) // 2, line, text)


def lines(canvas, line, text):
    """Draw the screen lines of a text parted by "/". Returns the line after them."""
    for part in text.split("/"):
        canvas.center(line, part)
        line += 1
    return line
