"""Terminal risk management. Source: EMV 4.4 Book 3, 10.6; Book 4, 6.3.5 (exception file, merchant's wish)."""

from micropython import const

from till.card.apdu import OK, get_data, split
from till.card.emv import tvr
from till.card.emv.requests import Apdu

AIP_RISK_MANAGEMENT = const(0x08)
_ATC = const(0x9F36)
_LAST_ONLINE_ATC = const(0x9F13)


def terminal_risk_management(state, pan, psn, store):
    """Step: floor limit, random selection, velocity where the AIP wants them; exception file, merchant's wish always.

    pan, psn: str. store: listed(pan, psn), spent_fen(pan). Marks TVR and TSI.
    """
    t = state.transaction
    if store.listed(pan, psn):
        tvr.raise_bit(state.tvr, tvr.ON_EXCEPTION_FILE)
    if t.force_online:
        tvr.raise_bit(state.tvr, tvr.FORCED_ONLINE)
    if not state.interchange(AIP_RISK_MANAGEMENT):
        return
    tvr.raise_bit(state.tsi, tvr.TERMINAL_RISK_MANAGEMENT_PERFORMED)
    if t.amount_fen + store.spent_fen(pan) >= state.terms.floor_fen:
        tvr.raise_bit(state.tvr, tvr.FLOOR_LIMIT_EXCEEDED)
    elif selected(t.amount_fen, state.terms, t.draw):
        tvr.raise_bit(state.tvr, tvr.SELECTED_AT_RANDOM)
    yield from _velocity(state)


def selected(amount_fen, terms, draw):
    """True for a payment below the floor that goes online at random (10.6.2). draw: 2 bytes of entropy.

    Below the threshold the target percentage counts; from there to the floor it rises evenly to the highest.
    """
    percent = terms.target_percent
    if amount_fen >= terms.threshold_fen:
        above, width = amount_fen - terms.threshold_fen, terms.floor_fen - terms.threshold_fen
        percent += (terms.target_most_percent - terms.target_percent) * above // width
    return 1 + (draw[0] << 8 | draw[1]) % 99 <= percent


def _velocity(state):
    """10.6.3: consecutive offline payments, where the card has both limits."""
    lower, upper = state.data.get(0x9F14), state.data.get(0x9F23)
    if lower is None or upper is None:
        return
    counter = yield from _counter(_ATC)
    last = yield from _counter(_LAST_ONLINE_ATC)
    if counter is None or last is None or counter <= last:
        tvr.raise_bit(state.tvr, tvr.LOWER_LIMIT_EXCEEDED)
        tvr.raise_bit(state.tvr, tvr.UPPER_LIMIT_EXCEEDED)
        if counter is None or last is None:
            tvr.raise_bit(state.tvr, tvr.ICC_DATA_MISSING)
    else:
        if counter - last > lower[0]:
            tvr.raise_bit(state.tvr, tvr.LOWER_LIMIT_EXCEEDED)
        if counter - last > upper[0]:
            tvr.raise_bit(state.tvr, tvr.UPPER_LIMIT_EXCEEDED)
    if last == 0:
        tvr.raise_bit(state.tvr, tvr.NEW_CARD)


def _counter(tag):
    """Step: a counter of two bytes by GET DATA, None where the card does not tell."""
    data, status = split((yield Apdu(get_data(tag))))
    if status == OK and len(data) == 5 and data[:3] == bytes((tag >> 8, tag & 0xFF, 2)):
        return data[3] << 8 | data[4]
    return None
