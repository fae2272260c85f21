"""The application cryptogram as the card computes it (PBOC 3.0 part 5, annex on cryptograms; CVN 01, 3DES)."""

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes


def ecb(key: bytes, data: bytes, decrypt: bool = False) -> bytes:
    """3DES block by block. key: 8 bytes (single DES, three times the same) or 16 (two keys)."""
    cipher = Cipher(TripleDES((key * 3)[:24]), modes.ECB())
    worker = cipher.decryptor() if decrypt else cipher.encryptor()
    return worker.update(data) + worker.finalize()


def session_key(udk: bytes, atc: int) -> bytes:
    """The key of one transaction, 16 bytes: 3DES of the counter (left) and of its complement (right)."""
    counter = atc.to_bytes(2, "big")
    complement = (atc ^ 0xFFFF).to_bytes(2, "big")
    return ecb(udk, bytes(6) + counter + bytes(6) + complement)


def retail_mac(key: bytes, data: bytes, padded: bool = False) -> bytes:
    """ISO/IEC 9797-1 MAC algorithm 3, 8 bytes; with padding method 2 unless data is padded. key: 16 bytes."""
    if not padded:
        data += b"\x80" + bytes(-(len(data) + 1) % 8)
    chain = bytes(8)
    for at in range(0, len(data), 8):
        chain = ecb(key[:8], bytes(a ^ b for a, b in zip(chain, data[at : at + 8], strict=True)))
    return ecb(key[:8], ecb(key[8:], chain, decrypt=True))


def application_cryptogram(udk: bytes, atc: int, covered: bytes) -> bytes:
    """The 8 bytes of tag 9F26 over covered, under the session key of this transaction."""
    return retail_mac(session_key(udk, atc), covered)
