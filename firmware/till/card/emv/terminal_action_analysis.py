"""Terminal action analysis: what the till asks the card for. Source: EMV 4.4 Book 3, 10.7; Book 4, annex A1."""

from till.card.emv.outcome import AAC, ARQC, TC

_ALL = b"\xff\xff\xff\xff\xff"
_NONE = b"\x00\x00\x00\x00\x00"


def terminal_action_analysis(state):
    """AAC, ARQC or TC for the first GENERATE AC. Over the till's own offline caps a TC is never asked for."""
    if _hit(state, state.terms.tac_denial, 0x9F0E, _NONE):
        return AAC
    if _hit(state, state.terms.tac_online, 0x9F0F, _ALL) or not _may_approve(state):
        return ARQC
    return TC


def analysis_without_host(state):
    """AAC or TC for the second GENERATE AC when the host was not to be reached."""
    if not _may_approve(state) or state.cvm == "online-pin" or _hit(state, state.terms.tac_default, 0x9F0D, _ALL):
        return AAC
    return TC


def _may_approve(state):
    return state.transaction.amount_fen <= state.transaction.offline_most_fen


def _hit(state, tac, tag, default):
    """True where a bit stands in TVR and in the action code of acquirer or issuer (default: the issuer gave none)."""
    iac = state.data.get(tag) or default
    for index in range(5):
        if state.tvr[index] & (tac[index] | iac[index]):
            return True
    return False
