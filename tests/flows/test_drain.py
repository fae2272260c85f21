"""The queue on its way to the host: never in a sale's way, and patient with a host that does not answer."""

import json
from itertools import pairwise

from host_sim.rig import stage
from tests.flows.shop import at_the_till
from tests.host.till import Card

MTI = slice(13, 15)  # behind length 2, TPDU 5 and header 6
QUEUE = 40
SALES_BETWEEN = 3
SLOW_US = 3_000_000  # there and back
CARD_US = 1_000_000  # from the card's coming to the first byte
HOUR_US = 3_600_000_000
EXCHANGE_US = 35_000_000  # an answer is waited for 30 s
LONGEST_US = 60_000_000 * 3 // 2  # the last step of the back-off and its jitter


def listen(shop, lost=()):
    """(time, MTI) of every question that leaves from now on; answers of the types in lost get lost."""
    asked = []

    def intercept(direction, data):
        mti = data[MTI].hex()
        if direction == "request":
            asked.append((shop.world.now_us, mti))
        return None if direction == "answer" and mti in lost else data

    shop.link.intercept = intercept
    return asked


async def fill(shop, count, amount_fen):
    """So many payments of one card into the till's queue, while the till is off."""
    card = Card(shop.issuer.issue_card(stage.test_pan(90), "01", "3012", "246810", 10_000_000))
    epoch = int(shop.world.now().timestamp())
    rows = []
    for _ in range(count):
        de55 = card.tap(amount_fen).hex()
        row = {"pan": card.pan, "psn": f"0{card.psn}", "expiry": card.expiry, "track2": card.track2, "de55": de55}
        rows.append({**row, "amount_fen": amount_fen, "epoch": epoch})
    said = await shop.stage.run_program("../tests/flows/fill_queue.py", json.dumps(rows).encode())
    assert int(said) == count


@at_the_till()
async def test_a_sale_waits_for_one_message_of_a_long_queue_at_most(shop):
    await shop.open()  # the batch is open from here on
    shop.counter.power_cut()
    await fill(shop, QUEUE, 100)
    asked = listen(shop)
    shop.link.latency_us = SLOW_US // 2
    await shop.counter.power_on()
    other, waited_us = shop.card(), []
    for number in range(SALES_BETWEEN):
        sent = len(asked)
        await shop.person.until(lambda sent=sent: "0220" in [mti for _, mti in asked[sent:]], "the drain", 100_000_000)
        await shop.amount(700 + number)
        began_us, begun = shop.world.now_us, len(asked)
        assert [mti for _, mti in asked].count("0220") < QUEUE, "the queue is under way"
        await shop.hold(other)
        await shop.done("approved")
        names = [mti for _, mti in asked[begun:]]
        own = names.index("0200")
        assert names[:own].count("0220") <= 1
        waited_us.append(asked[begun + own][0] - began_us)
    assert max(waited_us) <= SLOW_US + CARD_US, waited_us
    shop.link.latency_us = 20_000
    await shop.person.until(lambda: shop.moved().count(("sale", -100)) == QUEUE, "the queue at the host", HOUR_US)
    await shop.idle()
    assert [fen for _, fen in shop.moved() if fen != -100] == [-700 - number for number in range(SALES_BETWEEN)]
    again = [mti for _, mti in asked].count("0220") - QUEUE
    assert 0 <= again <= SALES_BETWEEN, "only one whose answer was not waited for goes again"


@at_the_till()
async def test_a_silent_host_is_asked_less_and_less_often(shop):
    await shop.open()
    card = shop.card()
    await shop.cut_line()
    await shop.offline_sale(100, card)
    asked = listen(shop, lost=("0230",))
    shop.link.up = True
    await shop.person.pause(900)
    times = [at for at, mti in asked if mti == "0220"]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert 6 <= len(gaps) <= 16, gaps
    assert all(gap <= EXCHANGE_US + LONGEST_US for gap in gaps), gaps
    assert gaps[0] < gaps[2] < gaps[4] and len({gap // 1000 for gap in gaps}) == len(gaps), "growing, and never even"
    shop.link.intercept = lambda direction, data: data
    await shop.idle()
    assert shop.moved() == [("sale", -100)]
