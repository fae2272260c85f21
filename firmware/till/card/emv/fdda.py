"""Fast dynamic data authentication of a tap. Source: EMV Contactless Book C-3, annex C, and likewise Book C-7."""

from till.card.emv.dda import dynamic_number, signed_dynamic
from till.card.emv.offline_data_authentication import AIP_DDA, keys
from till.card.emv.preprocessing import FDDA_01
from till.card.errors import CardError

_TAGS = (0x8F, 0x90, 0x9F32, 0x9F46, 0x9F47, 0x9F4B)


def fdda(state, pan, store):
    """Check the signature that the card gave with its cryptogram (tag 9F4B). CardError when anything is wrong.

    Version 00 covers the unpredictable number; version 01, which tag 9F69 announces, amount, currency and 9F69 too.
    """
    if not state.interchange(AIP_DDA):
        raise CardError(0x82, 0, "no dynamic data authentication")
    state.data.need(_TAGS)
    covered = state.transaction.unpredictable
    related = state.data.get(0x9F69)
    if related is not None and related[0] == 1:
        covered += state.value(0x9F02) + state.value(0x5F2A) + related
    elif state.transaction.ttq[3] & FDDA_01:
        raise CardError(0x9F69, 0, "not the version that the till asked for")
    dynamic = signed_dynamic(state.data.get(0x9F4B), keys(state, pan, store), covered)
    state.own[0x9F4C] = dynamic_number(dynamic)
