"""Sets the lines of a slip: (bytes for the printer, style bits) each. ASCII is one column a byte, Chinese two.

Since GB2312 takes two bytes a character and two columns on paper, the length of a line in bytes is its width.
"""

import micropython
from micropython import const

from till.slip.gbk import CODES, PAIRS
from till.slip.labels import SlipError

BOLD = const(1)
BIG = const(2)  # twice as wide and high: half the columns
CENTER = const(4)


def encode(text):
    """Text to the printer's bytes; bytes pass as they are (a merchant's name). SlipError for an unknown character."""
    if isinstance(text, (bytes, bytearray)):
        return bytes(text)
    out = bytearray()
    for offset, character in enumerate(text):
        code = ord(character)
        if 0x20 <= code < 0x7F:
            out.append(code)
        else:
            out.extend(_pair(code, offset))
    return bytes(out)


@micropython.viper
def _find(codes: ptr8, count: int, code: int) -> int:
    """Place of a code point in so many, sorted, two bytes each, high byte first; or -1."""
    low = 0
    high = count
    while low < high:
        middle = (low + high) >> 1
        if ((codes[2 * middle] << 8) | codes[2 * middle + 1]) < code:
            low = middle + 1
        else:
            high = middle
    if low < count and ((codes[2 * low] << 8) | codes[2 * low + 1]) == code:
        return low
    return 0 - 1


def _pair(code, offset):
    at = _find(CODES, len(CODES) >> 1, code)
    if at < 0:
        raise SlipError("text", offset, "no such character on the printer: run make fonts")
    return PAIRS[2 * at : 2 * at + 2]


def line(text, style=0):
    return (encode(text), style)


def center(text, style=0):
    return (encode(text), style | CENTER)


def rule(columns, mark="-"):
    return (encode(mark * columns), 0)


def labelled(label, value, columns, style=0):
    """Lines that say "label value": one, or where it is too long the value broken into more lines below."""
    return wrap(encode(label) + b" " + encode(value), columns, style)


def sides(left, right, columns, style=0):
    """Lines with left at the left edge and right at the right one: one, or two where they do not fit."""
    left, right = encode(left), encode(right)
    gap = columns - len(left) - len(right)
    if gap >= 1:
        return [(left + b" " * gap + right, style)]
    return [(left, style), (b" " * max(0, columns - len(right)) + right, style)]


def table(label, first, second, columns, style=0):
    """Lines of three columns, the values aligned right: label | first | second; the label alone where too wide."""
    label, first, second = encode(label), encode(first), encode(second)
    room = columns * 3 // 8
    edge = columns - room
    if len(label) + len(first) < edge and len(second) < room:
        return [(label + _to_right(first, edge - len(label)) + _to_right(second, room), style)]
    half = columns // 2
    return [(label, style), (_to_right(first, half) + _to_right(second, half), style)]


def _to_right(data, columns):
    return b" " * max(0, columns - len(data)) + data


def wrap(data, columns, style=0):
    """Break encoded text into lines of at most columns, at a space where one is near, never within a character."""
    out = []
    while len(data) > columns:
        end = at = 0
        space = -1
        while True:
            at += 2 if data[at] >= 0x80 else 1
            if at > columns:
                break
            end = at
            if at < len(data) and data[at] == 0x20:
                space = at
        if space > columns // 2:
            out.append((data[:space], style))
            data = data[space + 1 :]
        else:
            out.append((data[:end], style))
            data = data[end:]
    out.append((data, style))
    return out
