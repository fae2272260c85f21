"""Dates of cards. Source: EMV 4.4 Book 4, 6.7.3 (two digits of a year)."""


def with_century(date):
    """BCD YYMMDD or YYMM as bytes that compare as the dates do: years from 50 on are of the last century."""
    return (b"\x19" if date[0] >= 0x50 else b"\x20") + date
