"""From a frame to its answer: decode, find the rule, the terminal, check MAC and presence, hand over, answer."""

import asyncio
import traceback
from collections import deque
from time import perf_counter

from host_sim.acquirer.answering import bare_answer, full_answer, is_question
from host_sim.acquirer.codec import CORRELATION, MAC_FIELD, Codec, CodecError, maced_part
from host_sim.acquirer.desk import Desk
from host_sim.acquirer.exactly_once import RESENDABLE
from host_sim.acquirer.frame import Frame, answer_frame
from host_sim.acquirer.handlers import HANDLERS
from host_sim.acquirer.payments import Unanswered
from host_sim.acquirer.profiles import Fields, MessageRule, ProfileError
from host_sim.acquirer.proving import prove
from host_sim.acquirer.redaction import logger
from host_sim.acquirer.request import Reply, Request, Till, load_till
from host_sim.acquirer.terminal_parameters import Versions, versions
from host_sim.acquirer.tracks import TrackError, open_tracks

log = logger("picotill.acquirer")

TIMINGS = 10_000
FETCH_CA_KEYS, FETCH_APPLICATIONS = 4, 5  # the header's digit


class Refused(Exception):
    """A question that gets no further. args: response, reason for the log (no values)."""


class Dispatcher:
    """Answers frames one at a time.

    malformed counts what could not be understood or proved. requests: what the host asks of a terminal with its next
    signed answer, by terminal number (the header's digit). versions: of what terminals download, once known.
    timings: of the latest messages, name and ms from question to answer.
    """

    def __init__(self, desk: Desk):
        self.desk = self._desk = desk
        self._codec = Codec(desk.profile)
        self.malformed = 0
        self.requests = desk.requests
        self.versions: Versions | None = None
        self.timings: deque[tuple[str, float]] = deque(maxlen=TIMINGS)

    async def answer(self, frame: Frame, peer: str) -> bytes | None:
        """The answer's bytes, None where the question cannot be answered. Logs one line and never raises."""
        started = perf_counter()
        try:
            mti, fields = self._codec.decode(frame.body)
        except CodecError as error:
            self.malformed += 1
            log.warning("%s: malformed message %s: field %s %s", peer, error.mti, error.field, error.reason)
            return self._correlated(frame, error.mti, error.known, "30")
        if not is_question(mti):
            self.malformed += 1
            log.warning("%s: type %s is not a question", peer, mti)
            return None
        known = {number: fields[number] for number in CORRELATION if number in fields}
        try:
            rule, subfields = self._rule(mti, fields)
            till = await self._proved(rule, fields, maced_part(frame.body))
        except Refused as refused:
            self.malformed += 1
            log.warning("%s: %s refused with %s: %s", peer, mti, *refused.args)
            return self._correlated(frame, mti, known, refused.args[0])
        request = Request(rule, mti, fields, subfields, till, self._desk.clock.now())
        try:
            reply = await self.reply(request, peer)
        except Unanswered as error:
            log.error("%s: terminal %s %s gets no answer: %s", peer, till.number, rule.name, error)
            return None
        try:
            body = await full_answer(request, reply, self._desk, self._codec)
        except Exception as error:  # what was decided is on disk: the terminal reverses or asks again
            log.error("%s: %s not packed, no answer: %s", peer, rule.name, _where(error))
            return None
        taken_ms = (perf_counter() - started) * 1000
        self.timings.append((rule.name, taken_ms))
        log.info(
            "%s: terminal %s %s trace %s answered %s in %.1f ms",
            *(peer, till.number, rule.name, fields.get(11, "-"), reply.response, taken_ms),
        )
        asked = self.requests.pop(till.number, 0) or await self._newer(till) if rule.mac else 0
        return answer_frame(frame, body, asked, self._desk.profile.host_request_digit)

    async def _newer(self, till: Till) -> int:
        """What a terminal that has downloaded before should fetch anew: the host has had other tables since."""
        if till.ca_keys is None or till.applications is None:
            return 0
        if self.versions is None:
            self.versions = await asyncio.to_thread(versions, self._desk.exceptions)
        if till.ca_keys != self.versions.ca_keys:
            return FETCH_CA_KEYS
        return 0 if till.applications == self.versions.applications else FETCH_APPLICATIONS

    async def handed_over(self, body: bytes) -> Request:
        """The question in a message without F64 that a proved file held. Raises CodecError, Refused."""
        mti, fields = self._codec.decode(body)
        rule, subfields = self._rule(mti, fields)
        number = str(fields[41])
        till = await self._desk.store.read(lambda session: load_till(session, number))
        if till is None:
            raise Refused("97", "terminal is not registered")
        request = Request(rule, mti, fields, subfields, till, self._desk.clock.now(), handed_over=True)
        refusal = _form(request)
        if refusal is not None:
            raise refusal
        return request

    def _rule(self, mti: str, fields: Fields) -> tuple[MessageRule, dict[str, str]]:
        if any(number not in fields for number in (41, 60)):
            raise Refused("30", "field 41 or 60 is missing")
        try:
            subfields = self._desk.profile.split(60, str(fields[60]))
        except ProfileError as error:
            raise Refused("30", f"field 60 {error.args[1]}") from None
        if "batch" not in subfields:
            raise Refused("30", "field 60 has no batch")
        processing = fields.get(3)
        rule = self._desk.profile.find(
            mti, str(processing) if processing else None, subfields["type"], subfields.get("network")
        )
        if rule is None:
            raise Refused("40", "no such message in the profile")
        return rule, subfields

    async def _proved(self, rule: MessageRule, fields: Fields, covered: bytes) -> Till:
        """The terminal that sent this, with the keys that proved it. Nothing else of an unproved message is worth an
        answer of its own. covered: what F64 is over, as it was received."""
        number = str(fields[41])
        till = await self._desk.store.read(lambda session: load_till(session, number))
        if till is None:
            raise Refused("97", "terminal is not registered")
        if not rule.mac:
            return till
        code = fields.get(MAC_FIELD)
        if till.mak_block is None:
            raise Refused("A0", f"terminal {number} has no MAC key yet: sign on")
        if not isinstance(code, bytes):
            raise Refused("30", f"terminal {number}: field 64 is missing")
        proved = await prove(till, covered, code, self._desk)
        if proved is None:
            raise Refused("A0", f"terminal {number}: wrong MAC")
        return proved

    async def reply(self, request: Request, peer: str) -> Reply:
        """What the message's handler says; durable. Raises Unanswered."""
        refusal = _form(request)
        if refusal is not None:
            log.warning("%s: terminal %s %s: %s", peer, request.till.number, request.rule.name, refusal.args[1])
            return Reply(refusal.args[0])
        try:
            return await HANDLERS[request.rule.name](open_tracks(request, self._desk), self._desk)
        except TrackError as error:
            log.warning("%s: terminal %s %s: %s", peer, request.till.number, request.rule.name, error)
            return Reply("30")
        except Unanswered:
            raise
        except Exception as error:  # one message never stops the host; the error's text may quote a field
            where = _where(error)
            if request.mti in RESENDABLE:
                # An earlier one may have been taken, or this one: its resend finds out, a 96 would end it.
                raise Unanswered(f"failed: {where}") from None
            log.error("%s: %s failed: %s", peer, request.rule.name, where)
            return Reply("96")

    def _correlated(self, frame: Frame, mti: str | None, known: Fields, response: str) -> bytes | None:
        """An answer to what was not understood or not proved, if the terminal can tell which question it is to.

        It never has F64: whoever chose the question's bytes would choose those that the terminal's key signs.
        """
        if mti is None or not is_question(mti) or not {41, 60} <= set(known):
            return None
        body = bare_answer(mti, known, response, self._codec)
        return answer_frame(frame, body, 0, self._desk.profile.host_request_digit)


def _form(request: Request) -> Refused | None:
    """What is wrong with a proved message as a whole."""
    rule, present = request.rule, frozenset(request.fields)
    must = rule.must - {MAC_FIELD} if request.handed_over else rule.must
    if not must <= present:
        return Refused("30", f"field {min(must - present)} is missing")
    if not present <= rule.must | rule.may:
        return Refused("30", f"field {min(present - rule.must - rule.may)} is not expected")
    if request.text(42) != request.till.merchant_number:
        return Refused("03", "merchant is not this terminal's")
    return None


def _where(error: Exception) -> str:
    """What failed and where, without the error's text, which may quote a field."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {last.name} line {last.lineno}"
