"""Stripes at the counter: a chip card must be inserted, a stripe stands in for a chip that failed, nothing offline."""

from host_sim.rig.cards.emv.personas import make
from tests.flows.shop import Shop, at_the_till


def track(shop: Shop, code: str) -> dict[int, str | None]:
    """Track 2 of a new card's account, with a service code of one's choice."""
    shop.card()
    return {2: f"{shop.pan()}=3012{code}00000"}


async def pin(shop: Shop) -> None:
    await shop.word("enter-pin")
    await shop.type("246810")
    await shop.press("confirm")


@at_the_till()
async def test_a_stripe_without_chip_pays_with_its_pin(shop: Shop) -> None:
    await shop.open()
    await shop.amount(1200)
    await shop.person.swipe({2: None})
    await shop.word("swipe-again")
    await shop.person.swipe(track(shop, "120"))
    await pin(shop)
    await shop.done("approved")
    assert shop.moved() == [("sale", -1200)]
    assert "/S" in shop.slips[0].text() and "持卡人签名" in shop.slips[0].text()


@at_the_till()
async def test_no_track_leaves_the_till_in_clear(shop: Shop) -> None:
    sent = bytearray()
    pass_on = shop.link.intercept

    def listen(direction: str, data: bytes) -> bytes:
        if direction == "request":
            sent.extend(data)
        return pass_on(direction, data)

    shop.link.intercept = listen
    await shop.open()
    await shop.amount(1200)
    await shop.person.swipe(track(shop, "120"))
    await pin(shop)
    await shop.done("approved")
    swiped = f"{shop.pan()}D3012120".encode()
    clear = bytes.fromhex(f"{shop.pan()}D3012120"[:26])
    assert len(sent) > 150 and clear not in sent and swiped not in sent
    assert bytes.fromhex("2610000000000000") in sent, "F53: a PIN, double length, tracks enciphered"
    assert shop.moved() == [("sale", -1200)]


@at_the_till()
async def test_a_chip_card_is_not_swiped(shop: Shop) -> None:
    await shop.open()
    await shop.amount(1200)
    await shop.person.swipe(track(shop, "220"))
    await shop.word("insert-chip")
    await shop.press("cancel")
    await shop.standing()
    assert shop.moved() == []


@at_the_till()
async def test_the_stripe_stands_in_for_a_chip_that_failed(shop: Shop) -> None:
    await shop.open()
    await shop.amount(1200)
    await shop.person.insert(make("mute", shop.issuer).contact)
    await shop.word("swipe-chip")
    await shop.person.swipe(track(shop, "220"))
    await pin(shop)
    await shop.done("approved")
    assert shop.moved() == [("sale", -1200)]
    assert "/F" in shop.slips[0].text()


@at_the_till()
async def test_a_stripe_never_waits_for_the_link(shop: Shop) -> None:
    await shop.open()
    await shop.cut_line()
    await shop.amount(1200)
    await shop.person.swipe(track(shop, "120"))
    await pin(shop)
    await shop.answer("offline-never")
    assert shop.moved() == []
