"""Completion: outcome, authorisation response code, and field 55 of what is still to send. Source: EMV 4.4 Book 3,
10.11; Book 4, annex A6 (Y1, Z1, Y3, Z3)."""

from till.card.emv.account import results
from till.card.emv.field_55 import REQUEST, REVERSAL, SCRIPT, field_55
from till.card.emv.generate_ac import CDOL2, first_or_second_generate_ac
from till.card.emv.outcome import TC
from till.card.emv.terminal_action_analysis import analysis_without_host
from till.card.emv.tvr import CDA_FAILED


def completed(card, state, arc, approved):
    """Write the end of a payment into card. arc: two characters."""
    results(card, state)
    card.arc = arc
    card.outcome = "approved" if approved else "declined"
    card.de55_final = field_55(state, REQUEST)
    card.de55_reversal = field_55(state, REVERSAL)
    if card.script_results:
        card.de55_script = field_55(state, SCRIPT, card.script_results)


def without_host(state, card):
    """Step: the second GENERATE AC when the host was not to be reached: Y3 where card and till approve, else Z3."""
    kind = analysis_without_host(state)
    arc = "Y3" if kind == TC else "Z3"
    state.own[0x8A] = arc.encode()
    given = yield from first_or_second_generate_ac(state, kind, CDOL2)
    approved = given == TC and not state.tvr[0] & CDA_FAILED
    completed(card, state, "Y3" if approved else "Z3", approved)
