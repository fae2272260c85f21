"""Every persona at the counter, with the real firmware under MicroPython, its own download of keys, its journal, the
host and the issuer; held against what the books say of the persona."""

from host_sim.rig.cards.emv.personas import personas
from tests.cards.at_the_till import AMOUNT_FEN, ONLINE_PIN, Visit, downloaded
from tests.flows.shop import Shop, at_the_till

ABOVE_LIMIT_FEN = 150_000  # a PIN is due


@at_the_till()
async def test_inserted(shop: Shop) -> None:
    await downloaded(shop)
    wrong = {}
    for name in personas():
        visit = Visit(shop, name)
        ended = await visit.insert()
        got, expect = visit.told(ended), visit.expected()
        if visit.asked_in and visit.asked_in != {visit.row["language"][:2]}:
            wrong[name] = visit.asked_in
        if got != expect:
            wrong[name] = sorted(set(map(str, got.items())) ^ set(map(str, expect.items())))
    assert not wrong
    assert not shop.issuer.unbalanced()


@at_the_till()
async def test_tapped(shop: Shop) -> None:
    await downloaded(shop)
    wrong = {}
    for name in [name for name, row in personas().items() if row["expect"]["tap"] != "none"]:  # it has an antenna
        visit = Visit(shop, name)
        before = len(shop.moved())
        got = visit.told_of_tap(await visit.tap())
        moved = [("sale", -AMOUNT_FEN)] if visit.row["expect"]["tap"].startswith("approved") else []
        if got not in visit.expected_of_tap() or shop.moved()[before:] != moved:
            wrong[name] = (got, visit.steps, visit.expected_of_tap(), shop.moved()[before:])
    assert not wrong
    assert not shop.issuer.unbalanced()


@at_the_till()
async def test_pin_bypassed_and_a_pin_above_the_limit(shop: Shop) -> None:
    """Bypassed: the next rule counts, and TVR says that a PIN was due and not entered (Book 3, C5; Book 4, 6.3.4.3)."""
    await downloaded(shop)
    visit = Visit(shop, "good")
    visit.bypasses = True
    told = visit.told(await visit.insert())
    assert (told["outcome"], told["tvr"], told["cvm"]) == ("approved", "0000088000", "1E0300")
    assert visit.steps[0] == "enter-pin" and "持卡人签名" in shop.slips[0].text()
    visit, before = Visit(shop, "t1"), shop.moved()
    assert visit.told_of_tap(await visit.tap(ABOVE_LIMIT_FEN)) in visit.expected_of_tap(ONLINE_PIN)
    assert visit.steps == ["enter-pin", "approved"] and shop.moved() == [*before, ("sale", -ABOVE_LIMIT_FEN)]
