"""TLS over the stream to the host, with a certificate on both sides. Source: RFC 5246; MicroPython's `tls` module.

The host's certificate must be signed by the till's own CA, bear the host's name and be valid today; nothing else is
trusted, and there is no way to go on without.
"""

import gc
import io

import tls
from micropython import const

from till.link.errors import NotSecured

SHAKE_MS = const(15_000)
_KEPT_BYTES = const(256)
_POLL, _READABLE, _WRITABLE = const(3), const(1), const(4)
_CHANGE_CIPHER_SPEC = const(20)
_BROKEN = const(-32)  # EPIPE
_ALERT = "FATAL_ALERT"
# what Mbed TLS says of a certificate, and the answer of ui/answers.py for it, the gravest first
_CERTIFICATE = (
    ("not correctly signed", "tls-ca"),
    ("does not match", "tls-name"),
    ("has expired", "tls-date"),
    ("in the future", "tls-date"),
)
SILENT, PLAIN, CLOSED, OTHER, REFUSED = "tls-silent", "tls-plain", "tls-closed", "tls-other", "tls-refused"


class _Wire(io.IOBase):
    """The stream as the tls module wants it: None where nothing is to be had now.

    heard: the other side has said something. agreed: all of its handshake has passed; the tls module does not tell."""

    def __init__(self, stream):
        self._stream = stream
        self.heard = self.agreed = False
        self._head = bytearray(5)  # of a record: type, version, length (RFC 5246, 6.2.1)
        self._filled = self._left = 0
        self._changed = self._last = False

    def readinto(self, into):
        stream = self._stream
        if not stream.any():
            return None if stream.is_open() else 0
        view = memoryview(into)
        count = stream.readinto(view)
        self.heard = True
        if not self.agreed:
            self._follow(view[:count])
        return count

    def _follow(self, view):
        """The record behind ChangeCipherSpec is Finished, the host's last one (RFC 5246, 7.3)."""
        at = 0
        while at < len(view):
            if self._left:
                step = min(self._left, len(view) - at)
                at += step
                self._left -= step
                self.agreed = self._last and not self._left
                continue
            self._head[self._filled] = view[at]
            at += 1
            self._filled += 1
            if self._filled == len(self._head):
                self._filled = 0
                self._left = self._head[3] << 8 | self._head[4]
                self._last, self._changed = self._changed, self._head[0] == _CHANGE_CIPHER_SPEC

    def write(self, data):
        return self._stream.write(data) or _BROKEN

    def ioctl(self, request, argument):
        return argument & (_READABLE | _WRITABLE) if request == _POLL else 0


class Secured:
    """A stream as till/devices.py has it, over another. ca, certificate, key: DER. name: of the host, as its
    certificate must bear it. before(): called before each handshake, to set the clock that judges dates."""

    def __init__(self, stream, clock, ca, certificate, key, name, before):
        self._stream, self._clock, self._name, self._before = stream, clock, name, before
        self.received, self.closed = stream.received, stream.closed
        self._files = (ca, certificate, key)
        self._context = self._inner = None
        self._kept = bytearray(_KEPT_BYTES)
        self._view = memoryview(self._kept)
        self._count = self._taken = 0

    def is_open(self):
        return self._inner is not None and self._stream.is_open()

    def open(self):
        """Only the stream beneath: shake() comes next."""
        self.close()
        return self._stream.open()

    def _trust(self):
        """Whom we believe, and who we say we are."""
        ca, certificate, key = self._files
        context = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
        context.verify_mode = tls.CERT_REQUIRED  # pyright: ignore[reportAttributeAccessIssue]
        try:
            context.load_verify_locations(ca)
            context.load_cert_chain(certificate, key)
        except (ValueError, OSError):
            self._stream.close()
            raise NotSecured(OTHER)
        return context

    async def shake(self, give_up):
        """Agrees on keys with the host. give_up: signals that end the wait. Raises NotSecured with the answer that says
        why not."""
        clock, received = self._clock, self.received
        deadline_ms = clock.ticks_ms() + SHAKE_MS
        self._before()
        gc.collect()  # one piece of 16 KB is wanted
        if self._context is None:
            self._context = self._trust()
        wire = _Wire(self._stream)
        try:
            inner = self._context.wrap_socket(wire, server_hostname=self._name, do_handshake_on_connect=False)
            while True:
                received.clear()
                self._count = inner.readinto(self._kept) or 0  # this drives the handshake on
                if wire.agreed:
                    break
                if not self._stream.is_open():
                    raise OSError(_BROKEN)
                left_ms = deadline_ms - clock.ticks_ms()
                if left_ms <= 0 or await clock.wait((received,) + give_up, left_ms) is not received:
                    raise NotSecured(SILENT)
        except NotSecured:
            self._stream.close()
            raise
        except ValueError as error:
            self._stream.close()
            raise NotSecured(_of_certificate(str(error)))
        except OSError as error:
            was_open = self._stream.is_open()
            self._stream.close()
            raise NotSecured(_of_protocol(error, was_open, wire.heard))
        self._inner = inner

    def close(self):
        inner, self._inner = self._inner, None
        self._count = self._taken = 0
        if inner is not None:
            try:
                inner.close()
            except OSError:
                pass  # the other side has gone already
        self._stream.close()

    def write(self, data):
        """Bytes taken; 0 when nothing can leave."""
        if not self.is_open():
            return 0
        try:
            return self._inner.write(data) or 0
        except (OSError, ValueError):
            self.close()
            return 0

    def any(self):
        """Bytes that can be read at once. Notices the end of the connection."""
        if self._taken == self._count and self._inner is not None:
            self._taken = self._count = 0
            try:
                count = self._inner.readinto(self._kept)
            except (OSError, ValueError):
                count = 0  # an alert, or bytes that were altered on their way
            if count == 0:
                self.close()
            self._count = count or 0
        return self._count - self._taken

    def readinto(self, into):
        count = min(len(into), self.any())
        into[:count] = self._view[self._taken : self._taken + count]
        self._taken += count
        return count


def _of_certificate(said):
    for words, answer in _CERTIFICATE:
        if words in said:
            return answer
    return OTHER


def _of_protocol(error, was_open, heard):
    """was_open: the connection still stood. heard: the host had said something."""
    said = error.args[1] if len(error.args) > 1 else ""
    if _ALERT in said:
        return REFUSED
    if "INVALID_RECORD" in said or "UNEXPECTED_MESSAGE" in said or "BAD_PROTOCOL_VERSION" in said:
        return PLAIN
    if was_open:
        return OTHER
    return CLOSED if heard else PLAIN  # who does not know a greeting hangs up
