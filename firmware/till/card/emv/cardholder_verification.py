"""Cardholder verification: the CVM list, rule by rule. Source: EMV 4.4 Book 3, 10.5 and annex C3; Book 4, 6.3.4."""

from micropython import const

from till.card.emv import tvr
from till.card.emv.offline_pin import offline_pin
from till.card.emv.requests import AskPin
from till.card.errors import CardError

AIP_CVM = const(0x10)
_GO_ON = const(0x40)
_CODE = const(0x3F)
_RULES_MOST = const(32)
_UNKNOWN = const(0)
_FAILED = const(1)
_SUCCESSFUL = const(2)

_FAIL = const(0x00)
_PLAIN_PIN = const(0x01)
_ONLINE_PIN = const(0x02)
_PLAIN_PIN_SIGNATURE = const(0x03)
_CIPHERED_PIN = const(0x04)
_CIPHERED_PIN_SIGNATURE = const(0x05)
_SIGNATURE = const(0x1E)
_NO_CVM = const(0x1F)

# code: bits of terminal capabilities byte 2 that it needs, all of them; what the payment's cvm is called
_CODES = {
    _FAIL: (0x00, ""),
    _PLAIN_PIN: (0x80, "offline-pin"),
    _ONLINE_PIN: (0x40, "online-pin"),
    _PLAIN_PIN_SIGNATURE: (0xA0, "offline-pin-signature"),
    _CIPHERED_PIN: (0x10, ""),
    _CIPHERED_PIN_SIGNATURE: (0x30, ""),
    _SIGNATURE: (0x20, "signature"),
    _NO_CVM: (0x08, "none"),
}
_UNSUPPORTED = const(0x10)  # enciphered offline PIN: no PIN pad of ours does it, whatever the capabilities say


def cardholder_verification(state):
    """Step: apply the CVM list (tag 8E). Sets state.cvm, state.cvm_results, TVR byte 3 and TSI. CardError "cancelled"
    when the cardholder went away at the PIN, "bad-data" for a list of the wrong form."""
    cvm_list = state.data.get(0x8E)
    if not state.interchange(AIP_CVM):
        return
    if not cvm_list or len(cvm_list) == 8:
        if not cvm_list:
            tvr.raise_bit(state.tvr, tvr.ICC_DATA_MISSING)
        return
    if len(cvm_list) < 8 or len(cvm_list) % 2 or len(cvm_list) > 8 + 2 * _RULES_MOST:
        raise CardError(0x8E, 0, "length %d" % len(cvm_list))
    tvr.raise_bit(state.tsi, tvr.CVM_PERFORMED)
    state.cvm_results = b"\x3f\x00\x01"  # until a rule applies (Book 4, 6.3.4.5)
    for offset in range(8, len(cvm_list), 2):
        rule, condition = cvm_list[offset], cvm_list[offset + 1]
        if not _applies(state, cvm_list, rule & _CODE, condition):
            continue
        result = yield from _perform(state, rule & _CODE)
        if result is not None:
            state.cvm_results = bytes((rule, condition, result))
        if result in (_SUCCESSFUL, _UNKNOWN):
            state.cvm = _CODES[rule & _CODE][1]
            return
        if rule & _CODE == _FAIL or not rule & _GO_ON:
            break
    tvr.raise_bit(state.tvr, tvr.CVM_NOT_SUCCESSFUL)


def _applies(state, cvm_list, code, condition):
    """Annex C3, condition codes. Unattended and manual cash are not payments of this till; unknown ones never apply."""
    t = state.transaction
    if condition == 0 or condition == 2 and not t.other_fen:
        return True
    if condition == 3:
        return _supported(state, code)
    if condition == 5:
        return bool(t.other_fen)
    if 6 <= condition <= 9 and state.data.get(0x9F42) == t.currency:
        at = 0 if condition < 8 else 4
        limit = int.from_bytes(cvm_list[at : at + 4], "big")
        return t.amount_fen < limit if condition in (6, 8) else t.amount_fen > limit
    return False


def _supported(state, code):
    if code not in _CODES:
        return False
    needed = _CODES[code][0]
    if needed & _UNSUPPORTED or code == _ONLINE_PIN and not state.terms.online_pin:
        return False
    return state.transaction.capabilities[1] & needed == needed


def _perform(state, code):
    """Step: the result of one method, None where it was not performed at all."""
    if code not in _CODES:
        tvr.raise_bit(state.tvr, tvr.CVM_UNRECOGNISED)
        return None
    if code == _FAIL:
        return _FAILED
    if not _supported(state, code):
        if code not in (_SIGNATURE, _NO_CVM):
            tvr.raise_bit(state.tvr, tvr.PIN_PAD_MISSING)
        return None
    if code == _NO_CVM:
        return _SUCCESSFUL
    if code == _SIGNATURE:
        return _UNKNOWN
    if state.pin_bypassed:  # Book 4, 6.3.4.3: once bypassed, no other PIN method is tried
        return _FAILED
    if code == _ONLINE_PIN:
        pin = yield AskPin(online=True, language=state.language)
        if pin is None:
            raise CardError(0x8E, 0, "PIN entry cancelled", "cancelled")
        if not pin:
            state.pin_bypassed = True
            tvr.raise_bit(state.tvr, tvr.PIN_NOT_ENTERED)
            return _FAILED
        tvr.raise_bit(state.tvr, tvr.ONLINE_PIN_ENTERED)
        return _UNKNOWN
    if not (yield from offline_pin(state)):
        return _FAILED
    return _UNKNOWN if code == _PLAIN_PIN_SIGNATURE else _SUCCESSFUL
