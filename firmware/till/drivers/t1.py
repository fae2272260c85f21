"""T=1: commands as blocks. Source: ISO/IEC 7816-3:2006, section 11; EMV 4.4 Book 1, section 9.2.4.

Block: NAD 00 | PCB | LEN | INF.. | LRC. PCB of an I-block: 0 N(S) M 00000; of an R-block: 100 N(R) error (4);
of an S-block: 11 response kind (5).
"""

from micropython import const

_MORE = const(0x20)
_R = const(0x80)
_S = const(0xC0)
_RESYNCH, _IFS, _ABORT, _WTX = const(0), const(1), const(2), const(3)
_RESPONSE = const(0x20)
_DAMAGED, _OTHER = const(1), const(2)
IFSD = const(254)
_TRIES = const(3)
_BLOCKS_MOST = const(400)
_WTX_MOST = const(60)


class T1Error(Exception):
    """The card does not keep to the protocol. args: reason. mute: it said nothing at all."""

    def __init__(self, reason, mute=False):
        super().__init__(reason)
        self.mute = mute


def block(pcb, inf=b""):
    """A block around INF (at most 254 bytes)."""
    made = bytearray(len(inf) + 4)
    made[1] = pcb
    made[2] = len(inf)
    made[3:-1] = inf
    check = 0
    for byte in made:
        check ^= byte
    made[-1] = check
    return made


def pcb_of(data):
    """PCB of a block that arrived whole, else None."""
    if data is None or len(data) < 4 or data[0] or data[2] == 255 or len(data) != data[2] + 4:
        return None
    check = 0
    for byte in data:
        check ^= byte
    return None if check else data[1]


class T1:
    """One card's blocks and sequence numbers. ifsc: longest INF that it takes. answer: bytearray for whole answers.

    retries counts blocks that had to be asked for, or sent, again.
    """

    def __init__(self, ifsc, answer):
        self.retries = 0
        self._ifsc = self._ifsc_first = ifsc
        self._answer = answer
        self._ns = self._nr = 0

    def start(self):
        """Generator: tells the card the longest INF that we take (EMV: right after the answer to reset)."""
        request = block(_S | _IFS, bytes((IFSD,)))
        for _ in range(_TRIES):
            reply = yield request, 0
            if pcb_of(reply) == _S | _RESPONSE | _IFS and reply[2] == 1 and reply[3] == IFSD:
                return
            self.retries += 1
        raise T1Error("no answer to IFS", reply is None)

    def transmit(self, apdu):
        """Generator: yields (block, multiplier of the block waiting time or 0), is sent a block, b"" for a damaged one
        or None for silence; returns the answer as bytes. T1Error: the card must be reset, or has lost this command.
        """
        view = memoryview(apdu)
        sent = 0
        length = 0
        errors = waits = 0
        answering = False
        end = min(len(view), self._ifsc)
        out = last = self._command(view, sent, end)
        more_time = 0
        for _ in range(_BLOCKS_MOST):
            reply = yield out, more_time
            more_time = 0
            pcb = pcb_of(reply)
            if pcb is not None and pcb & 0xC0 == _R and not pcb & 0x2C and not reply[2]:
                acknowledged = not answering and pcb >> 4 & 1 != self._ns
                if acknowledged and end < len(view):
                    self._ns ^= 1
                    errors = 0
                    sent = end
                    end = min(len(view), sent + self._ifsc)
                    out = last = self._command(view, sent, end)
                    continue
                # it wants the last block again, unless it has the whole command already: then its answer is wanted
                out = block(_R | self._nr << 4 | _OTHER) if acknowledged else last
            elif pcb is not None and not pcb & 0x9F and pcb >> 6 == self._nr and (answering or end == len(view)):
                if not answering:
                    self._ns ^= 1
                    answering = True
                self._nr ^= 1
                errors = 0
                size = length + reply[2]
                if size > len(self._answer):
                    raise T1Error("answer over %d bytes" % len(self._answer))
                memoryview(self._answer)[length:size] = memoryview(reply)[3:-1]
                length = size
                if not pcb & _MORE:
                    return bytes(memoryview(self._answer)[:length])
                out = last = block(_R | self._nr << 4)
                continue
            elif pcb == _S | _WTX and reply[2] == 1:
                waits += 1
                if waits > _WTX_MOST:
                    raise T1Error("asks for more time without end")
                more_time = reply[3]
                out = last = block(_S | _RESPONSE | _WTX, reply[3:4])
                continue
            elif pcb == _S | _IFS and reply[2] == 1 and 1 <= reply[3] <= 254:
                self._ifsc = reply[3]
                out = last = block(_S | _RESPONSE | _IFS, reply[3:4])
                continue
            elif pcb == _S | _ABORT and not reply[2]:
                yield block(_S | _RESPONSE | _ABORT), 0
                raise T1Error("the card broke off")
            else:
                out = block(_R | self._nr << 4 | (_DAMAGED if reply == b"" else _OTHER))
            self.retries += 1
            errors += 1
            if errors >= _TRIES:
                yield from self._resynch(reply is None)
        raise T1Error("more than %d blocks" % _BLOCKS_MOST)

    def _command(self, view, sent, end):
        return block(self._ns << 6 | (_MORE if end < len(view) else 0), view[sent:end])

    def _resynch(self, mute):
        """Both sides start again at 0; what was under way is lost, and never sent a second time by itself."""
        for _ in range(_TRIES):
            reply = yield block(_S | _RESYNCH), 0
            if pcb_of(reply) == _S | _RESPONSE | _RESYNCH and not reply[2]:
                self._ns = self._nr = 0
                self._ifsc = self._ifsc_first
                raise T1Error("the command was lost, the card is ready for another")
            mute = mute and reply is None
        raise T1Error("no answer" if mute else "answers make no sense", mute)
