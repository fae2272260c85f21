"""Key blocks: a key and what it may be used for, under a key block protection key.

Source: ASC X9 TR 31-2018, ANSI X9.143-2021. Versions A and C bind by key variants, B by derivation, all three with
triple DES; D derives and works with AES. Version E (ISO 20038) is not taken.
"""

from binascii import unhexlify

from till.keys.aes import AES
from till.keys.cmac import cmac
from till.keys.compare import same
from till.keys.des import DES
from till.keys.errors import KeysError
from till.keys.tdes_cmac import tdes_cmac

MOST_CHARACTERS = 1024
_HEADER = 16
# bytes that the key of an algorithm may have
_SIZES = {"D": (8,), "T": (16, 24), "A": (16, 24, 32)}
# what the derivation calls a protection key of so many bytes (TR 31-2018, tables 1 and 2)
_DERIVED_TDES = {16: b"\x00\x00\x00\x80", 24: b"\x00\x01\x00\xc0"}
_DERIVED_AES = {16: b"\x00\x02\x00\x80", 32: b"\x00\x04\x01\x00"}
_ENCRYPT, _AUTHENTICATE = b"\x00\x00", b"\x00\x01"
_VARIANT_ENCRYPT, _VARIANT_AUTHENTICATE = 0x45, 0x4D  # "E" and "M"


class KeyBlock:
    """An opened key block. version: "A" to "D"; usage: 2 characters, as "K0" key encryption, "P0" PIN, "M1" or "M3"
    MAC; algorithm: "D" DES, "T" triple DES, "A" AES, others as they came; mode: what it may do, as "D" or "E";
    key_version: 2 characters; export: "E", "N" or "S"; optional: a tuple of (identifier, text); key: bytes."""

    def __init__(self, header, optional, key):
        self.version, self.usage, self.algorithm, self.mode = header[0], header[5:7], header[7], header[8]
        self.key_version, self.export = header[9:11], header[11]
        self.optional, self.key = optional, key


def open_key_block(kbpk, block, usages=None, algorithms=None):
    """Verify a key block and decipher its key.

    kbpk: the protection key, 16 or 24 bytes of triple DES for versions A, B, C; 16 or 32 bytes of AES for D.
    block: str or bytes of printable ASCII, at most 1024 characters. usages, algorithms: which are taken, None for all;
    for a terminal master key ("K0",) and ("T",) -> KeyBlock.
    Errors: KeysError("key block", reason). Nothing of a block whose MAC differs is looked at but its header.
    """
    text = _text(block)
    version = text[0]
    if version not in _OPENERS:
        raise _error("version is none of A, B, C, D")
    if not _digits(text[1:5]) or int(text[1:5]) != len(text):
        raise _error("%d characters, its header says another number" % len(text))
    algorithm = text[7]
    if usages is not None and text[5:7] not in usages:
        raise _error("usage is not %s" % " or ".join(usages))
    if algorithms is not None and algorithm not in algorithms:
        raise _error("algorithm is not %s" % " or ".join(algorithms))
    optional, end = _optional(text)
    opener, mac_bytes, unit = _OPENERS[version]
    if end % unit:
        raise _error("header of %d characters, no multiple of %d" % (end, unit))
    try:
        body = unhexlify(text[end:])
    except ValueError:
        raise _error("not hexadecimal after its header")
    cipher, mac = body[: len(body) - mac_bytes], body[len(body) - mac_bytes :]
    if len(mac) < mac_bytes or not cipher or len(cipher) % unit:
        raise _error("enciphered part of %d bytes, no multiple of %d" % (len(body) - mac_bytes, unit))
    plain = opener(bytes(kbpk), text[:end].encode(), cipher, mac)
    return KeyBlock(text, optional, _key(algorithm, plain))


def _error(reason):
    return KeysError("key block", reason)


def _text(block):
    # Each character is one byte on the wire, so what is not printable ASCII is refused before it is compared.
    if not isinstance(block, str):
        block = "".join([chr(byte) for byte in block])
    if not _HEADER <= len(block) <= MOST_CHARACTERS:
        raise _error("%d characters, not %d to %d" % (len(block), _HEADER, MOST_CHARACTERS))
    if not all([" " <= character <= "~" for character in block]):
        raise _error("not printable ASCII")
    return block


def _digits(text):
    return bool(text) and all(["0" <= character <= "9" for character in text])


def _hex_number(text):
    if not text or not all([c in "0123456789ABCDEF" for c in text]):
        raise _error("length of an optional block is not hexadecimal")
    return int(text, 16)


def _optional(text):
    """The optional blocks and where they end. A length 00 is followed by the length of the length (X9.143, 6.3.6)."""
    if not _digits(text[12:14]):
        raise _error("number of optional blocks is no number")
    found, at = [], _HEADER
    for _ in range(int(text[12:14])):
        length, start = _hex_number(text[at + 2 : at + 4]), at + 4
        if not length:
            digits = _hex_number(text[start : start + 2])
            length, start = _hex_number(text[start + 2 : start + 2 + digits]), start + 2 + digits
        if at + length > len(text) or length < start - at:
            raise _error("optional block of %d characters at %d" % (length, at))
        found.append((text[at : at + 2], text[start : at + length]))
        at += length
    return tuple(found), at


def _key(algorithm, plain):
    bits = plain[0] << 8 | plain[1]
    if not bits or bits % 8 or bits // 8 > len(plain) - 2:
        raise _error("key of %d bits in %d bytes" % (bits, len(plain) - 2))
    if bits // 8 not in _SIZES.get(algorithm, (bits // 8,)):
        raise _error("key of %d bits is none of algorithm %s" % (bits, algorithm))
    return plain[2 : 2 + bits // 8]


def _fits(kbpk, sizes):
    if len(kbpk) not in sizes:
        raise KeysError("key block protection key", "%d bytes, not %s" % (len(kbpk), " or ".join(map(str, sizes))))


def _derived(cmac_of, kbpk, purpose, form):
    """A key as long as the protection key, made of CMACs of a counter, the purpose and the form."""
    out, counter = b"", 0
    while len(out) < len(kbpk):
        counter += 1
        out += cmac_of(kbpk, bytes((counter,)) + purpose + b"\x00" + form)
    return out[: len(kbpk)]


def _checked(found, mac):
    if not same(found[: len(mac)], mac):
        raise _error("MAC differs: another protection key, or the block was altered")


def _open_derived_tdes(kbpk, header, cipher, mac):
    _fits(kbpk, (16, 24))
    form = _DERIVED_TDES[len(kbpk)]
    plain = _decrypt_cbc(_derived(tdes_cmac, kbpk, _ENCRYPT, form), mac, cipher)
    _checked(tdes_cmac(_derived(tdes_cmac, kbpk, _AUTHENTICATE, form), header + plain), mac)
    return plain


def _open_derived_aes(kbpk, header, cipher, mac):
    _fits(kbpk, (16, 32))
    form = _DERIVED_AES[len(kbpk)]
    plain = AES(_derived(cmac, kbpk, _ENCRYPT, form)).decrypt_cbc(mac, cipher)
    _checked(cmac(_derived(cmac, kbpk, _AUTHENTICATE, form), header + plain), mac)
    return plain


def _open_variant(kbpk, header, cipher, mac):
    _fits(kbpk, (16, 24))
    des, chain = DES(bytes([byte ^ _VARIANT_AUTHENTICATE for byte in kbpk])), bytes(8)
    text = header + cipher
    for start in range(0, len(text), 8):
        chain = des.encrypt(_xored(chain, text[start : start + 8]))
    _checked(chain, mac)
    return _decrypt_cbc(bytes([byte ^ _VARIANT_ENCRYPT for byte in kbpk]), header[:8], cipher)


def _decrypt_cbc(key, iv, cipher):
    des, out = DES(key), b""
    for start in range(0, len(cipher), 8):
        block = cipher[start : start + 8]
        out += _xored(des.decrypt(block), iv)
        iv = block
    return out


def _xored(a, b):
    return bytes([x ^ y for x, y in zip(a, b)])


# version: how it opens, bytes of its MAC, bytes of its cipher's block
_OPENERS = {
    "A": (_open_variant, 4, 8),
    "B": (_open_derived_tdes, 8, 8),
    "C": (_open_variant, 4, 8),
    "D": (_open_derived_aes, 16, 16),
}
