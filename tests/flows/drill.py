"""A drill at the counter: the power goes or the line fails at an exact point, then everything must come right.

What the people do goes by keys, cards and eyes; what is checked afterwards are the books of those who count apart:
slips, the till's totals, the host's payments, the ledger with its proofs, the issuer's movements.
"""

from collections.abc import Callable, Sequence

from sqlalchemy import func, select

from host_sim.rig import bus
from host_sim.rig.link import Intercept
from host_sim.rig.nor import PowerCut
from host_sim.rig.person import GLANCE_US
from host_sim.rig.stage import MANAGER_PASSWORD, Stage
from host_sim.settlement.calendar import business_day
from host_sim.store.engine import Store
from host_sim.store.schema import Alarm, Batch, BatchItem, BatchSettlement, Notice, Payment, Tombstone
from tools.demo.balance import compare, gather
from tools.demo.slips import read_slips
from tools.demo.wiretap import Wiretap

MTI_AT = 13  # behind length 2, TPDU 5 and header 6
WAIT_US = 400_000_000
MORNING = {1: 8800, 2: 5100}
HOWS = ("before", "torn", "after")
UNSENT, LEFT, ANSWERED, ARRIVED = "unsent", "left", "answered", "arrived"
BOUNDARIES = (UNSENT, LEFT, ANSWERED, ARRIVED)
"""Before its first byte leaves; on its way to the host; the answer on its way back; the answer there, not read yet."""

AT_BOOT = {
    "power-nothing": ("断电未扣款", "T70"),
    "power-reversal": ("断电有待冲正", "T71"),
    "power-resend": ("断电结果未知", "T72"),
    "power-settling": ("断电结算未完", "T73"),
    "slip-missing": ("签购单未打印",),
    "idle": ("已签到", "请输入收款金额"),
    "no line": ("未签到", "网络断开"),
}
READ: dict[bytes, list[str]] = {}
LISTS = ("未上送", "主机拒绝", "冲正未决", "离线取消", "已撤销", "已冲正", "未批准", "未完成")


def is_message(data: bytes, mti: str) -> bool:
    return data[MTI_AT : MTI_AT + 2] == bytes.fromhex(mti)


def answer_to(mti: str) -> str:
    return f"{mti[:2]}{int(mti[2]) + 1}{mti[3:]}"


class Drill:
    """slips: texts of what was printed before. wait_us: how long a person looks for what should come."""

    def __init__(self, stage: Stage, slips: Sequence[str] = (), wait_us: int = WAIT_US):
        self._wait_us = wait_us
        self.stage, self.world, self.counter = stage, stage.world, stage.counter
        self.person = stage.person
        self.link = stage.counter.link
        self.tap = Wiretap(self.link)
        self._slips = slips
        self._look = self.person.screen
        self.person.screen = self._screen  # type: ignore[method-assign]

    def _screen(self) -> list[str]:
        """What the person reads; a picture that was read before, in any drill, is not spelt out again."""
        picture = b"".join(self.counter.display.pixels())
        if picture not in READ:
            READ[picture] = self._look()
        return READ[picture]

    @property
    def store(self) -> Store:
        return self.stage.host.store

    # ---- what people do
    async def sees(self, *texts: str) -> list[str]:
        return await self.person.sees(*texts, within_us=self._wait_us)

    async def idle(self) -> None:
        await self.sees(*AT_BOOT["idle"])

    async def pay(self, amount_fen: int, card: str = "rich") -> None:
        """As far as hands are needed: from here on the till goes its way alone, waiting where nobody presses a key."""
        shown = f"{amount_fen // 100}.{amount_fen % 100:02d}"
        await self.sees("请输入收款金额")
        await self.person.type(str(amount_fen))
        await self.sees("请输入金额", shown)
        await self.person.press("confirm")
        await self.sees("请核对", shown)
        await self.person.press("confirm")
        await self.sees("请贴近卡片")
        await self.person.hold(self.stage.cards[card])

    async def taken(self, result: str = "交易成功") -> int:
        """The result and both copies of the slip. Returns the voucher number."""
        seen = await self.sees(result, "凭证号")
        await self.copies()
        return int("".join(digit for digit in seen[2] if digit.isdigit()))

    async def copies(self) -> None:
        await self.sees("请撕下签购单")
        printed = len(self.counter.printer.slips)
        await self.person.press("confirm")
        await self.person.slips(printed + 1)
        await self.sees("请输入收款金额")

    async def sale(self, amount_fen: int, card: str = "rich") -> int:
        await self.pay(amount_fen, card)
        return await self.taken()

    async def offline_sale(self, amount_fen: int, card: str = "rich") -> int:
        """The line goes down first, and stays down."""
        await self.sees("请输入收款金额")
        self.link.up = False
        await self.sees("网络断开")
        await self.pay(amount_fen, card)
        return await self.taken("离线已受理")

    async def manager(self, item: str, trace: int) -> None:
        await self.idle()
        await self.person.press("menu", item)
        await self.sees("请输入主管密码")
        await self.person.type(MANAGER_PASSWORD)
        await self.person.press("confirm")
        await self.sees("请输入凭证号")
        await self.person.type(str(trace))
        await self.person.press("confirm")

    async def void(self, trace: int) -> None:
        await self.manager("2", trace)
        await self.sees("消费撤销", "凭证号", f"{trace:06d}")
        await self.person.press("confirm")

    async def refund(self, trace: int, amount_fen: int) -> None:
        await self.manager("3", trace)
        await self.sees("请输入金额")
        await self.person.type(str(amount_fen))
        await self.person.press("confirm")
        await self.sees("退货", "凭证号", f"{trace:06d}")
        await self.person.press("confirm")

    async def print_last(self) -> None:
        await self.idle()
        await self.person.press("menu", "5", "1")
        await self.copies()

    async def begin_settlement(self) -> None:
        await self.sees("请输入收款金额")
        await self.person.press("menu", "6")
        await self.sees("结算")
        await self.person.press("2")

    async def settle(self, result: str = "对账平") -> str:
        """Settles, or goes on settling. Returns the settlement slip."""
        printed = len(self.counter.printer.slips)
        await self.begin_settlement()
        await self.sees(result, "新批次")
        await self.person.slips(printed + 1)
        await self.sees("请输入收款金额")
        return self.counter.printer.slips[-1].text()

    async def query(self, trace: int) -> list[str]:
        """What the till says of a voucher."""
        await self.idle()
        await self.person.press("menu", "6")
        await self.sees("签到")
        await self.person.press("4")
        await self.sees("请输入凭证号")
        await self.person.type(str(trace))
        await self.person.press("confirm")
        lines = await self.sees("代码")
        await self.person.press("confirm")
        return lines

    # ---- the power
    def cut_at_write(self, number: int, how: str) -> None:
        """Cuts at the number-th flash operation from now, before, in the middle of or after it."""
        self.counter.nor.cut(number, how)

    def cut_at(self, mti: str, when: str) -> None:
        """Cuts at a boundary (BOUNDARIES) of the next message of that type."""
        if when == UNSENT:
            self.counter.before = self._pull(
                lambda question: question.op == bus.SEND and is_message(question.payload, mti)
            )
            return

        def switch(direction: str, data: bytes) -> bytes | None:
            if when == LEFT and direction == "request" and is_message(data, mti):
                self.tap.calm()
                self.world.call_after(self.link.latency_us // 2, self.counter.power_cut)
            if direction == "answer" and is_message(data, answer_to(mti)):
                self.tap.calm()
                if when == ANSWERED:
                    self.counter.power_cut()
                    return None
                self.counter.before = self._pull(lambda question: question.op == bus.RECEIVE)
            return data

        self.tap.switch = switch

    def cut_at_print(self, number: int) -> None:
        """Cuts when the till sends the number-th piece to the printer."""
        left = number

        def due(question: bus.Message) -> bool:
            nonlocal left
            left -= question.device == bus.UART1 and question.op == bus.SEND
            return not left

        self.counter.before = self._pull(due, bus.UART1)

    def _pull(self, due: Callable[[bus.Message], bool], device: int = bus.LINK) -> Callable[[bus.Message], None]:
        def look(question: bus.Message) -> None:
            if question.device == device and due(question):
                self.counter.before = None
                raise PowerCut("plug", 0)

        return look

    async def dark(self) -> None:
        """Waits until the power has gone, and a while longer."""
        await self.person.until(lambda: not self.counter.powered, "the power cut", WAIT_US)
        assert not self.counter.deaths, self.counter.deaths
        await self.person.pause(2)

    async def boot(self, ends: str = "idle") -> list[str]:
        """Power on. Returns what the till tells (names of AT_BOOT) on its way to the idle screen; a missing slip is
        printed, unless the merchant holds it already. ends: "idle", "no line", or "dark" where a cut is due."""
        await self.counter.power_on()
        told: list[str] = []
        while True:
            name = await self._standing()
            if name in ("idle", "no line", "dark"):
                assert name == ends, (name, told)
                return told
            told.append(name)
            await self.world.sleep(GLANCE_US)
            if name == "slip-missing":
                await self._missing_slip()
                continue
            await self.person.press("confirm")
            await self.person.until(lambda name=name: not self.person.reads(*AT_BOOT[name]), "the next screen", WAIT_US)

    async def _standing(self) -> str:
        found = ""

        def look() -> bool:
            nonlocal found
            found = next((name for name, texts in AT_BOOT.items() if self.person.reads(*texts)), "")
            if not self.counter.powered:
                found = "dark"
            return bool(found)

        await self.person.until(look, "a screen of the boot", WAIT_US)
        return found

    async def _missing_slip(self) -> None:
        """The slip is wanted only where no complete one with that amount is out."""
        shown = next(word for word in "".join(self.person.screen()).split() if "." in word)
        fen = int("".join(digit for digit in shown if digit.isdigit()))
        if fen in [abs(slip.amount_fen) for slip in read_slips(self.slips())]:
            await self.person.press("cancel")
            await self.person.until(lambda: not self.person.reads(*AT_BOOT["slip-missing"]), "the next screen")
            return
        await self.person.press("confirm")
        await self.copies()

    # ---- the line
    def lose(self, mti: str, times: int = 1) -> list[bytes]:
        """Loses that many messages of that type, questions or answers. Returns where they can be found later."""
        lost: list[bytes] = []

        def switch(direction: str, data: bytes) -> bytes | None:
            if len(lost) < times and is_message(data, mti):
                lost.append(data)
                return None
            return data

        self.tap.switch = switch
        return lost

    def on_line(self, switch: Intercept) -> None:
        self.tap.switch = switch

    def asked(self, mti: str) -> int:
        """How often a message of that type has left."""
        return self.tap.times(mti)

    def responses(self, mti: str) -> list[str]:
        """F39 of every answer of that type that arrived."""
        return [one.response for one in self.tap.heard if one.mti == mti and one.direction == "answer"]

    async def answered(self, mti: str, times: int = 1) -> None:
        """Waits until so many answers of that type have arrived."""
        await self.person.until(lambda: len(self.responses(mti)) >= times, f"answer {mti}", WAIT_US)
        await self.person.pause(1)

    # ---- the books
    def slips(self) -> list[str]:
        return [*self._slips, *(slip.text() for slip in self.counter.printer.slips)]

    async def payments(self) -> list[tuple[int, str, str, int]]:
        """(trace, kind, state, fen) of the host's payments since the morning, in order."""
        return await self.store.read(
            lambda session: [
                (one.trace, one.kind, one.state, one.amount_fen)
                for one in session.scalars(select(Payment).where(Payment.trace > 2).order_by(Payment.id))
            ]
        )

    async def tombstones(self) -> int:
        return await self.store.read(lambda session: session.scalar(select(func.count(Tombstone.id))) or 0)

    async def alarms(self) -> list[str]:
        return await self.store.read(lambda session: [one.text for one in session.scalars(select(Alarm))])

    def healthy(self) -> None:
        assert not self.counter.deaths, self.counter.deaths
        assert self.counter.supply is not None
        assert b"fault " not in self.counter.supply.output, self.counter.supply.output

    async def close(self, counted: dict[int, int], **lists: Sequence[int]) -> None:
        """Settles batch 1 and compares everything. counted: signed fen by voucher, beside the morning's. lists: voucher
        numbers by the heads of the settlement slip's lists; those not named are empty."""
        await self.balanced(await self.settle(), counted, True, **lists)

    async def balanced(self, slip: str, counted: dict[int, int], matched: bool = True, **lists: Sequence[int]) -> None:
        self.healthy()
        day = business_day(self.world.now())
        pending = lists.get("未上送", ())  # on paper, and in no batch yet
        slips = [slip for slip in read_slips(self.slips()) if slip.trace not in pending]
        books = await gather(self.stage, slips, self.tap.totals, 1, day)
        found = compare(books)
        assert not found, found
        assert books.host == {**MORNING, **counted}, books.host
        expected = {name: list(traces) for name, traces in lists.items()}
        assert {name: traces for name, traces in vouchers(slip).items() if traces} == expected, slip
        flags, batches, payouts, notices, open_ones = await self.store.read(
            lambda session: (
                session.scalar(select(Batch.flags).where(Batch.number == 1)),
                [(one.number, one.state) for one in session.scalars(select(Batch).order_by(Batch.id))],
                session.scalar(select(func.count(BatchSettlement.id))),
                session.scalar(select(func.count(Notice.id))),
                session.scalar(select(func.count(Payment.id)).where(Payment.state == "authorising")),
            )
        )
        assert (flags == "11") is matched, flags
        assert batches == [(1, "CLOSED"), (2, "OPEN")], batches
        assert (payouts, notices, open_ones) == (1, 1, 0), (payouts, notices, open_ones)
        if matched:
            assert await self.alarms() == []

    async def findings(self) -> list[tuple[int, str]]:
        """(trace, finding) of what was uploaded to the host."""
        return await self.store.read(
            lambda session: [
                (one.trace, one.finding) for one in session.scalars(select(BatchItem).order_by(BatchItem.id))
            ]
        )


def vouchers(slip: str) -> dict[str, list[int]]:
    """The lists of a settlement slip: voucher numbers by their heads."""
    found: dict[str, list[int]] = {}
    name = ""
    for line in slip.splitlines():
        words = line.split()
        if len(words) == 2 and words[0] in LISTS:
            name = words[0]
            found[name] = []
        elif name and words and len(words[0]) == 6 and words[0].isdigit():
            found[name].append(int(words[0]))
    return found
