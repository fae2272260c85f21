"""The working keys that a sign-on answer brings in F62, under the terminal master key.

Source: public descriptions of UnionPay acquirers' interfaces, "F62 of 0810". Layouts differ between acquirers.
"""

from till.keys.compare import same
from till.keys.des import DES
from till.keys.errors import KeysError

# layout: for each key in order (name, attribute bytes before it, bytes of its cipher, zero bytes after, check bytes).
# The last one, for tracks, comes from acquirers that want them enciphered.
LAYOUTS = {
    "double-pik-single-mak": (("PIK", 0, 16, 0, 4), ("MAK", 0, 8, 8, 4), ("TDK", 0, 16, 0, 4)),
    "records-25": (("PIK", 1, 16, 0, 8), ("MAK", 1, 16, 0, 8), ("TDK", 1, 16, 0, 8)),
}


def check_value(key):
    """The first 4 bytes of eight zero bytes enciphered under the key (8, 16 or 24 bytes)."""
    return DES(key).encrypt(bytes(8))[:4]


def open_working_keys(tmk, field62, layout):
    """Decipher and verify the working keys.

    tmk: 16 or 24 bytes; field62: bytes of F62; layout: a name of LAYOUTS -> (pik, mak, tdk), bytes, tdk None where F62
    ends before it. Errors: KeysError that names the key that failed ("PIK", "MAK", "TDK"), or "F62", "TMK", "key
    layout". Nothing of a failed answer is returned: a till keeps the keys it has or signs on again.
    """
    records = LAYOUTS.get(layout)
    if records is None:
        raise KeysError("key layout", "not one of %s" % ", ".join(sorted(LAYOUTS)))
    if len(tmk) not in (16, 24):
        raise KeysError("TMK", "%d bytes, not 16 or 24" % len(tmk))
    whole = sum([sum(record[1:]) for record in records])
    without = whole - sum(records[-1][1:])
    if len(field62) == without:
        records = records[:-1]
    elif len(field62) != whole:
        raise KeysError("F62", "%d bytes, not the %d or %d of %s" % (len(field62), without, whole, layout))
    des = DES(tmk)
    field62 = bytes(field62)
    keys = []
    position = 0
    for name, attribute, cipher, zeros, check in records:
        position += attribute  # its meaning is the acquirer's own; the order of the records is what counts
        key = des.decrypt_ecb(field62[position : position + cipher])
        position += cipher
        if any(field62[position : position + zeros]):
            raise KeysError(name, "filler is not zero: another key layout?")
        position += zeros
        if not same(DES(key).encrypt(bytes(8))[:check], field62[position : position + check]):
            raise KeysError(name, "check value differs: sign on again, then load the TMK again")
        position += check
        keys.append(key)
    if len(keys) == 2:
        keys.append(None)
    return tuple(keys)
