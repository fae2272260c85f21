"""Card risk management: which cryptogram the card gives (EMV 4.4 Book 3, 9.3 and 10.11; PBOC 3.0 part 5).

The limits are personalised: lower_offline and upper_offline, numbers of offline transactions one after another;
offline_fen, the most they may come to; currency of what may be offline; purse, where money is on the card itself;
issuer_mandatory, where an online approval needs the issuer's proof; insists, an answer to every first question.
"""

from collections.abc import Mapping
from typing import Any

from host_sim.rig.cards.emv.memory import State
from host_sim.rig.cards.emv.verdict import AAC, ARQC, TC, Verdict

UNABLE_ONLINE = (b"Y3", b"Z3")


def amount_fen(objects: Mapping[int, bytes]) -> int:
    """9F02's value; 0 where it is no number."""
    text = objects.get(0x9F02, b"").hex()
    return int(text) if text.isdigit() else 0


def look_back(state: State, tries: int) -> Verdict:
    """A verdict that starts with what is left from the last transaction."""
    return Verdict(
        last_incomplete=state.online_incomplete,
        last_issuer_failed=state.issuer_failed,
        last_script_failed=state.script_failed,
        scripts=state.scripts,
        new_card=state.last_online_atc == 0,
        pin_blocked=bool(state.pin) and tries == 0,
        tries=tries,
    )


def first(asked: int, limits: Mapping[str, Any], state: State, objects: Mapping[int, bytes], verdict: Verdict) -> int:
    """The type of the first cryptogram: at most as favourable as the terminal asked."""
    amount = amount_fen(objects)
    verdict.over_limits = state.offline_count >= limits.get("lower_offline", 0) or (
        state.offline_fen + amount > limits.get("offline_fen", 0)
    )
    insisted = limits.get("insists")
    if asked == AAC or insisted == "AAC":
        given = AAC
    elif asked == ARQC or insisted == "ARQC":
        given = ARQC
    elif insisted == "TC":
        given = TC
    else:
        foreign = objects.get(0x5F2A) != bytes.fromhex(limits.get("currency", "0156"))
        online = verdict.over_limits or verdict.new_card or foreign or verdict.pin_blocked
        online = online or bool(limits.get("purse")) and state.balance_fen < amount
        online = online or state.online_incomplete or state.issuer_failed or state.script_failed
        given = ARQC if online else TC
    verdict.first = given
    if given == ARQC:
        state.online_incomplete = True
    elif given == TC:
        _spend(limits, state, amount)
    return given


def second(asked: int, limits: Mapping[str, Any], state: State, objects: Mapping[int, bytes], verdict: Verdict) -> int:
    """The type of the second cryptogram. issuer's answer: verdict.issuer_authenticated or issuer_failed."""
    verdict.no_online = objects.get(0x8A, b"") in UNABLE_ONLINE
    amount = amount_fen(objects)
    if verdict.no_online:
        over = state.offline_count >= limits.get("upper_offline", 0)
        given = AAC if asked == AAC or over or verdict.pin_blocked or verdict.new_card else TC
        if given == TC:
            _spend(limits, state, amount)
    else:
        unproved = limits.get("issuer_mandatory", False) and not verdict.issuer_authenticated
        given = AAC if asked == AAC or verdict.issuer_failed or unproved else TC
        state.issuer_failed = verdict.issuer_failed
        state.online_incomplete = False
        if verdict.issuer_authenticated or not unproved and not verdict.issuer_failed:
            state.offline_count = state.offline_fen = state.scripts = 0
            state.script_failed = False
            state.last_online_atc = state.atc
    verdict.second = given
    return given


def _spend(limits: Mapping[str, Any], state: State, amount: int) -> None:
    if limits.get("purse"):
        state.balance_fen = max(0, state.balance_fen - amount)
        return
    state.offline_count += 1
    state.offline_fen += amount
