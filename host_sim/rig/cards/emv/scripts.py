"""VERIFY, and the issuer's commands with secure messaging (EMV 4.4 Book 3, 6.5.12 and 6.5.1 to 6.5.10; PBOC part 5).

Every script command ends with the issuer's MAC over header, ATC, cryptogram and data; 6987 where it is missing, 6988
where it is wrong. What failed is told with the next transaction.
"""

from collections.abc import Callable

from host_sim.rig.cards import apdu
from host_sim.rig.cards.apdu import Command
from host_sim.rig.cards.emv.application import COUNTERS, Application
from host_sim.rig.cards.emv.memory import Memory
from host_sim.rig.cards.emv.schemes import read_pin

PIN_BLOCKED = b"\x69\x83"
MAC_MISSING, MAC_WRONG = b"\x69\x87", b"\x69\x88"
BALANCE = 0x9F79


def verify(app: Application, command: Command) -> bytes:
    """VERIFY with a plaintext PIN: 63Cx tries left, 6983 none left."""
    if (command.p1, command.p2) != (0x00, 0x80):
        return apdu.WRONG_P1P2
    if len(command.data) != 8:
        return apdu.WRONG_LENGTH
    if app.options is None or not app.state.pin:
        return apdu.CONDITIONS
    app.pin_tried, app.pin_failed = True, True
    if not app.state.pin_tries:
        return PIN_BLOCKED
    if read_pin(command.data, control=2) == app.state.pin:
        app.pin_failed = False
        app.state.pin_tries = app.state.pin_tries_most
        return apdu.OK
    app.state.pin_tries -= 1
    return bytes([0x63, 0xC0 | app.state.pin_tries])


def script(app: Application, memory: Memory, command: Command) -> bytes:
    """One command of the issuer's, its MAC checked."""
    step = STEPS.get((command.cla, command.ins))
    if step is None:
        return MAC_MISSING if command.cla in (0x00, 0x80) else apdu.WRONG_INS
    size = app.scheme.mac_bytes
    if not app.arqc:
        return apdu.CONDITIONS
    if len(command.data) < size:
        return _failed(app, MAC_MISSING)
    data, mac = command.data[:-size], command.data[-size:]
    header = bytes([command.cla, command.ins, command.p1, command.p2, len(command.data)])
    if app.scheme.script_mac(app.keys, app.transaction(app.cvr()), app.arqc, header, data) != mac:
        return _failed(app, MAC_WRONG)
    status = step(app, memory, command, data)
    if status != apdu.OK:
        return _failed(app, status)
    app.state.scripts = min(app.state.scripts + 1, 15)
    return status


def _failed(app: Application, status: bytes) -> bytes:
    app.state.script_failed = True
    return status


def _block_application(app: Application, memory: Memory, command: Command, data: bytes) -> bytes:
    app.state.blocked = True
    return apdu.OK


def _unblock_application(app: Application, memory: Memory, command: Command, data: bytes) -> bytes:
    app.state.blocked = False
    return apdu.OK


def _block_card(app: Application, memory: Memory, command: Command, data: bytes) -> bytes:
    memory.blocked = True
    return apdu.OK


def _change_pin(app: Application, memory: Memory, command: Command, data: bytes) -> bytes:
    """P2 00: give the tries back. 02: a new PIN, enciphered."""
    if command.p1 or command.p2 not in (0x00, 0x02):
        return apdu.WRONG_P1P2
    if command.p2:
        pin = app.scheme.new_pin(app.keys, app.transaction(app.cvr()), app.arqc, data)
        if pin is None:
            return apdu.WRONG_DATA
        app.state.pin = pin
    app.state.pin_tries = app.state.pin_tries_most
    return apdu.OK


def _put_data(app: Application, memory: Memory, command: Command, data: bytes) -> bytes:
    """A limit of risk management, or the balance, by its tag in P1 P2."""
    tag = command.p1 << 8 | command.p2
    length = 6 if tag == BALANCE else COUNTERS.get(tag, ("", 0))[1]
    if not length:
        return apdu.NO_DATA
    if len(data) != length:
        return apdu.WRONG_LENGTH
    if length == 6 and not data.hex().isdigit():
        return apdu.WRONG_DATA
    if tag == BALANCE:
        app.state.balance_fen = int(data.hex())
    else:
        app.state.changed[f"{tag:04X}"] = data.hex()
    return apdu.OK


def _update_record(app: Application, memory: Memory, command: Command, data: bytes) -> bytes:
    """Writes over a record that is there."""
    place = f"{command.p2 >> 3}.{command.p1}"
    if command.p2 & 7 != 4 or app.record(place) is None:
        return apdu.NO_RECORD
    if not len(data) >= 2 or data[0] != 0x70:
        return apdu.WRONG_DATA
    app.state.changed[place] = data.hex()
    return apdu.OK


STEPS: dict[tuple[int, int], Callable[[Application, Memory, Command, bytes], bytes]] = {
    (0x84, 0x1E): _block_application,
    (0x84, 0x18): _unblock_application,
    (0x84, 0x16): _block_card,
    (0x84, 0x24): _change_pin,
    (0x04, 0xDA): _put_data,
    (0x04, 0xDC): _update_record,
}
SCRIPT_INS = frozenset(ins for _, ins in STEPS)
