"""Issuer scripts. Source: EMV 4.4 Book 3, 10.10 and annex E; Book 4, annex A5 (issuer script results)."""

from micropython import const

from till.card.apdu import split
from till.card.emv import tvr
from till.card.emv.requests import Apdu
from till.card.errors import CardError
from till.card.tlv import parse

BEFORE = const(0x71)
AFTER = const(0x72)
_SCRIPTS_MOST = const(8)
_COMMANDS_MOST = const(32)
_NOT_PERFORMED = const(0x00)
_FAILED = const(0x10)
_SUCCESSFUL = const(0x20)


def process_scripts(state, card, objects, template):
    """Step: send the commands of each script with that template, BEFORE or AFTER the second GENERATE AC.

    objects: field 55 of the host's answer. Five bytes a script are added to card.script_results (tag DF31) at once, so
    they are there when the card is pulled: result and number of the failing command, script identifier.
    """
    scripts = [value for tag, value in objects if tag == template][:_SCRIPTS_MOST]
    for script in scripts:
        tvr.raise_bit(state.tsi, tvr.SCRIPT_PERFORMED)
        identifier = bytes(4)
        result = _NOT_PERFORMED
        commands = []
        try:
            for tag, value in parse(script):
                if tag == 0x9F18 and len(value) == 4:
                    identifier = value
                elif tag == 0x86:
                    commands.append(_command(value))
            result = yield from _send(commands[:_COMMANDS_MOST])
        except CardError:
            pass  # a script of the wrong form is not performed
        if result != _SUCCESSFUL:
            tvr.raise_bit(state.tvr, tvr.SCRIPT_FAILED_BEFORE if template == BEFORE else tvr.SCRIPT_FAILED_AFTER)
        card.script_results += bytes((result,)) + identifier


def _command(value):
    if len(value) < 4:
        raise CardError(0x86, 0, "no command")
    return value


def _send(commands):
    """Step: commands in order up to the first that fails; 90, 62 and 63 as SW1 are no failure."""
    number = 0
    for command in commands:
        number += 1
        try:
            _, status = split((yield Apdu(command)))
        except CardError:  # the card left or the reader failed: that is a result too
            status = 0
        if status >> 8 not in (0x90, 0x62, 0x63):
            return _FAILED | min(number, 15)
    return _SUCCESSFUL
