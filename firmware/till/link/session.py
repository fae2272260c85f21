"""The till's standing with its host: working keys, whose turn it is on the line, and one believed exchange.

Only an answer whose MAC is right is an answer. A person at the till goes before the background.
"""

import asyncio
from binascii import hexlify, unhexlify

from till.keys.compare import same
from till.keys.errors import KeysError
from till.keys.mac import mac
from till.keys.working import check_value, open_working_keys
from till.link import messages
from till.link.errors import BadMac, KeysWrong, NoAnswer, NotSent, NotSignedOn, Refused
from till.link.line import Line
from till.wire.errors import WireError
from till.wire.frame import host_request
from till.wire.iso8583 import answer_mti, maced_part, pack, pack_with_mac, unpack
from till.wire.presence import check_answer

SIGN_ON_AGAIN = ("77", "97", "A0")
SETTLE_FIRST = "77"
UPDATE = 6  # asked for in the header: the terminal management system has something for the till


class Session:
    """stream: to the host. book: the journal's fold. settings: of the till, with the TMK. profile: module of the
    acquirer's tables. urgent: Signal that is set while somebody at the till waits for the line. exchange_over: Signal
    that is set while no UART exchange is open, so that flash may be written. changed(): called after anything that a
    person may see."""

    def __init__(self, stream, clock, book, settings, profile, urgent, exchange_over, changed):
        self.clock, self.book, self.settings, self.profile = clock, book, settings, profile
        self.changed = changed
        self.link_up = False
        self.fault = None  # why the host cannot be reached, where more is known of it: key of an answer
        self.host_batch = 0  # the batch that the host named at the last sign-on
        self.host_request = 0  # what the host asks the till to do next, from the header of the last answer
        self.update_wanted = False  # it has asked for an update, and none was looked for since
        self.believed_epoch = None  # the host's time in the last answer whose MAC was right
        self._line = Line(stream, clock, urgent)
        self._urgent, self._exchange_over = urgent, exchange_over
        self._keys = None
        self._lock = asyncio.Lock()
        self._people = 0

    def signed_on(self):
        return self._keys is not None

    def forget_keys(self):
        self._keys = None
        self.changed()

    def check_values(self):
        """Of TMK, PIK, MAK and TDK, in hex; "-" for those that there are not."""
        keys = (unhexlify(self.settings["tmk"]),) + (self._keys or (None, None, None))
        return tuple([hexlify(check_value(key)).decode().upper() if key else "-" for key in keys])

    def pik(self):
        if self._keys is None:
            raise NotSignedOn()
        return self._keys[0]

    def tdk(self):
        """None where the acquirer takes tracks in clear."""
        return self._keys[2] if self._keys else None

    def turn(self, background=False):
        """`async with session.turn():` has the line to itself. The background gives up its wait for a person."""
        return _Turn(self, background)

    async def open(self, background=False):
        """Raises NotSent where the host cannot be reached; nothing has left the till then. Whoever asks holds the
        turn."""
        try:
            await self._line.open(background)
        except NotSent as error:
            self._down(error)
            raise
        self._up(True)

    def _down(self, error):
        self.fault = error.args[0] if error.args else None
        self._up(False)

    def _up(self, up):
        if up:
            self.fault = None
        if up != self.link_up:
            self.link_up = up
            self.changed()

    async def flash_is_free(self):
        """Waits until no card or printer exchange is open; what is written at once after that is safe."""
        await self.clock.wait((self._exchange_over,))

    async def ask(self, name, fields, background=False):
        """Sends the message of that row of the profile and returns the fields of its answer.

        Raises NotSent, NoAnswer, BadMac, NotSignedOn. Whoever asks holds the turn."""
        row = self.profile.MESSAGES[name]
        maced = row.maced
        if maced:
            if self._keys is None:
                raise NotSignedOn()
            mak = self._keys[1]
            body = pack_with_mac(row.mti, fields, lambda data: mac(self.profile.MAC, mak, data))
        else:
            body = pack(row.mti, fields)
        answers = _Answers(row.mti, fields, name == "sign_on")
        tpdu = bytes.fromhex(self.settings["tpdu"])
        try:
            header, received = await self._line.exchange(tpdu, self.profile.HEADER, body, answers.take, background)
        except NotSent as error:
            self._down(error)
            raise
        self._up(True)
        answer = answers.taken
        if maced and not self._believed(received, answer, mak):
            raise BadMac()
        try:
            check_answer(row, answer)
        except WireError:
            raise NoAnswer()  # something that cannot be acted on: as if it had not come
        self.host_request = host_request(header)
        if self.host_request == UPDATE:
            self.update_wanted = True
        if maced and 13 in answer and 12 in answer:
            self._hear_time(answer)
        return answer

    def _hear_time(self, answer):
        """Only the time of a believed answer decides over money: an 0810 is under no MAC."""
        epoch = self.clock.epoch_of(answer[13], answer[12], self.clock.epoch() or self.settings["provisioned_at"])
        if epoch is not None and epoch > (self.believed_epoch or 0):  # a repeated answer brings its old time
            self.believed_epoch = epoch

    def _believed(self, received, answer, mak):
        given = answer.get(64)
        return given is not None and same(mac(self.profile.MAC, mak, maced_part(received)), given)

    async def sign_on(self, near_epoch, background=False):
        """Fetches working keys, the date and the batch. Raises NotSent, NoAnswer, Refused, KeysWrong.

        near_epoch: a time near now; the answer carries no year."""
        async with self.turn(background):
            fields = messages.sign_on(self.settings, self.profile, self.book.coming_trace(), self.book.batch)
            try:
                answer = await self.ask("sign_on", fields, background)
            except NoAnswer:
                self.forget_keys()  # the host may hold new ones
                raise
            if answer.get(39) != "00":
                raise Refused(answer.get(39, ""))
            try:
                keys = open_working_keys(
                    bytes.fromhex(self.settings["tmk"]), answer.get(62, b""), self.profile.KEY_LAYOUT
                )
            except KeysError:
                self.forget_keys()
                raise KeysWrong()
            epoch = self.clock.epoch_of(answer[13], answer[12], near_epoch)
            batch = int(answer[60][2:8])
            if epoch is None or not batch:
                raise NoAnswer()
            await self.flash_is_free()
            self.clock.set_epoch(epoch)
            self._keys = keys  # also where the batch is another one: without keys it cannot be settled
            self.host_batch = batch
            self._adopt()

    def _adopt(self):
        book = self.book
        if self.host_batch == book.batch or book.settling:
            return  # a settlement that goes on closes its batch itself
        if book.batch and book.has_open_records():
            raise Refused(SETTLE_FIRST)  # never adopt the host's batch over records of another
        book.open_batch(self.host_batch)


class _Answers:
    """Which received message answers the one sent: same trace, terminal, merchant and batch, and the answer's MTI."""

    def __init__(self, mti, fields, any_batch):
        self._mti = answer_mti(mti)
        self._fields, self._any_batch = fields, any_batch
        self.taken = {}

    def take(self, body):
        try:
            mti, answer = unpack(body)
        except WireError:
            return False
        asked = self._fields
        if 3 in asked and answer.get(3, asked[3]) != asked[3]:
            return False  # a query has the number of what it asks about
        if mti != self._mti or [answer.get(n) for n in (11, 41, 42)] != [asked.get(n) for n in (11, 41, 42)]:
            return False
        if not self._any_batch and answer.get(60, "")[2:8] != asked[60][2:8]:
            return False
        self.taken = answer
        return True


class _Turn:
    def __init__(self, session, background):
        self._session, self._background = session, background

    async def __aenter__(self):
        session = self._session
        if not self._background:
            session._people += 1
            session._urgent.set()
        await session._lock.acquire()
        if not self._background:
            session._people -= 1
            if not session._people:
                session._urgent.clear()

    async def __aexit__(self, kind, error, trace):
        self._session._lock.release()
        self._session.changed()
