"""The profile `cup-3des`: UnionPay style, ECB MAC, 3DES. What differs between acquirers, as data.

The till is handed this module; another profile is another module with the same names.

MESSAGES is the presence table: message x field x request or answer x under the MAC or not. A negative number means
that the field may be there. An answer with F39 = 00 carries all that are not negative; any other at least F39.
"""

from collections import namedtuple

NAME = "cup-3des"
MAC = "cup-ecb"  # a name of till/keys/mac.py
KEY_LAYOUT = "double-pik-single-mak"  # a name of till/keys/working.py; F62 of 0810
TPDU = b"\x60\x00\x03\x00\x00"
HEADER = b"\x61\x31\x00\x31\x00\x00"  # class 61 (IC), version 31, state 0, host request 0, reserved 310000

CURRENCY = "156"  # F49
PIN_DIGITS = "12"  # F26: most digits of a PIN
# F53, 16 digits with zeros behind: how the PIN block is made (with PAN) or that there is none, 6 for double-length keys
PIN_SECURITY = "26"
NO_PIN_SECURITY = "06"
TRACK_ENCIPHERED = "1"  # the digit after those: the tracks are under the TDK
UPLOAD_USAGE = "61"  # F62 of a 0320 item
BY_VOICE = "01"  # F61, authorisation mode: by telephone
REFUND_SCHEME = "000"  # F63.1 of a refund
DOMESTIC = "CUP"  # F63.1 of an answer: a domestic card

# F22: how the card number came in, then PIN_ENTERED or NO_PIN as third digit
ENTRY = {"M": "01", "S": "02", "F": "02", "Q": "03", "I": "05", "C": "07"}
PIN_ENTERED = "1"
NO_PIN = "2"
# F60.4 reader capability and F60.5 chip condition, after type, batch and network code
READER = {"S": "2", "F": "5", "I": "5", "C": "6"}
CHIP_GOOD = "0"
CHIP_FAILED = "2"
FALLBACK = "F"  # the entry of a stripe that stands in for a chip that failed
CODE_TAG = "A3"  # F59: tag, length in three digits, the code
# F39 of a 0400: why it is reversed
REVERSAL_REASONS = ("98", "96", "A0", "06")  # timeout, terminal fault, MAC failure, other
REVERSAL_DONE = ("00", "12", "25")  # answers to a 0400 that finish it
APPROVED = ("00", "10", "11", "A2", "A4", "A5", "A6")  # money moved; 10 in part, which the till reverses; then remarks

# mti; processing F3, condition F25, type F60.1, network F60.3 (None: none or as the original); request and answer:
# field numbers; maced: under F64; reversible: undone by a reversal when no answer comes
Row = namedtuple(
    "Row", ("mti", "processing", "condition", "type", "network", "request", "answer", "maced", "reversible")
)

_SALE_ANSWER = (2, 3, 4, 11, 12, 13, 14, 15, 25, 32, 37, 38, 39, 41, 42, 44, 49, -55, 60, 63, 64)
_VOID_ANSWER = (2, 3, 4, 11, 12, 13, 14, 15, 25, 32, 37, 38, 39, 41, 42, 44, 49, 60, 63, 64)
_CODE_ANSWER = (3, 4, 11, 12, 13, 15, 25, 32, 37, 38, 39, 41, 42, 44, 49, 60, 63, 64)
_UPLOAD_ANSWER = (11, 12, 13, 32, 37, 39, 41, 42, 60, 64)

_DOWNLOAD = ((11, 41, 42, 60, -62, 64), (11, 12, 13, 32, 37, 39, 41, 42, 60, 62, 64), True, False)

# fmt: off
MESSAGES = {
    "sign_on": Row("0800", None, None, "00", "003", (11, 41, 42, 60, 63),
                   (11, 12, 13, 32, 37, 39, 41, 42, 60, 62), False, False),
    "echo": Row("0820", None, None, "00", "301", (41, 42, 60), (12, 13, 39, 41, 42, 60), False, False),
    "parameters": Row("0800", None, None, "00", "360", (11, 41, 42, 60, 62, 64),
                      (11, 12, 13, 32, 37, 39, 41, 42, 60, 62, 64), True, False),
    "enquiry": Row("0800", None, None, "00", "365", (11, 41, 42, 60, 62, 64),
                   (11, 12, 13, 32, 37, 39, 41, 42, 60, 62, 64), True, False),
    "ca_keys": Row("0800", None, None, "00", "372", *_DOWNLOAD),
    "ca_key": Row("0800", None, None, "00", "370", *_DOWNLOAD),
    "ca_keys_end": Row("0800", None, None, "00", "371", *_DOWNLOAD),
    "applications": Row("0800", None, None, "00", "382", *_DOWNLOAD),
    "application": Row("0800", None, None, "00", "380", *_DOWNLOAD),
    "applications_end": Row("0800", None, None, "00", "381", *_DOWNLOAD),
    "update_offer": Row("0800", None, None, "00", "390", *_DOWNLOAD),
    "update_part": Row("0800", None, None, "00", "391", *_DOWNLOAD),
    "sale": Row("0200", "000000", "00", "22", "000",
                (2, 3, 4, 11, 14, 22, -23, 25, -26, 35, -36, 41, 42, 49, -52, -53, -55, 60, 64),
                _SALE_ANSWER, True, True),
    "reversal": Row("0400", None, None, None, "000",
                    (2, 3, 4, 11, 14, 22, -23, 25, 39, 41, 42, 49, -55, 60, -61, 64),
                    (2, 3, 4, 11, 12, 13, 15, 25, 32, 37, 39, 41, 42, 44, 49, 60, 64), True, False),
    "script_result": Row("0620", None, None, "00", "951",
                         (2, 3, 4, 11, 22, -23, 25, 37, -38, 41, 42, 49, 55, 60, 61, 64),
                         (2, 3, 4, 11, 12, 13, 25, 32, 37, 39, 41, 42, 49, 60, 64), True, False),
    "void": Row("0200", "200000", "00", "23", "000",
                (2, 3, 4, 11, 14, 22, 25, 37, 38, 41, 42, 49, 60, 61, 64), _VOID_ANSWER, True, True),
    "refund": Row("0220", "200000", "00", "25", "000",
                  (2, 3, 4, 11, 14, 22, 25, 37, 38, 41, 42, 49, 60, 61, 63, 64), _VOID_ANSWER, True, False),
    "offline": Row("0220", "000000", "00", "30", "000",
                   (2, 3, 4, 11, 14, 22, 23, 25, 35, -38, 41, 42, 49, -53, 55, 60, 61, 64), _SALE_ANSWER, True, False),
    "qr_scan": Row("0200", "710000", "00", "60", "000", (3, 4, 11, 22, 25, 41, 42, 44, 49, 59, 60, 64), _CODE_ANSWER,
                   True, True),
    "qr_show": Row("0200", "700000", "00", "60", "000", (3, 4, 11, 22, 25, 41, 42, 49, 60, 64),
                   (3, 4, 11, 12, 13, 15, 25, 32, 37, 38, 39, 41, 42, 44, 49, -59, 60, 63, 64), True, True),
    "qr_query": Row("0200", "730000", "00", "60", "000", (3, 4, 11, 25, 41, 42, 49, 60, 64), _CODE_ANSWER, True, False),
    "qr_void": Row("0200", "720000", "00", "60", "000", (3, 4, 11, 22, 25, 37, 38, 41, 42, 44, 49, 60, 61, 64),
                   _CODE_ANSWER, True, True),
    "qr_refund": Row("0220", "740000", "00", "60", "000", (3, 4, 11, 22, 25, 37, 38, 41, 42, 44, 49, 60, 61, 63, 64),
                     _CODE_ANSWER, True, False),
    "qr_reversal": Row("0400", None, None, "60", "000", (3, 4, 11, 22, 25, 39, 41, 42, 49, 60, -61, 64),
                       (3, 4, 11, 12, 13, 15, 25, 32, 37, 39, 41, 42, 44, 49, 60, 64), True, False),
    "qr_upload": Row("0320", None, "00", "60", "205", (4, 11, 22, 25, 37, 41, 42, 60, -61, 62, 64),
                     _UPLOAD_ANSWER, True, False),
    "settle": Row("0500", None, None, "00", "201", (11, 41, 42, 48, 49, 60, 63, 64),
                  (11, 12, 13, 15, 32, 37, 39, 41, 42, 48, 49, 60, 64), True, False),
    "upload": Row("0320", None, "00", "00", "205", (2, 4, 11, 22, -23, 25, 41, 42, -55, 60, -61, 62, 64),
                  _UPLOAD_ANSWER, True, False),
    "upload_end_matched": Row("0320", None, None, "00", "207", (11, 41, 42, 48, 60, 64), _UPLOAD_ANSWER, True, False),
    "upload_end_mismatch": Row("0320", None, None, "00", "202", (11, 41, 42, 48, 60, 64), _UPLOAD_ANSWER, True, False),
}
# fmt: on
