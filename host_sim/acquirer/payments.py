"""One payment through the host: taken once, asked of the network, concluded. The two ends are one unit of work each.

Between the units the payment is "authorising" on disk. A reversal may come in between; then the conclusion finds
the payment reversed, honours nothing, and has the network take the money back. A host that dies in between leaves it
to the recovery.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from sqlalchemy import insert
from sqlalchemy.orm import Session

from host_sim.acquirer import exactly_once
from host_sim.acquirer.asking import ask_network
from host_sim.acquirer.batches import DEBITS, filing_fault, refile
from host_sim.acquirer.concluding import conclude, said
from host_sim.acquirer.desk import Desk
from host_sim.acquirer.exactly_once import Key
from host_sim.acquirer.original import Original
from host_sim.acquirer.request import APPROVED, Reply, Request
from host_sim.acquirer.standing import stand
from host_sim.acquirer.undoing import undo_now
from host_sim.networks.cards import mask
from host_sim.networks.issuer import Decision
from host_sim.networks.switch import Route
from host_sim.networks.wallet import PENDING
from host_sim.settlement.dates import commit_day, settled_on
from host_sim.settlement.fees import price_fen
from host_sim.store.schema import Base, Merchant, Message, Payment


@dataclass(frozen=True)
class Verdict:
    """What a check against the host's records found. response: why not, None to go on. original: of void and refund."""

    response: str | None
    original: Payment | None = None


@dataclass(frozen=True)
class Opened:
    """A payment that is authorising."""

    payment_id: int
    reference: str
    original_reference: str | None


@dataclass(frozen=True)
class Work:
    """What is to be paid. check: against the records, in the first unit. ask: the network; may block.

    original: what F61 says. masked: what stands for the account on statements, "" for the card's mask. waits: the
    customer may have yet to pay, and an outcome that is not known is found out by a query: either is answered PENDING.
    """

    kind: str
    key: Key
    check: Callable[[Session], Verdict]
    ask: Callable[[Opened], Decision]
    original: Original | None = None
    masked: str = ""
    waits: bool = False


class Unanswered(Exception):
    """No answer is the only true one: the terminal then reverses a 0200 and resends a 0220, and both are safe.

    args: reason.
    """


async def make_payment(request: Request, desk: Desk, route: Route, work: Work) -> Reply:
    """Take, ask, conclude. The reply is durable before it is returned. Raises Unanswered."""
    attempt = _Attempt(
        request,
        desk,
        route,
        work,
        reference=await desk.references.take(request.at),
        digest=desk.vault.digest(request.mti, request.fields),
        sealed=desk.vault.seal(request.account, desk.vault.token(request.account)),
    )
    opened = await desk.store.write(attempt.open)
    if isinstance(opened, Reply):
        return opened
    about = f"terminal {request.till.number} trace {request.trace}"
    decision = await ask_network(desk, route, partial(work.ask, opened), about)
    if work.waits and (decision is None or decision.response == PENDING):
        return await desk.store.read(lambda session: waiting(session, desk, route, opened.payment_id))
    if decision is None and request.mti in exactly_once.RESENDABLE:
        raise Unanswered("the network's result is unknown: the resend asks it again")
    try:
        ended = await desk.store.write(lambda session: conclude(session, desk, route, opened.payment_id, decision))
    except Exception as error:
        raise Unanswered(f"money may have moved and its record failed: {type(error).__name__}") from error
    if ended.undo:
        await undo_now(desk, opened.payment_id)
    if ended.reply is None:
        raise Unanswered("approved, and its batch takes no more payments: the resend files it in the next")
    return ended.reply


def waiting(session: Session, desk: Desk, route: Route, payment_id: int) -> Reply:
    """The answer while a payment waits for its customer. It is not kept: the next one may say more."""
    payment = session.get_one(Payment, payment_id)
    return Reply(PENDING, said(session, desk, route, payment, None))


@dataclass(frozen=True)
class _Attempt:
    """reference: F37 for a payment that is new. digest: of the question. sealed: the card number's cipher text."""

    request: Request
    desk: Desk
    route: Route
    work: Work
    reference: str
    digest: str
    sealed: bytes

    def open(self, session: Session) -> Opened | Reply:
        """The first unit: take the key, check, put the payment on record as authorising."""
        request, key = self.request, self.work.key
        standing = stand(session, request, key)
        if standing.taken:
            return self._repeat(session)
        fault = filing_fault(standing.batch_number, standing.batch_state, request)
        if fault:
            return Reply(fault)
        if standing.buried:
            refused = Reply("12")
            exactly_once.take(session, key, self.digest, request.at, refused)
            return refused
        verdict = self.work.check(session)
        payment_id = self._record(session, standing.merchant, verdict)
        reply = None
        if verdict.response:
            payment = session.get_one(Payment, payment_id)
            reply = Reply(verdict.response, said(session, self.desk, self.route, payment, None))
        exactly_once.take(session, key, self.digest, request.at, reply, payment_id)
        return reply or Opened(payment_id, self.reference, verdict.original.rrn if verdict.original else None)

    def _repeat(self, session: Session) -> Opened | Reply:
        message = exactly_once.find(session, self.work.key)
        assert message is not None
        reply = exactly_once.repeated(session, message, self.request, self.digest)
        if not self.request.handed_over:
            self._file_again(session, message, reply)
        return reply or _resume(session, message)

    def _file_again(self, session: Session, message: Message, reply: Reply | None) -> None:
        """The terminal counts it in the batch in which it gets its answer."""
        if reply is not None and reply.response != APPROVED:
            return
        payment = session.get_one(Payment, message.payment_id)
        if reply is not None:
            refile(session, payment)
        elif payment.filed_batch is None:
            payment.filed_batch = self.request.batch

    def _record(self, session: Session, merchant: Merchant, verdict: Verdict) -> int:
        """The payment's id. A statement, not an object: nothing more becomes of it in this unit."""
        request, route, vault = self.request, self.route, self.desk.vault
        original = self.work.original
        day = commit_day(session, merchant, self.desk.clock.now())
        values = {
            "terminal_id": request.till.id,
            "merchant_id": request.till.merchant_id,
            "batch_number": self.work.key.batch_number,
            "filed_batch": None if request.handed_over else request.batch,
            "trace": request.trace,
            "kind": self.work.kind,
            "state": "refused" if verdict.response else "authorising",
            "response": verdict.response,
            "amount_fen": request.amount_fen,
            "currency": request.text(49),
            "channel": route.channel or self.desk.acquirer.channel,
            "cost_fen": self._cost_fen(),
            "scheme": route.scheme,
            "card_class": route.card_class,
            "entry": request.text(22),
            "pan_token": vault.token(request.account),
            "pan_masked": self.work.masked or mask(request.pan),
            "pan_cipher": self.sealed,
            "rrn": self.reference,
            "original_id": verdict.original.id if verdict.original else None,
            "original_batch": original.batch if original else None,
            "original_trace": original.trace if original else None,
            "original_date": original.date if original else None,
            "business_date": day,
            "settlement_date": settled_on(day, route.card_class),
            "at": request.at,
        }
        return session.connection().execute(_RECORD, values).scalar_one()

    def _cost_fen(self) -> int:
        """What the channel will keep of a sale."""
        if self.work.kind not in DEBITS:
            return 0
        own, theirs = self.desk.acquirer.cost_basis_points, self.route.cost_basis_points
        return price_fen(self.request.amount_fen, own if theirs is None else theirs)


_PAYMENT = Base.metadata.tables[Payment.__tablename__]
_RECORD = insert(_PAYMENT).returning(_PAYMENT.c.id)


def _resume(session: Session, message: Message) -> Opened:
    """A resend of what was taken and never concluded goes on where it stopped; the network knows the reference."""
    payment = session.get_one(Payment, message.payment_id)
    original = session.get(Payment, payment.original_id) if payment.original_id else None
    assert payment.rrn is not None
    return Opened(payment.id, payment.rrn, original.rrn if original else None)
