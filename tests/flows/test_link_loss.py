"""The line fails, the power does not: reversals, resends, and answers that come late, twice, spoiled or never."""

import pytest
from sqlalchemy import update

from host_sim.store.schema import Batch, Payment
from tests.flows.drill import Drill, is_message

TRACE = 3
SILENCE_US = 31_000_000


async def test_answer_to_a_sale_lost(drill: Drill) -> None:
    async def story() -> None:
        await drill.boot()
        writes = drill.counter.nor.operations = []
        journaled = []

        def switch(direction: str, data: bytes) -> bytes | None:
            if direction == "request" and is_message(data, "0400"):
                journaled.append(len(writes))
            return None if is_message(data, "0210") else data

        drill.on_line(switch)
        await drill.pay(4200)
        await drill.sees("交易已冲正", "T24")
        assert journaled == [3], "the reversal is on the flash before it leaves: created, sending, reversing"
        assert drill.asked("0200") == 1
        await drill.person.press("confirm")
        await drill.close({}, 已冲正=[TRACE])

    await drill.stage.act(story())


async def test_a_reversal_is_sent_until_it_is_acknowledged(drill: Drill) -> None:
    async def story() -> None:
        await drill.boot()
        lost = []

        def switch(direction: str, data: bytes) -> bytes | None:
            if is_message(data, "0210") or is_message(data, "0410") and len(lost) < 5:
                lost.append(data)
                return None
            return data

        drill.on_line(switch)
        await drill.pay(4200)
        await drill.sees("主机无应答", "T21")
        await drill.person.press("confirm")
        await drill.answered("0410")
        assert drill.asked("0400") == 5
        assert drill.responses("0410") == ["00"]
        assert await drill.payments() == [(TRACE, "sale", "reversed", 4200)]
        drill.tap.calm()
        await drill.sale(700)
        await drill.close({TRACE + 1: 700}, 已冲正=[TRACE])

    await drill.stage.act(story())


async def test_a_reversal_goes_before_the_next_sale(drill: Drill) -> None:
    async def story() -> None:
        await drill.boot()
        drill.on_line(lambda direction, data: None if is_message(data, "0210") or is_message(data, "0410") else data)
        await drill.pay(4200)
        await drill.sees("主机无应答", "T21")
        await drill.person.press("confirm")
        drill.tap.calm()
        await drill.sale(700)
        order = [one.mti for one in drill.tap.heard if one.direction == "request" and one.mti != "0800"]
        assert order[-1] == "0200" and order[-2] == "0400"
        await drill.close({TRACE + 1: 700}, 已冲正=[TRACE])

    await drill.stage.act(story())


async def test_no_sale_while_the_reversal_cannot_be_acknowledged(drill: Drill) -> None:
    async def story() -> None:
        await drill.boot()
        drill.on_line(lambda direction, data: None if is_message(data, "0210") or is_message(data, "0410") else data)
        await drill.pay(4200)
        await drill.sees("主机无应答", "T21")
        await drill.person.press("confirm")
        await drill.pay(700)
        await drill.sees("有待发冲正", "T25")
        await drill.person.press("confirm")
        assert drill.asked("0200") == 1
        drill.tap.calm()
        await drill.answered("0410")
        await drill.close({}, 已冲正=[TRACE], 未完成=[TRACE + 1])

    await drill.stage.act(story())


async def test_a_reversal_before_its_original_leaves_a_tombstone(drill: Drill) -> None:
    async def story() -> None:
        await drill.boot()
        held = drill.lose("0200")
        await drill.pay(4200)
        await drill.sees("交易已冲正", "T24")
        assert drill.responses("0410") == ["25"]
        assert await drill.tombstones() == 1
        drill.link.from_till(held[0])  # the original turns up after all
        await drill.person.pause(1)
        assert drill.responses("0210") == ["12"]
        assert await drill.payments() == []
        await drill.person.press("confirm")
        await drill.close({}, 已冲正=[TRACE])

    await drill.stage.act(story())


async def test_an_approval_that_comes_after_the_reversal_is_never_honoured(drill: Drill) -> None:
    async def story() -> None:
        await drill.boot()
        late = []

        def switch(direction: str, data: bytes) -> bytes | None:
            if is_message(data, "0210"):
                late.append(data)
                return None
            return late[0] + data if is_message(data, "0410") else data

        drill.on_line(switch)
        await drill.pay(4200)
        await drill.sees("交易已冲正", "T24")
        assert len(late) == 1
        await drill.person.press("confirm")
        await drill.idle()
        assert len(drill.counter.printer.slips) == 0
        await drill.close({}, 已冲正=[TRACE])

    await drill.stage.act(story())


async def test_an_approval_that_comes_with_the_next_sale_is_not_taken_for_it(drill: Drill) -> None:
    async def story() -> None:
        await drill.boot()
        late = drill.lose("0210")
        await drill.pay(4200)
        await drill.sees("交易已冲正", "T24")
        await drill.person.press("confirm")
        given = []

        def switch(direction: str, data: bytes) -> bytes | None:
            if is_message(data, "0210") and not given:
                given.append(data)
                return late[0] + data
            return data

        drill.on_line(switch)
        assert await drill.sale(700) == TRACE + 1
        assert given
        await drill.close({TRACE + 1: 700}, 已冲正=[TRACE])

    await drill.stage.act(story())


async def test_an_answer_that_comes_twice_is_taken_once(drill: Drill) -> None:
    async def story() -> None:
        await drill.boot()
        drill.on_line(lambda direction, data: data + data if direction == "answer" else data)
        await drill.sale(4200)
        await drill.sale(700)
        await drill.refund(1, 3000)
        await drill.taken("退货成功")
        assert await drill.payments() == [
            (TRACE, "sale", "approved", 4200), (TRACE + 1, "sale", "approved", 700),
            (TRACE + 2, "refund", "approved", 3000),
        ]  # fmt: skip
        await drill.close({TRACE: 4200, TRACE + 1: 700, TRACE + 2: -3000})

    await drill.stage.act(story())


@pytest.mark.parametrize(
    "garbage",
    [b"\x00", b"\xff" * 40, b"\x00\x05hello", b"\x60\x00" + bytes(range(200))],
    ids=["zero", "ones", "short", "bytes"],
)
async def test_garbage_instead_of_the_answer(drill: Drill, garbage: bytes) -> None:
    async def story() -> None:
        await drill.boot()
        drill.on_line(lambda direction, data: garbage if is_message(data, "0210") else data)
        await drill.pay(4200)
        await drill.sees("交易已冲正", "T24")
        await drill.person.press("confirm")
        drill.tap.calm()
        assert await drill.payments() == [(TRACE, "sale", "reversed", 4200)]
        await drill.sale(700)
        await drill.close({TRACE + 1: 700}, 已冲正=[TRACE])

    await drill.stage.act(story())


async def test_garbage_while_nothing_is_asked(drill: Drill) -> None:
    async def story() -> None:
        await drill.boot()
        drill.link._received += b"\x13\x88" + b"\xaa" * 77
        drill.link._raised(0)
        await drill.person.pause(3)
        await drill.sale(4200)
        await drill.close({TRACE: 4200})

    await drill.stage.act(story())


async def test_an_answer_in_single_bytes(drill: Drill) -> None:
    async def story() -> None:
        await drill.boot()

        def drip(data: bytes) -> None:
            drill.link._received += data[:1]
            drill.link._raised(0)
            if data[1:]:
                drill.world.call_after(10_000, drip, data[1:])

        def switch(direction: str, data: bytes) -> bytes | None:
            if direction == "answer":
                drip(data)
                return None
            return data

        drill.on_line(switch)
        await drill.sale(4200)
        drill.tap.calm()
        await drill.close({TRACE: 4200})

    await drill.stage.act(story())


async def test_answer_to_a_void_lost(drill: Drill) -> None:
    async def story() -> None:
        await drill.boot()
        drill.lose("0210")
        await drill.void(2)
        await drill.sees("交易已冲正", "T24")
        await drill.person.press("confirm")
        assert drill.responses("0410") == ["00"]
        assert await drill.payments() == [(TRACE, "void", "reversed", 5100)]
        await drill.void(2)
        await drill.taken("撤销成功")
        await drill.close({TRACE + 1: -5100}, 已冲正=[TRACE], 已撤销=[2])

    await drill.stage.act(story())


async def test_answer_to_a_refund_lost(drill: Drill) -> None:
    async def story() -> None:
        await drill.boot()
        sent = []

        def switch(direction: str, data: bytes) -> bytes | None:
            if is_message(data, "0220"):
                sent.append(data)
            return None if is_message(data, "0230") and len(sent) < 3 else data

        drill.on_line(switch)
        await drill.refund(1, 3000)
        await drill.sees("结果未知", "T27")
        await drill.person.press("confirm")
        await drill.answered("0230")
        assert len(sent) == 3 and set(sent) == {sent[0]}, "the same key and content each time"
        assert drill.responses("0230") == ["00"]
        assert await drill.payments() == [(TRACE, "refund", "approved", 3000)]
        await drill.print_last()
        await drill.close({TRACE: -3000})

    await drill.stage.act(story())


async def test_a_refund_without_an_answer_keeps_its_amount_from_being_refunded_again(drill: Drill) -> None:
    async def story() -> None:
        await drill.boot()
        drill.lose("0230", 50)
        await drill.refund(1, 8800)
        await drill.sees("结果未知", "T27")
        await drill.person.press("confirm")
        await drill.manager("3", 1)
        await drill.sees("已全额退货", "T43")
        await drill.person.press("confirm")
        drill.tap.calm()
        await drill.answered("0230")
        await drill.print_last()
        await drill.close({TRACE: -8800})

    await drill.stage.act(story())


async def test_settlement_waits_for_a_refund_whose_outcome_is_unknown(drill: Drill) -> None:
    async def story() -> None:
        await drill.boot()
        drill.lose("0230", 50)
        await drill.refund(1, 3000)
        await drill.sees("结果未知", "T27")
        await drill.person.press("confirm")
        await drill.begin_settlement()
        await drill.sees("有待发交易", "T33")
        await drill.person.press("confirm")
        assert drill.asked("0500") == 0
        drill.tap.calm()
        await drill.answered("0230")
        await drill.print_last()
        await drill.close({TRACE: -3000})

    await drill.stage.act(story())


async def test_answer_to_an_offline_advice_lost(drill: Drill) -> None:
    async def story() -> None:
        await drill.boot()
        await drill.offline_sale(4200)
        lost = drill.lose("0230", 2)
        drill.link.up = True
        await drill.answered("0230")
        assert len(lost) == 2
        assert drill.asked("0220") == 3
        assert await drill.payments() == [(TRACE, "offline", "approved", 4200)]
        await drill.close({TRACE: 4200})

    await drill.stage.act(story())


async def test_settlement_waits_for_an_advice_whose_outcome_is_unknown(drill: Drill) -> None:
    """The host may have counted it, and the till cannot know."""

    async def story() -> None:
        await drill.boot()
        await drill.offline_sale(4200)
        drill.lose("0230", 50)
        drill.link.up = True
        await drill.sees("网络正常")
        await drill.begin_settlement()
        await drill.sees("有待发交易", "T33")
        await drill.person.press("confirm")
        assert drill.asked("0500") == 0
        drill.tap.calm()
        await drill.answered("0230")
        assert await drill.payments() == [(TRACE, "offline", "approved", 4200)]
        await drill.close({TRACE: 4200})

    await drill.stage.act(story())


async def test_settlement_waits_for_a_reversal_that_is_not_acknowledged(drill: Drill) -> None:
    async def story() -> None:
        await drill.boot()
        drill.on_line(lambda direction, data: None if is_message(data, "0210") or is_message(data, "0410") else data)
        await drill.pay(4200)
        await drill.sees("主机无应答", "T21")
        await drill.person.press("confirm")
        await drill.begin_settlement()
        await drill.sees("有待发冲正", "T25")
        await drill.person.press("confirm")
        assert drill.asked("0500") == 0
        drill.tap.calm()
        await drill.answered("0410")
        await drill.close({}, 已冲正=[TRACE])

    await drill.stage.act(story())


async def test_an_advice_that_the_host_does_not_take_up_stays_in_the_queue(drill: Drill) -> None:
    """While the host has its batch in settlement it answers 90; that refuses no payment, it comes too early."""

    async def story() -> None:
        await drill.boot()
        await drill.offline_sale(4200)
        await batch_is(drill, "TOTALS")
        drill.link.up = True
        await drill.answered("0230")
        await drill.sees("待传1")
        await batch_is(drill, "OPEN")
        early = len(drill.responses("0230"))
        await drill.answered("0230", early + 1)
        assert drill.responses("0230") == ["90"] * early + ["00"]
        await drill.close({TRACE: 4200})

    await drill.stage.act(story())


async def batch_is(drill: Drill, state: str) -> None:
    """What the host's first batch takes or not."""
    await drill.store.write(lambda session: session.execute(update(Batch).where(Batch.number == 1).values(state=state)))


@pytest.mark.parametrize(("mti", "times"), [("0510", 1), ("0510", 3), ("0330", 1), ("0330", 3), ("0810", 1)])
async def test_answer_to_a_settlement_step_lost(drill: Drill, mti: str, times: int) -> None:
    async def story() -> None:
        await drill.boot()
        drill.lose(mti, times)
        for _ in range(times):
            await drill.begin_settlement()
            await drill.sees("结算无应答")
            await drill.person.press("confirm")
        await drill.close({})
        await drill.sale(700)

    await drill.stage.act(story())


async def test_answer_to_an_uploaded_item_lost(drill: Drill) -> None:
    async def story() -> None:
        await drill.boot()
        await drill.store.write(
            lambda session: session.execute(update(Payment).where(Payment.trace == 1).values(filed_batch=None))
        )
        drill.lose("0330")
        await drill.begin_settlement()
        await drill.sees("结算无应答")
        await drill.person.press("confirm")
        await drill.balanced(await drill.settle("对账不平"), {}, matched=False)
        assert await drill.findings() == [(1, "repaired"), (2, "matched")]

    await drill.stage.act(story())


async def test_no_payment_while_the_settlement_is_half_way(drill: Drill) -> None:
    async def story() -> None:
        await drill.boot()
        drill.lose("0510")
        await drill.begin_settlement()
        await drill.sees("结算无应答")
        await drill.person.press("confirm")
        await drill.idle()
        await drill.person.press("1")
        await drill.sees("结算未完成", "T56")
        await drill.person.press("confirm")
        await drill.close({})

    await drill.stage.act(story())


async def test_the_line_breaks_while_the_answer_is_awaited(drill: Drill) -> None:
    async def story() -> None:
        await drill.boot()

        def switch(direction: str, data: bytes) -> bytes | None:
            if is_message(data, "0210"):
                drill.link.up = False
                return None
            return data

        drill.on_line(switch)
        await drill.pay(4200)
        await drill.sees("主机无应答", "T21")
        await drill.person.press("confirm")
        drill.tap.calm()
        await drill.person.pause(10)
        drill.link.up = True
        await drill.answered("0410")
        assert drill.responses("0410") == ["00"]
        await drill.close({}, 已冲正=[TRACE])

    await drill.stage.act(story())


async def test_the_host_is_started_anew_before_it_is_asked_again(drill: Drill) -> None:
    """It knows from its database alone what it has answered."""

    async def story() -> None:
        await drill.boot()
        lost = drill.lose("0230")
        await drill.refund(1, 3000)
        await drill.person.until(lambda: bool(lost), "the lost answer")
        await drill.stage.restart_host()
        await drill.sees("结果未知", "T27")
        await drill.person.press("confirm")
        await drill.answered("0230")
        assert drill.responses("0230") == ["00"]
        assert await drill.payments() == [(TRACE, "refund", "approved", 3000)]
        await drill.print_last()
        lost = drill.lose("0210")
        await drill.pay(4200)
        await drill.person.until(lambda: bool(lost), "the lost answer")
        await drill.stage.restart_host()
        await drill.sees("交易已冲正", "T24")
        await drill.person.press("confirm")
        await drill.close({TRACE: -3000}, 已冲正=[TRACE + 1])

    await drill.stage.act(story())


async def test_a_host_with_other_keys_is_signed_on_to_again(drill):
    """Its answers cannot be believed: what waits is not sent in vain for ever."""

    async def story():
        await drill.boot()
        voucher = await drill.offline_sale(2500)
        begun = drill.asked("0800")
        spoiled = []

        def switch(direction, data):
            if direction == "answer" and is_message(data, "0230") and not spoiled:
                spoiled.append(data)
                return data[:-1] + bytes([data[-1] ^ 1])
            return data

        drill.on_line(switch)
        drill.link.up = True
        await drill.answered("0230", 2)
        assert spoiled and drill.asked("0800") == begun + 1
        await drill.close({voucher: 2500})

    await drill.stage.act(story())
