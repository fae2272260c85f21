"""Terminal verification results and transaction status information, bit by bit. Source: EMV 4.4 Book 3, annex C5, C6.

A bit is a number: its byte (0 first) in the upper eight bits, its mask in the lower ones.
"""

from micropython import const

ODA_NOT_PERFORMED = const(0x0080)
SDA_FAILED = const(0x0040)
ICC_DATA_MISSING = const(0x0020)
ON_EXCEPTION_FILE = const(0x0010)
DDA_FAILED = const(0x0008)
CDA_FAILED = const(0x0004)
SDA_SELECTED = const(0x0002)

DIFFERENT_VERSIONS = const(0x0180)
EXPIRED = const(0x0140)
NOT_YET_EFFECTIVE = const(0x0120)
SERVICE_NOT_ALLOWED = const(0x0110)
NEW_CARD = const(0x0108)

CVM_NOT_SUCCESSFUL = const(0x0280)
CVM_UNRECOGNISED = const(0x0240)
PIN_TRY_LIMIT_EXCEEDED = const(0x0220)
PIN_PAD_MISSING = const(0x0210)
PIN_NOT_ENTERED = const(0x0208)
ONLINE_PIN_ENTERED = const(0x0204)

FLOOR_LIMIT_EXCEEDED = const(0x0380)
LOWER_LIMIT_EXCEEDED = const(0x0340)
UPPER_LIMIT_EXCEEDED = const(0x0320)
SELECTED_AT_RANDOM = const(0x0310)
FORCED_ONLINE = const(0x0308)

DEFAULT_TDOL_USED = const(0x0480)
ISSUER_AUTHENTICATION_FAILED = const(0x0440)
SCRIPT_FAILED_BEFORE = const(0x0420)
SCRIPT_FAILED_AFTER = const(0x0410)

# TSI
ODA_PERFORMED = const(0x0080)
CVM_PERFORMED = const(0x0040)
CARD_RISK_MANAGEMENT_PERFORMED = const(0x0020)
ISSUER_AUTHENTICATION_PERFORMED = const(0x0010)
TERMINAL_RISK_MANAGEMENT_PERFORMED = const(0x0008)
SCRIPT_PERFORMED = const(0x0004)


def raise_bit(register, bit):
    """Set one bit of a bytearray: tvr of 5 or tsi of 2."""
    register[bit >> 8] |= bit & 0xFF
