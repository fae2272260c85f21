"""A contactless UnionPay payment (qPBOC, kernel 7), from the PPSE to the cryptogram, in order."""

from till.card.card_read import CardRead
from till.card.emv.account import describe, results
from till.card.emv.aids import UNIONPAY
from till.card.emv.ca_keys import Store
from till.card.emv.field_55 import REQUEST, field_55
from till.card.emv.gpo import MANDATORY, initiate
from till.card.emv.outcome import cryptogram_type, cvm_results, decide
from till.card.emv.ppse import select_ppse
from till.card.emv.preprocessing import preprocess
from till.card.emv.read_records import read_records
from till.card.emv.select import final_select
from till.card.emv.torn import Tap
from till.card.errors import CardError


def contactless(transaction, aids=UNIONPAY, store=None, tap=None):
    """Steps of one tap. Yields Apdu requests. Returns CardRead with outcome "online", or "approved" by the card itself
    with fDDA; else CardError.

    store: as till.card.emv.ca_keys.Store; without one nothing is approved offline. tap: Tap, the same object for each
    try of one payment, so that a tap that broke off is noticed.
    """
    store = store or Store()
    tap = tap or Tap()
    allowed = _allowed(transaction, aids)
    for candidate in (yield from select_ppse(allowed)):
        application = yield from final_select(candidate)
        if application is None:
            continue
        state = preprocess(transaction, candidate.terms, not tap.approved)
        state.opened(application)
        tap.asked()
        data = yield from initiate(state.pdol_data)
        if data is None:
            continue
        tap.answered(data)
        state.answered(data)
        yield from read_records(data, tap.may_be_paid)
        if data.get(0x9F26) is None:  # the answer of a contact application: no cryptogram at this point
            raise CardError(0x9F26, 0, "the application is not for contactless", "use-other")
        data.need(MANDATORY)
        return _card_read(state, store, tap)
    raise CardError(0x4F, 0, "the card refused each application", "no-application")


def _allowed(transaction, aids):
    """Those of the till's applications whose limits the amount keeps. CardError of the last when there is none."""
    allowed = []
    refused = CardError(0x9F06, 0, "the till takes no application", "no-application")
    for terms in aids:
        try:
            preprocess(transaction, terms)
            allowed.append(terms)
        except CardError as error:
            refused = error
    if not allowed:
        raise refused
    return allowed


def _card_read(state, store, tap):
    card = CardRead()
    card.entry = "C"
    describe(card, state)
    tap.read(state.data)
    state.data.put(0x9F27, bytes((cryptogram_type(state.data),)))
    card.outcome = decide(state, card, store)
    state.cvm_results = cvm_results(state.cvm)
    results(card, state)
    card.arc = "Y1" if card.outcome == "approved" else ""
    card.de55 = card.de55_final = field_55(state, REQUEST)
    return card
