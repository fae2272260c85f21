"""What a terminal has handed over in a file, fed to the host: each message by its own handler, under its own key.

So each is taken once, whether it came by the line before, comes by it later, or is fed twice. What is new counts in no
batch of the terminal's: the terminal has handed it over and does not count it. If it sends it all the same, because its
power went before it could note that, the answer files it where the terminal counts it.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from host_sim.acquirer.codec import CodecError
from host_sim.acquirer.codes import masked
from host_sim.acquirer.dispatch import Dispatcher, Refused
from host_sim.acquirer.exactly_once import find, key_of
from host_sim.acquirer.original import read_original
from host_sim.acquirer.payments import Unanswered
from host_sim.acquirer.profiles import ProfileError
from host_sim.acquirer.queue_file import QueueFile
from host_sim.acquirer.request import APPROVED, Request
from host_sim.networks.cards import mask

KINDS = ("offline", "refund", "reversal", "qr_refund", "qr_reversal")
"""What a terminal hands over."""
TAKEN, KNOWN, REFUSED, OPEN = "taken", "known", "refused", "open"
"""New and done; answered before; new and refused; no answer yet: feed the file again later."""


@dataclass(frozen=True)
class Item:
    """One message, redacted. batch: of the payment itself. response: F39, None while there is none."""

    number: int
    kind: str
    batch: int
    trace: int
    card: str
    amount_fen: int
    outcome: str | None = None
    response: str | None = None

    def shown(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if value is not None}


class FeedError(ValueError):
    """A file that the host cannot take. args: what is wrong, what to do next."""


async def read(file: QueueFile, dispatcher: Dispatcher) -> list[tuple[Request, Item]]:
    """The messages of a file and what they are. Raises FeedError for a terminal or a message that is not ours."""
    read = []
    for number, body in enumerate(file.messages, 1):
        try:
            request = await dispatcher.handed_over(body)
        except (CodecError, Refused) as error:
            what = f"message {number} is none that this host takes: {error.args[0]} {error.args[1]}"
            raise FeedError(what, "open the file with the host that enrolled the till") from None
        if request.till.number != file.terminal or request.rule.name not in KINDS:
            raise FeedError(f"message {number} is no {' or '.join(KINDS)} of this till", "ask for another file")
        read.append((request, _item(number, request, dispatcher)))
    return read


async def feed(file: QueueFile, dispatcher: Dispatcher) -> list[Item]:
    """Every message of the file through its handler, in its order. What was answered before stays as it was."""
    done = []
    for request, item in await read(file, dispatcher):
        key = key_of(request, batch_number=item.batch)
        before = await dispatcher.desk.store.read(lambda session, key=key: _answered(session, key))
        try:
            response = (await dispatcher.reply(request, "file")).response
        except Unanswered:
            done.append(Item(**{**vars(item), "outcome": OPEN}))
            continue
        good = response == APPROVED or item.kind.endswith("reversal")
        outcome = KNOWN if before else TAKEN if good else REFUSED
        done.append(Item(**{**vars(item), "outcome": outcome, "response": response}))
    return done


def _item(number: int, request: Request, dispatcher: Dispatcher) -> Item:
    batch = request.batch
    if request.rule.name == "offline":
        try:
            batch = read_original(request, dispatcher.desk.profile).batch
        except ProfileError:
            raise FeedError(f"message {number} does not say of which sale it is", "ask for another file") from None
    card = mask(request.pan) if 2 in request.fields else masked(str(request.fields.get(44, "")))
    return Item(number, request.rule.name, batch, request.trace, card, request.amount_fen)


def _answered(session: Session, key: Any) -> bool:
    message = find(session, key)
    return message is not None and message.answer is not None
