"""A journal's flash read by an independent program, from what layout.py says alone and with another AES."""

import struct
from zlib import crc32

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

from journal.day import EPOCH, KEY, Card, answer, opened
from journal.torn_flash import TornFlash


def cmac(key: bytes, data: bytes) -> bytes:
    mac = CMAC(algorithms.AES(key))
    mac.update(data)
    return mac.finalize()


def records(image: bytes, key: bytes):
    """(sequence, kind, ref, marks, body) of every whole record, in the order of sectors."""
    vector_key, cipher_key = cmac(key, b"journal vector"), cmac(key, b"journal cipher")
    for begin in range(0, len(image), 4096):
        magic, version, _, _, _, crc = struct.unpack_from(">3sBIIII", image, begin)
        if (magic, version, crc) != (b"PTJ", 2, crc32(image[begin : begin + 16])):
            continue
        for page in range(16):
            at = begin + (page * 256 or 20)
            head = struct.unpack_from(">2sBBIIIHH", image, at + 28)
            if head[0] != b"JR":
                continue
            _, kind, key_id, sequence, ref, nonce, length, check = head
            end = at + 48 + (length + 15) // 16 * 16
            assert check == crc32(image[at + 28 : at + 46]) & 0xFFFF
            assert struct.unpack_from(">I", image, end + 8)[0] == crc32(image[at + 28 : end + 8])
            assert image[end : end + 8] == cmac(cmac(key, b"journal authentication"), image[at + 28 : end])[:8]
            assert key_id == cmac(key, b"journal key id")[0]
            ecb = Cipher(algorithms.AES(vector_key), modes.ECB()).encryptor()
            vector = ecb.update(struct.pack(">IIQ", sequence, nonce, 0))
            cbc = Cipher(algorithms.AES(cipher_key), modes.CBC(vector)).decryptor()
            yield sequence, kind, ref, image[at + 1 : at + 20], cbc.update(image[at + 48 : end])[:length]


def test_another_program_reads_it():
    flash = TornFlash(6)
    book = opened(flash)
    book.open_batch(1)
    payment = book.create("sale", 8800, EPOCH, "01", card=Card(7))
    book.sending(payment)
    book.replied(payment, answer())
    book.approved(payment)
    found = list(records(bytes(flash.image), KEY))
    assert [(sequence, kind, ref) for sequence, kind, ref, _, _ in found] == [(1, 1, 0), (2, 0x10, 0), (3, 0x20, 2)]
    assert found[1][3] == bytes((0, 0)) + b"\xff" * 17
    assert found[1][4] == book.ring.get(2).body() and Card(7).label.encode() in found[1][4]
    assert b"123456789012" in found[2][4]


def test_no_initial_vector_serves_twice():
    from journal.day import play

    day = play(6, 4)
    book = day.book
    seen: set[tuple[int, int]] = set()
    for record in book.ring.records():
        assert (record.sequence, record.nonce) not in seen
        seen.add((record.sequence, record.nonce))
