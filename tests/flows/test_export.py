"""The queue handed over in a file, where it cannot be sent: to whoever holds its key, once, and nothing is lost."""

import pytest

from host_sim.acquirer.feeding import feed
from host_sim.acquirer.queue_file import open_queue_file
from tests.flows.shop import QUEUE, SIGN_OFF, at_the_till

EXPORT = ("menu", "4", "7")
VOID = ("menu", "2")


def console(shop):
    """What the till's console has printed since it was switched on."""
    return shop.counter.supply.output.decode()


def opened(shop, text=None):
    return open_queue_file(text or console(shop), shop.stage.host.desk.hsm)


async def fed(shop, text):
    return [
        (item.kind, item.trace, item.outcome, item.response)
        for item in await feed(opened(shop, text), shop.stage.host.dispatcher)
    ]


async def begin(shop):
    await shop.menu(*EXPORT)
    await shop.password()
    await shop.word("export-question")
    await shop.press("confirm")
    await shop.word("enter-receipt")


async def receipt(shop, number):
    await shop.word("enter-receipt")
    await shop.type(number)
    await shop.press("confirm")


async def no_answer_to(shop, card, amount_fen):
    """A sale whose answer is lost, and its reversal on the way to the host."""
    shop.link.intercept = lambda direction, data: None if direction == "answer" or data[13:15] == b"\x04\0" else data
    await shop.tap(amount_fen, card)
    await shop.answer("no-answer")
    shop.link.intercept = lambda direction, data: data


@at_the_till()
async def test_handed_over_with_a_receipt_and_taken_once(shop):
    await shop.open()
    card, other = shop.card(), shop.card(0)
    await shop.sale(300, card)
    shop.link.up = False
    await shop.word("link-down")
    first = await shop.offline_sale(5_000, card)
    poor = await shop.offline_sale(7_000, other)
    await shop.menu(*SIGN_OFF)
    await shop.answer("waiting")

    await begin(shop)
    text = console(shop)
    file = opened(shop)
    assert shop.pan() not in text and len(file.messages) == 2
    await receipt(shop, "00000000" if file.receipt != "00000000" else "11111111")
    await shop.answer("export-wrong")
    await shop.word("enter-receipt")
    shop.counter.printer.paper_out = True
    await receipt(shop, file.receipt)
    await shop.answer("paper-out")
    await shop.press("cancel")
    await shop.answer("slip-later")
    await shop.answer("export-kept")
    shop.counter.printer.paper_out = False

    await shop.manager(VOID, first)  # a byte of it has left: nobody cancels it in place any more
    await shop.person.pause(1)
    await shop.press("confirm")
    await shop.answer("no-link")

    await begin(shop)
    file = opened(shop)
    await receipt(shop, file.receipt)
    await shop.word("export-done")
    slip = shop.slips[-1].text()
    assert "离线移交单" in slip and file.digest in slip
    assert f"/{first:06d} 50.00" in slip and f"/{poor:06d} 70.00" in slip and "合计 2 120.00" in slip
    await shop.menu(*QUEUE)
    await shop.word("queue-empty")

    newest = console(shop)
    assert await fed(shop, text) == [("offline", first, "taken", "00"), ("offline", poor, "refused", "51")]
    assert await fed(shop, newest) == [("offline", first, "known", "00"), ("offline", poor, "known", "51")]
    assert shop.moved() == [("sale", -300), ("sale", -5_000)]
    shop.link.up = True
    await shop.idle()
    slip = await shop.settled()
    assert f"坏账或移交 2\n{first:06d} 50.00\n{poor:06d} 70.00" in slip
    assert shop.moved() == [("sale", -300), ("sale", -5_000)]
    shop.counter.power_cut()
    await shop.stage.provision(terminal="90000002")  # nothing holds it back any more
    await shop.open()


@pytest.mark.parametrize("sent", [False, True], ids=["fed first", "sent first"])
@at_the_till()
async def test_what_is_in_a_file_and_on_the_line_is_taken_once(shop, sent):
    """Nobody types the receipt number: all of it still waits, and goes up when the line is back."""
    await shop.open()
    card = shop.card()
    await no_answer_to(shop, card, 900)
    reversed_ = 1
    shop.link.up = False
    first = await shop.offline_sale(5_000, card)
    await begin(shop)
    text = console(shop)
    await shop.press("cancel")
    await shop.standing()
    outcome = "known" if sent else "taken"
    if not sent:
        assert await fed(shop, text) == [("reversal", reversed_, outcome, "00"), ("offline", first, outcome, "00")]
    shop.link.up = True
    await shop.idle()
    if sent:
        assert await fed(shop, text) == [("reversal", reversed_, outcome, "00"), ("offline", first, outcome, "00")]
    assert shop.moved() == [("sale", -900), ("reversal", 900), ("sale", -5_000)]
    await shop.settled()  # the totals agree: it counts where its answer came


@at_the_till()
async def test_the_power_goes_at_each_step(shop):
    """Each write of the flow cut in turn. In the end each payment is at the issuer once."""
    await shop.open()
    card, expected = shop.card(), []
    writes = 0
    while True:
        shop.link.up = False
        await shop.word("link-down")
        amount_fen = 1_000 + writes
        await shop.offline_sale(amount_fen, card)
        expected.append(("sale", -amount_fen))
        shop.counter.nor.cut(1 + writes // 2, ("before", "after")[writes % 2])
        await shop.menu(*EXPORT)
        await shop.password()
        await shop.word("export-question")
        await shop.press("confirm")
        text = ""
        if await shop.world.until(lambda: not shop.counter.powered or shop.person.reads("回执号"), 60_000_000):
            pass
        if shop.counter.powered:
            text = console(shop)
            await receipt(shop, opened(shop).receipt)
            await shop.world.until(lambda: not shop.counter.powered or shop.person.reads("已移交"), 60_000_000)
        done = shop.counter.powered
        if text:
            await fed(shop, text)
        if done:
            break
        shop.link.up = True
        await shop.counter.power_on()
        await shop.idle()
        writes += 1
    assert writes >= 6, "a mark before the file, and two behind the receipt"
    assert shop.moved() == expected
    shop.link.up = True
    await shop.idle()
    assert shop.moved() == expected
