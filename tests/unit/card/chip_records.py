"""What stands in the records of the test chip, and which part of it is under the signatures."""

from card.cards import PAN, TRACK2, tlv

CDOL1 = "9F02069F03069F1A0295055F2A029A039C019F37049F3501"
CDOL2 = "8A029F37049505910A"

# in the order of the records; what is signed comes first, the certificates after it
FIELDS = (
    ("5A", PAN + "F"),
    ("5F24", "301231"),
    ("5F25", "200101"),
    ("5F28", "0156"),
    ("5F34", "01"),
    ("8C", CDOL1),
    ("8D", CDOL2),
    ("8E", "00000000000000001F03"),
    ("9F07", "FF00"),
    ("9F08", "0030"),
    ("9F0D", "0000000000"),
    ("9F0E", "0000000000"),
    ("9F0F", "0000000000"),
    ("9F42", "0156"),
)
CERTIFICATES = (
    ("8F", "ca_index"),
    ("90", "issuer_certificate"),
    ("92", "issuer_remainder"),
    ("9F32", "issuer_exponent"),
    ("93", "static_signature"),
    ("9F46", "icc_certificate"),
    ("9F48", "icc_remainder"),
    ("9F47", "icc_exponent"),
)


def records(keys, changes):
    """Hex of the records: one signed, one with track 2, then one for each part of the keys.

    changes: {"T8E": hex or None}, T before the tag; tags that are not in the tables come into the unsigned record.
    """
    signed = unsigned = ""
    known = [tag for tag, _ in FIELDS + CERTIFICATES]
    for tag, value in FIELDS:
        value = changes.get("T" + tag, value)
        signed += "" if value is None else tlv(tag, value)
    unsigned += tlv("57", TRACK2 + "F" * (len(TRACK2) % 2)) if "T57" not in changes else ""
    for name in sorted(changes):
        if name[1:] not in known and changes[name] is not None:
            unsigned += tlv(name[1:], changes[name])
    out = [tlv("70", signed), tlv("70", unsigned)]
    for tag, name in CERTIFICATES:
        value = changes.get("T" + tag, keys[name])
        if value:
            out.append(tlv("70", tlv(tag, value)))
    return out


def signed_part(records):
    """Hex of what the static signatures cover: the inside of the first record. Tag 9F4A adds the AIP to it."""
    first = records[0]
    return first[6:] if first[2:4] == "81" else first[4:]
