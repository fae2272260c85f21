"""The queue on its way to the host: never in a sale's way, and patient with a host that does not answer."""

from itertools import pairwise

from tests.flows.shop import at_the_till

MTI = slice(13, 15)  # behind length 2, TPDU 5 and header 6
QUEUE = 8
SLOW_US = 3_000_000  # there and back
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


@at_the_till()
async def test_a_sale_waits_for_one_message_of_the_queue_at_most(shop):
    await shop.open()
    card, other = shop.card(), shop.card()
    await shop.cut_line()
    for _ in range(QUEUE):
        await shop.offline_sale(100, card)
    asked = listen(shop)
    shop.link.latency_us = SLOW_US
    shop.link.up = True
    await shop.person.until(lambda: "0220" in [mti for _, mti in asked], "the drain", 100_000_000)
    await shop.tap(700, other)
    before = [mti for _, mti in asked].count("0220")
    assert before < QUEUE, "the queue is under way"
    await shop.done("approved")
    names = [mti for _, mti in asked]
    assert names[: names.index("0200")].count("0220") <= before + 1
    shop.link.latency_us = 20_000
    await shop.idle()
    assert shop.moved().count(("sale", -100)) == QUEUE and shop.moved().count(("sale", -700)) == 1


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
