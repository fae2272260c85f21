"""The script of the day: what merchant, customers and the world do, and what they must see.

Everything is done by hand and by eye: keys, cards, switches of the line and of the power; nothing reaches into the
till or the host, but for one payment that a clerk at the host files wrongly (`misfile`), so that the totals differ.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy import update

from host_sim.rig import bus
from host_sim.rig.cards.faults import GarbageCard
from host_sim.rig.nor import PowerCut
from host_sim.rig.person import NotSeen
from host_sim.rig.stage import MANAGER_PASSWORD, PIN, Stage
from host_sim.store.schema import Payment
from tools.demo.wiretap import Wiretap

MTI_AT = 13  # behind length 2, TPDU 5 and header 6
SPOILED_AT = MTI_AT + 2 + 8 + 1 + 10 + 3 + 3  # in F4: MTI, bitmap, F2 of 19 digits, F3
SETTLE_AT_HOUR = 22
WAIT_US = 180_000_000
WRONG_PIN = "135790"


class PowerGone(PowerCut):
    """The world pulls the plug."""


class Spoil:
    """Flips one bit of the amount in the first message that has `mark` (its MTI) in it, `times` times."""

    def __init__(self, direction: str, mark: bytes, times: int):
        self.direction, self.mark, self.left, self.done = direction, mark, times, 0

    def __call__(self, direction: str, data: bytes) -> bytes:
        at = data.find(self.mark, MTI_AT)
        if direction != self.direction or not self.left or at != MTI_AT:
            return data
        self.left -= 1
        self.done += 1
        spoiled = bytearray(data)
        spoiled[SPOILED_AT] ^= 0x01
        return bytes(spoiled)


class Lose:
    """Loses that many answers."""

    def __init__(self, count: int):
        self.left = count

    def __call__(self, direction: str, data: bytes) -> bytes | None:
        if direction == "answer" and self.left:
            self.left -= 1
            return None
        return data


class Day:
    """stage: set up and provisioned, power off. note(text): tells whoever watches what goes on."""

    def __init__(self, stage: Stage, note: Callable[[str], None]):
        self.stage, self.note = stage, note
        self.counter, self.person, self.world = stage.counter, stage.person, stage.world
        self.tap = Wiretap(self.counter.link)
        self.rich = stage.issue("rich", 1, 2_000_000)
        self.poor = stage.issue("poor", 2, 5_000)
        self.third = stage.issue("third", 3, 800_000)
        self.copies = 0

    def scenes(self) -> list[tuple[str, Callable[[], Awaitable[None]]]]:
        return [
            ("the till boots and signs on", self.morning),
            ("a sale of 88.00 by contactless card", self.sale),
            ("a sale of 1,250.00 with PIN", self.sale_with_pin),
            ("a customer without money: declined", self.declined),
            ("a wrong PIN: declined, the till goes on", self.wrong_pin),
            ("a card that cannot be read", self.unreadable),
            ("a customer who thinks better of it", self.cancelled),
            ("a request spoiled on the line: the host refuses its MAC", self.spoiled_request),
            ("an answer spoiled on the line: the till refuses its MAC", self.spoiled_answer),
            ("an answer that never comes: reversal until acknowledged", self.lost_answer),
            ("the link is down: offline sales within caps", self.offline),
            ("the link returns: the queue drains, a new sale goes ahead", self.drained),
            ("the power goes in the middle of a sale", self.power_cut),
            ("a void under the manager's password", self.void),
            ("a refund of a part", self.refund),
            ("the host misfiles a payment; settlement finds and repairs it", self.settlement),
        ]

    async def play(self) -> None:
        for title, scene in self.scenes():
            self.note(title)
            await scene()

    # ---- what scenes are made of
    async def idle(self) -> None:
        await self.person.sees("已签到", within_us=WAIT_US)

    async def amount(self, digits: str, shown: str) -> None:
        """Types an amount, confirms it, and confirms the payment's details."""
        await self.person.type(digits)
        await self.person.sees("请输入金额", shown)
        await self.person.press("confirm")
        await self.person.sees("请核对", shown)
        await self.person.press("confirm")
        await self.person.sees("请贴近卡片")

    async def approved(self) -> None:
        await self.person.sees("交易成功", within_us=WAIT_US)
        await self.slips()

    async def slips(self) -> None:
        """Merchant's copy, torn off; customer's copy."""
        self.copies += 1
        await self.person.slips(self.copies)
        await self.person.sees("请撕下签购单")
        await self.person.press("confirm")
        self.copies += 1
        await self.person.slips(self.copies)
        await self.idle()

    async def sees_answer(self, *texts: str) -> None:
        """A cause with its code; acknowledged by a key."""
        await self.person.sees(*texts, within_us=WAIT_US)
        await self.person.press("confirm")

    async def pay(self, digits: str, shown: str, card: str = "rich") -> None:
        await self.idle()
        await self.amount(digits, shown)
        await self.person.hold(self.stage.cards[card])

    # ---- the day
    async def morning(self) -> None:
        await self.counter.power_on()
        await self.idle()

    async def sale(self) -> None:
        await self.pay("8800", "88.00")
        await self.approved()

    async def sale_with_pin(self) -> None:
        await self.pay("125000", "1250.00")
        await self.person.sees("请输入密码")
        await self.person.type(PIN)
        await self.person.sees("******")
        await self.person.press("confirm")
        await self.approved()

    async def declined(self) -> None:
        await self.pay("9900", "99.00", "poor")
        await self.sees_answer("余额不足", "51")

    async def wrong_pin(self) -> None:
        await self.pay("150000", "1500.00", "third")
        await self.person.sees("请输入密码")
        await self.person.type(WRONG_PIN)
        await self.person.press("confirm")
        await self.sees_answer("密码错误", "55")

    async def unreadable(self) -> None:
        await self.idle()
        await self.amount("1234", "12.34")
        card = GarbageCard(self.third)
        await self.person.hold(card)
        await self.person.sees("请再贴一次卡")
        await self.person.hold(card)
        await self.person.sees("请再贴一次卡")
        await self.person.hold(card)
        await self.sees_answer("卡片无法读取", "T03")

    async def cancelled(self) -> None:
        await self.idle()
        await self.amount("5000", "50.00")
        await self.person.press("cancel")
        await self.sees_answer("交易已取消")

    async def spoiled_request(self) -> None:
        spoiled = Spoil("request", b"\x02\x00", 1)
        self.tap.switch = spoiled
        await self.pay("4200", "42.00", "third")
        # The host signs nothing for a message it could not prove, so its A0 is no answer that the till may believe:
        # the sale is undone, and the host knows of nothing to undo.
        await self.sees_answer("交易已冲正", "T24")
        self.tap.calm()
        refused = any(one.mti == "0210" and one.response == "A0" for one in self.tap.heard)
        if not (spoiled.done and refused):
            raise NotSeen("the host's refusal of a spoiled request was not heard on the line")

    async def spoiled_answer(self) -> None:
        self.tap.switch = Spoil("answer", b"\x02\x10", 1)
        await self.pay("4300", "43.00", "third")
        await self.sees_answer("交易已冲正", "T24")
        self.tap.calm()
        await self.person.until(lambda: not self.waiting(), "the reversal's acknowledgement", WAIT_US)

    def waiting(self) -> bool:
        """Whether a reversal has left that was not answered since."""
        asked = [one.trace for one in self.tap.heard if one.mti == "0400"]
        answered = [one.trace for one in self.tap.heard if one.mti == "0410" and one.response in ("00", "25", "12")]
        return bool(set(asked) - set(answered))

    async def lost_answer(self) -> None:
        lost = Lose(5)  # the sale's answer, the reversal's first three, and one more in the background
        self.tap.switch = lost
        await self.pay("6600", "66.00", "third")
        await self.sees_answer("主机无应答", "T21")
        await self.person.until(lambda: lost.left == 0, "the lost answers", WAIT_US)
        await self.person.until(lambda: not self.waiting(), "the reversal's acknowledgement", 2 * WAIT_US)
        self.tap.calm()

    async def offline(self) -> None:
        await self.idle()
        self.counter.link.up = False
        await self.person.sees("网络断开", within_us=WAIT_US)
        for digits, shown, card in (("2500", "25.00", "rich"), ("3600", "36.00", "third")):
            await self.amount(digits, shown)
            await self.person.hold(self.stage.cards[card])
            await self.person.sees("离线已受理", shown)
            self.copies += 1
            await self.person.slips(self.copies)
            await self.person.sees("请撕下签购单")
            await self.person.press("confirm")
            self.copies += 1
            await self.person.slips(self.copies)
            await self.person.sees("网络断开", "待传")
        await self.amount("40000", "400.00")  # over the cap of one payment
        await self.person.hold(self.stage.cards["rich"])
        await self.sees_answer("离线额度已满", "T52")

    async def drained(self) -> None:
        self.counter.link.up = True
        await self.person.sees("待传")
        await self.amount("700", "7.00")
        await self.person.hold(self.stage.cards["third"])
        await self.person.sees("交易成功", within_us=WAIT_US)
        await self.slips()
        await self.person.until(lambda: self.tap.times("0220") >= 2, "two advices", WAIT_US)
        await self.idle()

    async def power_cut(self) -> None:
        def pull(message: bus.Message) -> None:
            if message.device == bus.LINK and message.op == bus.RECEIVE:
                self.counter.before = None
                raise PowerGone

        await self.idle()
        await self.amount("9100", "91.00")
        self.counter.before = pull
        await self.person.hold(self.stage.cards["rich"])
        await self.person.until(lambda: not self.counter.powered, "the power cut", WAIT_US)
        await self.person.pause(2)
        await self.counter.power_on()
        await self.sees_answer("断电", "T71")
        await self.idle()
        await self.person.until(lambda: not self.waiting(), "the reversal's acknowledgement", WAIT_US)

    async def manager(self, *menu: str) -> None:
        await self.idle()
        await self.person.press("menu", *menu)
        await self.person.sees("请输入主管密码")
        await self.person.type(MANAGER_PASSWORD)
        await self.person.press("confirm")
        await self.person.sees("请输入凭证号")

    async def void(self) -> None:
        await self.pay("5100", "51.00", "third")
        seen = await self.person.sees("交易成功", within_us=WAIT_US)
        trace = "".join(digit for digit in seen[2] if digit.isdigit())
        await self.slips()
        await self.manager("2")
        await self.person.type(trace.lstrip("0"))
        await self.person.press("confirm")
        await self.person.sees("凭证号", "51.00")
        await self.person.press("confirm")
        await self.person.sees("撤销成功", within_us=WAIT_US)
        await self.slips()

    async def refund(self) -> None:
        await self.manager("3")
        await self.person.type("2")
        await self.person.press("confirm")
        await self.person.sees("请输入金额")
        await self.person.type("1800")
        await self.person.press("confirm")
        await self.person.sees("凭证号", "18.00")
        await self.person.press("confirm")
        await self.person.sees("退货成功", within_us=WAIT_US)
        await self.slips()

    async def settlement(self) -> None:
        await self.misfile()
        local = self.world.now().astimezone(self.stage.start.tzinfo)
        evening = local.replace(hour=SETTLE_AT_HOUR, minute=0, second=0, microsecond=0)
        await self.world.sleep((evening - local) // timedelta(microseconds=1))
        await self.idle()
        await self.person.press("menu", "6")
        await self.person.sees("签到")
        await self.person.press("2")
        await self.person.sees("对账不平", within_us=WAIT_US)
        self.copies += 1
        await self.person.slips(self.copies)
        await self.idle()

    async def misfile(self) -> None:
        """A clerk's slip at the host: one payment is taken out of its batch. The ledger is not touched."""

        def take_out(session: object) -> None:
            session.execute(  # type: ignore[attr-defined]
                update(Payment).where(Payment.trace == 2, Payment.kind == "sale").values(filed_batch=None)
            )

        await self.stage.host.store.write(take_out)
