"""The file in which a terminal hands over what it could not send: found in what a console printed, proved, opened.

docs/export.md has the format. Nothing of a file counts before all of it is proved.
"""

import base64
import binascii
import re
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC
from cryptography.hazmat.primitives.constant_time import bytes_eq

from host_sim.acquirer.hsm import Hsm

BYTES_MOST = 4_000_000
MESSAGES_MOST = 9_999
BLOCK = 16
RECEIPT_DIGITS = 8
_HEAD = re.compile(r"PICOTILL-QUEUE (\d+) ([0-9A-Za-z]{8}) ([0-9a-f]{32})")
_LINE = re.compile(r"(\d{4}) ([0-9A-Za-z+/=]+)")
_END = re.compile(r"END (\d{4}) ([0-9a-f]{32})")
VERSION = "1"
AGAIN = "take the whole of what the till has printed, or hand over again at the till (menu 4, 7)"


class QueueFileError(ValueError):
    """A file that cannot be opened. args: what is wrong and where, what to do next. Nothing of its content."""


@dataclass(frozen=True)
class QueueFile:
    """messages: MTI to F63 each. digest: as on the receipt. receipt: the number to be typed at the terminal."""

    terminal: str
    messages: tuple[bytes, ...] = field(repr=False)
    digest: str
    receipt: str


def open_queue_file(text: str, hsm: Hsm) -> QueueFile:
    """The newest whole file in text, which may hold whatever else a console shows. Raises QueueFileError."""
    if len(text) > BYTES_MOST:
        raise QueueFileError(f"more than {BYTES_MOST} characters", "cut out what lies between PICOTILL-QUEUE and END")
    lines = [line.strip() for line in text.splitlines()]
    heads = [(at, found) for at, line in enumerate(lines) if (found := _HEAD.fullmatch(line))]
    if not heads:
        raise QueueFileError("no line begins a file: PICOTILL-QUEUE is missing", AGAIN)
    at, head = heads[-1]
    version, terminal, nonce = head.groups()
    if version != VERSION:
        raise QueueFileError(f"format {version}, this host reads {VERSION}", "open it with the host's newer version")
    cipher_key, mac_key, receipt_key = hsm.queue_keys(terminal, nonce)
    chain = _cmac(mac_key, head.group().encode())
    messages: list[bytes] = []
    for line in lines[at + 1 :]:
        if end := _END.fullmatch(line):
            chain = _cmac(mac_key, chain + b"END" + _number(len(messages)))
            if int(end[1]) != len(messages) or not bytes_eq(chain, bytes.fromhex(end[2])):
                raise QueueFileError(f"its end does not belong to the {len(messages)} messages before it", AGAIN)
            receipt = "".join(str(byte % 10) for byte in _cmac(receipt_key, chain)[:RECEIPT_DIGITS])
            return QueueFile(terminal, tuple(messages), chain[:8].hex().upper(), receipt)
        found = _LINE.fullmatch(line)
        if not found:
            continue  # something else that the console showed in between
        number = len(messages) + 1
        message, chain = _open(found[1], found[2], number, chain, cipher_key, mac_key)
        messages.append(message)
        if number == MESSAGES_MOST:
            break
    raise QueueFileError(f"it stops behind message {len(messages)}: END is missing", AGAIN)


def _open(said: str, text: str, number: int, chain: bytes, cipher_key: bytes, mac_key: bytes) -> tuple[bytes, bytes]:
    """The message of a line, and the chain behind it."""
    wrong = QueueFileError(f"message {number} is damaged, out of order, or not under this host's key", AGAIN)
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise wrong from None
    cipher, given = data[:-BLOCK], data[-BLOCK:]
    chain = _cmac(mac_key, chain + _number(number) + cipher)
    if int(said) != number or not cipher or len(cipher) % BLOCK or not bytes_eq(chain, given):
        raise wrong
    aes = algorithms.AES(cipher_key)
    iv = Cipher(aes, modes.ECB()).encryptor().update(number.to_bytes(BLOCK, "big"))
    padded = Cipher(aes, modes.CBC(iv)).decryptor().update(cipher)
    return padded.rstrip(b"\0").removesuffix(b"\x80"), chain


def _cmac(key: bytes, data: bytes) -> bytes:
    code = CMAC(algorithms.AES(key))
    code.update(data)
    return code.finalize()


def _number(number: int) -> bytes:
    return number.to_bytes(2, "big")
