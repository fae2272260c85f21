"""F48 of 0500 and 0510: a batch's totals, 62 digits.

For domestic and then for foreign cards: debit amount 12, debit count 3, credit amount 12, credit count 3, flag 1.
Flag in an answer: 1 match, 2 mismatch, 3 error; 0 in a request.
"""

from till.wire.errors import WireError

_FIELD = 48
_WIDTHS = (12, 3, 12, 3, 1)
_NAMES = ("debit amount", "debit count", "credit amount", "credit count", "flag")
_SCHEME_DIGITS = 31


def pack_totals(domestic, foreign):
    """Each: (debit_fen, debit_count, credit_fen, credit_count, flag), ints -> str of 62 digits.

    Errors: WireError(48, offset in digits, reason).
    """
    text = ""
    for scheme in (domestic, foreign):
        if len(scheme) != len(_WIDTHS):
            raise WireError(_FIELD, len(text), "not five numbers a scheme")
        for i in range(len(_WIDTHS)):
            digits = "%0*d" % (_WIDTHS[i], scheme[i])
            if scheme[i] < 0 or len(digits) > _WIDTHS[i]:
                raise WireError(_FIELD, len(text), "%s does not fit %d digits" % (_NAMES[i], _WIDTHS[i]))
            text += digits
    return text


def unpack_totals(text):
    """str of 62 digits -> (domestic, foreign), each five ints as in pack_totals(). Errors: WireError."""
    if len(text) != 2 * _SCHEME_DIGITS:
        raise WireError(_FIELD, 0, "%d digits, not %d" % (len(text), 2 * _SCHEME_DIGITS))
    for i in range(len(text)):
        if not "0" <= text[i] <= "9":
            raise WireError(_FIELD, i, "not a digit")
    return _scheme(text[:_SCHEME_DIGITS]), _scheme(text[_SCHEME_DIGITS:])


def _scheme(text):
    numbers = []
    for width in _WIDTHS:
        numbers.append(int(text[:width]))
        text = text[width:]
    return tuple(numbers)
