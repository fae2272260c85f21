"""Whose code a customer shows: wallets by the digits that their codes begin with. The table is configuration."""

from micropython import const

from till.qr.errors import QrError

# wallet (F44: 002 WeChat, 003 Alipay, 004 UnionPay), first and last beginning (as many digits each), least and most
# digits
DEFAULT = (
    ("002", "10", "15", 18, 18),
    ("003", "25", "30", 16, 24),
    ("004", "62", "62", 19, 19),
)
_ROWS_MOST = const(16)


def checked(rows):
    """Rows as settings hold them, as a table. QrError with the number of the row that is wrong or meets another one."""
    if len(rows) > _ROWS_MOST:
        raise QrError(len(rows), "more than %d rows" % _ROWS_MOST)
    table = []
    for number, row in enumerate(rows):
        if len(row) != 5:
            raise QrError(number, "not five values")
        wallet, first, last, least, most = row
        if not (isinstance(first, str) and isinstance(last, str) and first.isdigit() and last.isdigit()):
            raise QrError(number, "a beginning that is not digits")
        if len(first) != len(last) or len(first) > 6 or first > last or not wallet:
            raise QrError(number, "beginnings")
        if not (isinstance(least, int) and isinstance(most, int)) or not len(first) < least <= most <= 40:
            raise QrError(number, "lengths")
        for other in table:
            short = min(len(first), len(other[1]))
            meets = first[:short] <= other[2][:short] and other[1][:short] <= last[:short]
            if meets and least <= other[4] and other[3] <= most:
                raise QrError(number, "overlaps %s" % other[0])
        table.append((wallet, first, last, least, most))
    return tuple(table)


def table_of(settings):
    """The table that holds: that of the settings, where they have one."""
    return settings.get("wallets") or DEFAULT


def wallet_of(code, table=DEFAULT):
    """The wallet of a scanned code (str), or None: no payment code that the table knows."""
    if not code.isdigit():
        return None
    for wallet, first, last, least, most in table:
        if least <= len(code) <= most and first <= code[: len(first)] <= last:
            return wallet
    return None
