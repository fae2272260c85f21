"""Processing restrictions: version, usage, dates. Source: EMV 4.4 Book 3, 10.4 and annex C2 (usage control)."""

from micropython import const

from till.card.emv import tvr
from till.card.emv.dates import with_century

_GOODS_DOMESTIC = const(0x20)
_GOODS_ABROAD = const(0x10)
_SERVICES_DOMESTIC = const(0x08)
_SERVICES_ABROAD = const(0x04)
_NOT_ATM = const(0x01)
_CASHBACK_DOMESTIC = const(0x80)  # byte 2
_CASHBACK_ABROAD = const(0x40)  # byte 2


def processing_restrictions(state):
    """Mark what does not fit in TVR byte 2. No card command."""
    data = state.data
    version = data.get(0x9F08)
    if version is not None and version != state.terms.version:
        tvr.raise_bit(state.tvr, tvr.DIFFERENT_VERSIONS)
    if not _usage_allowed(state):
        tvr.raise_bit(state.tvr, tvr.SERVICE_NOT_ALLOWED)
    today = with_century(state.transaction.date)
    effective = data.get(0x5F25)
    if effective is not None and today < with_century(effective):
        tvr.raise_bit(state.tvr, tvr.NOT_YET_EFFECTIVE)
    if today > with_century(data.get(0x5F24)):
        tvr.raise_bit(state.tvr, tvr.EXPIRED)


def _usage_allowed(state):
    usage = state.data.get(0x9F07)
    if usage is None:
        return True
    if not usage[0] & _NOT_ATM:
        return False
    country = state.data.get(0x5F28)
    if country is None:  # 10.4.2: the rest is asked only where the issuer's country is known
        return True
    domestic = country == state.transaction.country
    if not usage[0] & (_GOODS_DOMESTIC | _SERVICES_DOMESTIC if domestic else _GOODS_ABROAD | _SERVICES_ABROAD):
        return False
    if state.transaction.other_fen:
        return bool(usage[1] & (_CASHBACK_DOMESTIC if domestic else _CASHBACK_ABROAD))
    return True
