"""Combined dynamic data authentication. Source: EMV 4.4 Book 2, 6.6."""

from hashlib import sha1

from till.card.emv.dda import dynamic_number, signed_dynamic
from till.card.errors import CardError
from till.card.tlv import build


def cda(state, objects):
    """Check the signature in a GENERATE AC answer and return the cryptogram in it, 8 bytes. CardError.

    objects: the answer's template 77 as list of (tag, bytes), in its order, with 9F4B and 9F27.
    The hash covers what the card was given (PDOL, CDOL1, CDOL2) and everything it answered but the signature.
    """
    signature = kind = None
    transaction = sha1(state.pdol_data)
    transaction.update(state.cdol_data)
    for tag, value in objects:
        if tag == 0x9F4B:
            signature = value
            continue
        if tag == 0x9F27:
            kind = value
        transaction.update(build([(tag, value)]))
    if signature is None:
        raise CardError(0x9F4B, 0, "missing")
    dynamic = signed_dynamic(signature, state.icc_key, state.transaction.unpredictable)
    number = dynamic_number(dynamic)
    rest = dynamic[1 + len(number) :]
    if len(rest) < 29 or rest[:1] != kind:
        raise CardError(0x9F27, 0, "cryptogram type differs under the signature")
    if rest[9:29] != transaction.digest():
        raise CardError(0x9F4B, 0, "hash of the transaction data")
    state.own[0x9F4C] = number
    return rest[1:9]
