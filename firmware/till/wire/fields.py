"""The fields of UnionPay-style terminal messages, as data.

field: (number, kind, length digits, most)
kind: n packed digits, left-aligned; r packed digits, right-aligned; z track digits, packed, "=" as nibble D;
a printable ASCII; b bytes. Length digits: 0 fixed, 2 or 3 packed digits in front; for n and z the length counts
digits, else bytes. Most: digits or bytes; a fixed field has exactly that many.
"""

FIELDS = (
    (2, "n", 2, 19),  # primary account number
    (3, "n", 0, 6),  # processing code
    (4, "n", 0, 12),  # amount, fen
    (11, "n", 0, 6),  # systems trace audit number
    (12, "n", 0, 6),  # local time, hhmmss
    (13, "n", 0, 4),  # local date, MMDD
    (14, "n", 0, 4),  # expiry, YYMM
    (15, "n", 0, 4),  # settlement date, MMDD
    (22, "n", 0, 3),  # point of service entry mode
    (23, "r", 0, 3),  # card sequence number
    (25, "n", 0, 2),  # point of service condition code
    (26, "n", 0, 2),  # most digits of a PIN
    (32, "n", 2, 11),  # acquiring institution
    (35, "z", 2, 37),  # track 2
    (36, "z", 3, 104),  # track 3
    (37, "a", 0, 12),  # retrieval reference number
    (38, "a", 0, 6),  # authorisation code
    (39, "a", 0, 2),  # response code
    (41, "a", 0, 8),  # terminal
    (42, "a", 0, 15),  # merchant
    (43, "a", 0, 40),  # merchant's name and place
    (44, "a", 2, 25),  # issuer 11, acquirer 11
    (48, "n", 3, 322),  # totals, details
    (49, "a", 0, 3),  # currency
    (52, "b", 0, 8),  # PIN block
    (53, "n", 0, 16),  # security control information
    (54, "a", 3, 255),  # additional amounts
    (55, "b", 3, 255),  # chip data, BER-TLV
    (59, "a", 3, 300),  # tag A3, length 3, a code that is scanned or shown
    (60, "n", 3, 17),  # type 2, batch 6, network code 3, reader 1, chip 1, partial 1, account type 3
    (61, "n", 3, 29),  # original batch 6, trace 6, date 4, authorisation mode 2, institution 11
    (62, "b", 3, 512),  # working keys, upload usage, terminal data
    (63, "a", 3, 163),  # operator or scheme 3, free text
    (64, "b", 0, 8),  # MAC
)
