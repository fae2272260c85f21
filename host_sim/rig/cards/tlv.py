"""BER-TLV as a card writes it (EMV Book 3, annex B)."""


def tlv(tag: int, value: bytes) -> bytes:
    """One data object. tag: the number as written, 0x9F26. Values of at most 255 bytes, as in a short answer."""
    length = len(value)
    if length > 255:
        raise ValueError(f"tag {tag:X}: {length} bytes are more than a card's answer holds")
    return _tag(tag) + (b"\x81" if length > 127 else b"") + bytes([length]) + value


def dol(*entries: tuple[int, int]) -> bytes:
    """A data object list of (tag, length)."""
    return b"".join(_tag(tag) + bytes([length]) for tag, length in entries)


def _tag(tag: int) -> bytes:
    return tag.to_bytes((tag.bit_length() + 7) // 8, "big")
