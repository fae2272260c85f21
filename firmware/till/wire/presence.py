"""Checks a message's fields against a profile's presence table."""

from till.wire.errors import WireError


def check_request(row, fields):
    """row: of MESSAGES; fields: {number: value}, F64 aside. Errors: WireError for one missing or not expected."""
    _none_strange(row.request, fields)
    _none_missing(row.request, fields, row.mti)


def check_answer(row, fields):
    """The same for an answer as received: with F39 = 00 all it must carry, else at least F39. F64 is not looked at."""
    _none_strange(row.answer, fields)
    if 39 not in fields:
        raise WireError(39, 0, "missing in the answer to %s" % row.mti)
    if fields[39] == "00":
        _none_missing(row.answer, fields, "the answer to " + row.mti)


def _none_missing(table, fields, name):
    for number in table:
        if number > 0 and number != 64 and number not in fields:
            raise WireError(number, 0, "missing in %s" % name)


def _none_strange(table, fields):
    for number in fields:
        if number != 64 and number not in table and -number not in table:
            raise WireError(number, 0, "not expected here")
