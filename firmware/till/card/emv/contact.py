"""A contact EMV payment, from the directory to the last script, in order. Source: EMV 4.4 Book 3, section 8 and 10."""

from till.card.card_read import CardRead
from till.card.emv import tvr
from till.card.emv.account import describe, results
from till.card.emv.cardholder_verification import cardholder_verification
from till.card.emv.completion import completed, without_host
from till.card.emv.field_55 import REQUEST, field_55
from till.card.emv.generate_ac import CDOL1, CDOL2, first_or_second_generate_ac
from till.card.emv.gpo import initiate
from till.card.emv.issuer_authentication import issuer_authentication
from till.card.emv.offline_data_authentication import offline_data_authentication
from till.card.emv.outcome import AAC, ARQC, TC
from till.card.emv.processing_restrictions import processing_restrictions
from till.card.emv.pse import build_candidates
from till.card.emv.read_records import read_records
from till.card.emv.requests import Commit, Online
from till.card.emv.scripts import AFTER, BEFORE, process_scripts
from till.card.emv.select import choose, final_select, language_of
from till.card.emv.state import State
from till.card.emv.terminal_action_analysis import terminal_action_analysis
from till.card.emv.terminal_risk_management import terminal_risk_management
from till.card.errors import CardError

MANDATORY = (0x57, 0x5A, 0x5F24, 0x8C, 0x8D)  # Book 3, 7.2; and tag 57, which field 35 needs


def contact(transaction, aids, store):
    """Steps of one inserted card. Returns CardRead with outcome "approved" or "declined". CardError.

    transaction: Transaction, with CONTACT_CAPABILITIES. aids: tuple of Aid. store: as till.card.emv.ca_keys.Store.
    Yields Apdu, Choose and AskPin, then Commit, then perhaps Online, each answered as its class says.

    Before Commit a chip that cannot be read ends in CardError "chip-failed": the stripe may be swiped, as a fallback.
    After an Online that the host approved, a CardError and the outcome "declined" both mean: reverse the payment.
    """
    card = CardRead()
    card.entry = "I"
    try:
        state = yield from _until_analysis(card, transaction, aids, store)
    except CardError as error:
        if error.code in ("bad-data", "reader"):
            raise CardError(error.tag, error.offset, error.reason, "chip-failed")
        raise
    kind = terminal_action_analysis(state)
    results(card, state)
    yield Commit(card)
    given = yield from first_or_second_generate_ac(state, kind, CDOL1)
    if state.tvr[0] & tvr.CDA_FAILED and given == ARQC and state.icc_key is not None:  # Book 2, 6.6.2: at once, no host
        state.icc_key = None
        yield from first_or_second_generate_ac(state, AAC, CDOL2)
        given = AAC
    if given == ARQC:
        yield from _with_host(state, card)
    else:
        good = given == TC and not state.tvr[0] & tvr.CDA_FAILED
        completed(card, state, "Y1" if good else "Z1", good)
    return card


def _until_analysis(card, transaction, aids, store):
    """Step: State with all that terminal action analysis looks at; the account is in card."""
    state = yield from _select(card, transaction, aids)
    yield from read_records(state.data)
    state.data.need(MANDATORY)
    describe(card, state)
    state.language = card.language
    yield from offline_data_authentication(state, card.pan, store)
    processing_restrictions(state)
    yield from cardholder_verification(state)
    yield from terminal_risk_management(state, card.pan, card.psn, store)
    return state


def _select(card, transaction, aids):
    """Step: State of the application that the cardholder chose and the card opened (Book 1, 12.4; Book 3, 10.1)."""
    found, language = yield from build_candidates(aids)
    card.language = language_of(language)
    blocked = False
    while found:
        candidate = yield from choose(found, card.language)
        application = yield from final_select(candidate)
        if application is None:
            blocked = blocked or candidate.blocked
            continue
        state = State(transaction, candidate.terms)
        state.opened(application)
        data = yield from initiate(state.pdol_data)
        if data is not None:
            data.need((0x94,))
            state.answered(data)
            return state
    if blocked:
        raise CardError(0x84, 0, "application blocked", "blocked")
    raise CardError(0x4F, 0, "the card refused each application", "no-application")


def _with_host(state, card):
    """Step: the host's word, the card's word on it, and the issuer's scripts around that."""
    results(card, state)
    card.de55 = field_55(state, REQUEST)
    reply = yield Online(card)
    if reply is None:
        yield from without_host(state, card)
        return
    card.host_approved = reply.approved
    card.arc = reply.arc
    state.own[0x8A] = reply.arc.encode()
    for tag, value in reply.objects:
        if tag in (0x8A, 0x91):
            state.own[tag] = value
    yield from issuer_authentication(state)
    yield from process_scripts(state, card, reply.objects, BEFORE)
    completed(card, state, reply.arc, False)  # so far: if the card is pulled now, this is what the reversal says
    given = yield from first_or_second_generate_ac(state, TC if reply.approved else AAC, CDOL2)
    yield from process_scripts(state, card, reply.objects, AFTER)
    completed(card, state, reply.arc, reply.approved and given == TC and not state.tvr[0] & tvr.CDA_FAILED)
