"""T=0: commands as the TPDUs that a card of that protocol takes. Source: ISO/IEC 7816-3:2006, section 12.2; EMV 4.4
Book 1, section 9.3.1. Procedure bytes are the reader's.
"""

from micropython import const

_PARTS_MOST = const(16)


class T0Error(Exception):
    """An answer that T=0 does not know. args: reason."""


def _get_response(cla, length):
    return bytes((cla, 0xC0, 0, 0, length))


class T0:
    """answer: bytearray that takes the data of a whole answer."""

    def __init__(self, answer):
        self._answer = answer

    def transmit(self, apdu):
        """Generator: yields (TPDU, 0), is sent data and SW1 SW2, returns the answer to a short command APDU as bytes.

        61xx is fetched with GET RESPONSE, 6Cxx asked again with the length that the card named; a warning (62xx, 63xx)
        to a command that has data and wants data is followed by GET RESPONSE too, and is the status of the whole.
        """
        size = len(apdu)
        if size < 4 or size > 5 and size not in (5 + apdu[4], 6 + apdu[4]):
            raise T0Error("no short command APDU")
        wants = size == 5 or size > 5 and size == 6 + apdu[4]  # Le is there
        both = wants and size > 5
        if size == 4:
            tpdu = bytes(apdu) + b"\x00"
        else:
            tpdu = bytes(memoryview(apdu)[:-1]) if both else bytes(apdu)
        chain = apdu[0]
        length = 0
        warning = None
        for part in range(_PARTS_MOST):
            reply = yield tpdu, 0
            if reply is None or len(reply) < 2:
                raise T0Error("answer without status word")
            sw1 = reply[-2]
            sw2 = reply[-1]
            end = length + len(reply) - 2
            if end > len(self._answer):
                raise T0Error("answer over %d bytes" % len(self._answer))
            memoryview(self._answer)[length:end] = memoryview(reply)[: len(reply) - 2]
            length = end
            if sw1 == 0x61:
                tpdu = _get_response(chain, sw2)
            elif sw1 == 0x6C and len(tpdu) == 5:
                tpdu = tpdu[:4] + bytes((sw2,))
            elif both and not part and sw1 in (0x62, 0x63):
                warning = bytes((sw1, sw2))
                tpdu = _get_response(chain, 0)
            else:
                status = bytes((sw1, sw2)) if warning is None else warning
                return bytes(memoryview(self._answer)[:length]) + status
        raise T0Error("answer in more than %d parts" % _PARTS_MOST)
