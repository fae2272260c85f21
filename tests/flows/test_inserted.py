"""A chip in the slot and the people before it: the card's own PIN, no PIN, a host that cannot be reached, and the
issuer's commands, whose result goes before anything else about the same payment."""

from pathlib import Path

from host_sim.acquirer.terminal_parameters import Versions
from host_sim.rig.cards.emv.personas import card_number
from tests.cards.at_the_till import AMOUNT_FEN, Visit, downloaded
from tests.flows.shop import Shop, at_the_till
from till.wire import de55
from tools.demo.wiretap import Wiretap

PIN, WRONG = "123456", "111111"


async def inserted(shop: Shop, visit: Visit) -> None:
    await shop.amount(AMOUNT_FEN)
    await shop.person.insert(visit.card.contact)


async def pin(shop: Shop, digits: str, *texts: str) -> None:
    await shop.sees(*(texts or (shop.words["enter-pin"],)))
    await shop.type(digits)
    await shop.press("confirm")


async def ends(shop: Shop, key: str) -> None:
    """Taken out, and how it ended."""
    await shop.word("remove-card")
    await shop.person.pull()
    if key in ("approved", "approved-offline"):
        await shop.done(key)
    else:
        await shop.answer(key)
        await shop.standing()


def tries(visit: Visit) -> int:
    return next(iter(visit.card.memory.states.values())).pin_tries


@at_the_till()
async def test_the_pin_that_the_card_checks(shop: Shop) -> None:
    await downloaded(shop)
    visit = Visit(shop, "pin-on-card")
    await inserted(shop, visit)
    await pin(shop, WRONG)
    await pin(shop, WRONG, "密码还可试2次")
    assert tries(visit) == 1
    await pin(shop, PIN, "密码还可试1次")
    await ends(shop, "approved")
    assert tries(visit) == 3 and "持卡人签名" not in shop.slips[0].text()

    await inserted(shop, visit)  # until the card asks no more: then the issuer is asked with a PIN of its own
    for left in ("", "密码还可试2次", "密码还可试1次"):
        await pin(shop, WRONG, *([left] if left else []))
    await pin(shop, PIN, "请输入密码")
    await ends(shop, "approved")
    payment = visit.payment()
    assert tries(visit) == 0 and payment is not None and payment.pin_entered
    assert payment.pan == card_number(visit.row)

    await inserted(shop, visit)  # nobody types
    await shop.word("enter-pin")
    await shop.person.pause(61)
    await ends(shop, "pin-timeout")
    assert len(shop.moved()) == 2


@at_the_till()
async def test_without_a_pin_the_next_rule_counts(shop: Shop) -> None:
    await downloaded(shop)
    visit = Visit(shop, "good")  # PIN on line, else a signature, else nothing
    await inserted(shop, visit)
    await pin(shop, "")
    await ends(shop, "approved")
    payment = visit.payment()
    assert payment is not None and not payment.pin_entered
    assert "持卡人签名" in shop.slips[0].text()

    tap = Wiretap(shop.link)  # the host has other keys by now, and says so; the till fetches them by itself
    shop.stage.host.dispatcher.versions = Versions("0" * 64, "0" * 64)
    await shop.person.pause(3_700)  # it does not obey more than once an hour
    await shop.sale(100, visit.card.tap)
    await shop.person.until(lambda: tap.times("0800") > 10, "the download", 200_000_000)


@at_the_till(exceptions=Path(__file__).with_name("exceptions.txt"))
async def test_a_card_of_the_exception_file_asks_its_issuer(shop: Shop) -> None:
    await downloaded(shop)
    visit = Visit(shop, "approves-offline")
    assert await visit.insert() == "approved", "on line, where it would have approved by itself"
    payment = visit.payment()
    assert payment is not None and dict(de55.unpack(payment.de55))[0x95][0] == 0x10
    assert shop.moved() == [("sale", -AMOUNT_FEN)]


@at_the_till()
async def test_a_host_that_cannot_be_reached(shop: Shop) -> None:
    """The card has the word that the issuer would have had: yes (Y3), until it has said so too often (Z3)."""
    await downloaded(shop)
    visit = Visit(shop, "approves-offline")
    memory = next(iter(visit.card.memory.states.values()))
    memory.offline_count = visit.row["limits"]["lower_offline"]  # it wants to be asked on line
    shop.link.up = False
    await inserted(shop, visit)
    await shop.word("remove-card")
    await shop.person.pull()
    trace = await shop.done("approved-offline")
    payment = visit.payment()
    assert payment is not None and payment.trace == trace and payment.state == "OFFLINE" and payment.card_approved
    arcs = dict(de55.unpack(payment.de55))
    assert arcs[0x8A] == b"Y3" and arcs[0x9F27] == b"\x40"
    memory.offline_count = visit.row["limits"]["upper_offline"]
    await inserted(shop, visit)
    await ends(shop, "declined")
    payment = visit.payment()
    assert payment is not None and payment.state == "ABANDONED" and dict(de55.unpack(payment.de55))[0x8A] == b"Z3"
    assert shop.moved() == []
    shop.link.up = True
    await shop.person.until(lambda: shop.moved() == [("sale", -AMOUNT_FEN)], "the upload", 200_000_000)


@at_the_till()
async def test_what_a_script_did_is_told_before_its_payment_is_reversed(shop: Shop) -> None:
    await downloaded(shop)
    visit, tap = Visit(shop, "false-answer"), Wiretap(shop.link)
    number = card_number(visit.row)
    shop.issuer.order_script(number, "put-data", tag="9F59", value="05", before=True)
    tap.switch = lambda way, data: None if data[13:15] == b"\x06\x30" else data  # nobody hears that it was told
    await inserted(shop, visit)
    await pin(shop, PIN)
    await shop.word("remove-card")
    await shop.person.pull()
    await shop.person.until(lambda: tap.times("0620") > 1, "told again", 200_000_000)
    assert tap.times("0400") == 0, "it goes first"
    shop.counter.power_cut()
    tap.calm()
    await shop.person.pause(1)
    await shop.counter.power_on()

    def answered() -> list[str]:
        return [one.mti for one in tap.heard if one.direction == "answer" and one.mti in ("0630", "0410")]

    await shop.person.until(lambda: len(answered()) == 2, "undone", 200_000_000)
    assert answered() == ["0630", "0410"]
    assert [state for _, _, state, _ in shop.issuer.orders(number)] == ["done", "done"]
    assert sum(fen for _, fen in shop.moved()) == 0
