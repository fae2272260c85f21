"""Commands that the issuer sends to its cards: ordered, put into an answer, and what became of them.

An order goes with each genuine answer until the card's result comes, or MOST_SENT times. Template 71 is for before the
second cryptogram, 72 for after (EMV 4.4 Book 3, 10.10; Book 2, 9 for the MAC); one command a template, its identifier
the order's number.
"""

from collections.abc import Sequence
from typing import Any

from psec.pinblock import decode_pinblock_iso_0, encode_pinblock_iso_0
from sqlalchemy import select
from sqlalchemy.orm import Session

from host_sim.networks.issuer.chips import Chip, Objects
from host_sim.networks.issuer.messages import IssuerError
from host_sim.networks.issuer.schema import Account, Order
from host_sim.networks.tdes import decrypt, encrypt

BEFORE, AFTER, IDENTIFIER, COMMAND = 0x71, 0x72, b"\x9f\x18\x04", 0x86
MOST_SENT = 5
MOST_BYTES = 128
"""Of all templates in one answer (Book 3, 10.10)."""
RESULT_BYTES = 5
DONE = 0x20
FALSE_ANSWER = "false-answer"
PLAIN = {"block-application": "841E0000", "unblock-application": "84180000", "block-card": "84160000"}
PLAIN |= {"unblock-pin": "84240000"}
COMMANDS = (*PLAIN, "change-pin", "put-data", "update-record", FALSE_ANSWER)


def new_order(account: Account, zpk: bytes, pan: str, command: str, **given: Any) -> Order:
    """A row for the order. given: tag and value of put-data, sfi, record and value of update-record, pin of change-pin
    (kept as a block under the ZPK), before, corrupt (sent with a wrong MAC). Raises IssuerError."""
    before, corrupt = bool(given.pop("before", False)), bool(given.pop("corrupt", False))
    needed = {"put-data": {"tag", "value"}, "update-record": {"sfi", "record", "value"}, "change-pin": {"pin"}}
    if command not in COMMANDS:
        raise IssuerError("script", f"is one of {', '.join(COMMANDS)}")
    if set(given) != needed.get(command, set()):
        raise IssuerError("script", f"{command} takes {', '.join(sorted(needed.get(command, ()))) or 'nothing more'}")
    head, data = PLAIN.get(command, ""), ""
    if command == "put-data":
        head, data = f"04DA{given['tag']}", given["value"]
    elif command == "update-record":
        head, data = f"04DC{given['record']:02X}{given['sfi'] << 3 | 4:02X}", given["value"]
    elif command == "change-pin":
        head, data = "84240002", encrypt(zpk, encode_pinblock_iso_0(given["pin"], pan)).hex()
    if len(data) > 2 * 90:
        raise IssuerError("script", "holds over 90 bytes: one template takes no more")
    return Order(account=account, command=command, head=head, data=data, before=before, corrupt=corrupt)


def templates(session: Session, account_id: int, chip: Chip, objects: Objects, pan: str, zpk: bytes, ref: str) -> bytes:
    """What goes into the answer behind tag 91; the orders that are in it are noted as sent with the reference."""
    written = b""
    for order in open_orders(session, account_id):
        if order.command == FALSE_ANSWER:
            continue
        one = _template(order, chip, objects, pan, zpk)
        if len(written) + len(one) > MOST_BYTES:
            break
        written += one
        order.sent += 1
        order.reference = ref
        if order.sent == MOST_SENT:
            order.state = "given up"
    return written


def open_orders(session: Session, account_id: int) -> Sequence[Order]:
    """What this card is to get, oldest first."""
    return session.scalars(
        select(Order).where(Order.account_id == account_id, Order.state == "open").order_by(Order.id)
    ).all()


def take_false_answer(session: Session, account_id: int) -> bool:
    """Whether this answer is to be false: an order for one is used up."""
    found = next((order for order in open_orders(session, account_id) if order.command == FALSE_ANSWER), None)
    if found is not None:
        found.state = "done"
    return found is not None


def note_results(session: Session, reference: str, results: bytes) -> int:
    """DF31's entries of five bytes: what became of the orders that went with the reference; how many were known."""
    noted = 0
    for at in range(0, len(results) - len(results) % RESULT_BYTES, RESULT_BYTES):
        entry = results[at : at + RESULT_BYTES]
        order = session.get(Order, int.from_bytes(entry[1:], "big"))
        if order is None or order.reference != reference:
            continue
        order.result = entry.hex()
        order.state = "done" if entry[0] & 0xF0 == DONE else "failed"
        noted += 1
    return noted


def _template(order: Order, chip: Chip, objects: Objects, pan: str, zpk: bytes) -> bytes:
    data = bytes.fromhex(order.data)
    if order.command == "change-pin":
        data = chip.pin_change(objects, decode_pinblock_iso_0(decrypt(zpk, data), pan))
    header = bytes.fromhex(order.head) + bytes([len(data) + chip.mac_bytes])
    mac = chip.command_mac(header, objects, data)
    if order.corrupt:
        mac = bytes([mac[0] ^ 1]) + mac[1:]
    command = header + data + mac
    inside = IDENTIFIER + order.id.to_bytes(4, "big") + bytes([COMMAND, len(command)]) + command
    return bytes([BEFORE if order.before else AFTER]) + _length(inside) + inside


def _length(value: bytes) -> bytes:
    return bytes([len(value)]) if len(value) < 128 else bytes([0x81, len(value)])
