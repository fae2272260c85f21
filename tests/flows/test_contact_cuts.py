"""The power goes at each record of a payment by an inserted chip: what the card said is asked of it again, and nothing
is claimed that nobody has seen (states.md). Judged by paper and by the issuer's books."""

from host_sim.rig.person import GLANCE_US, NotSeen
from tests.cards.at_the_till import AMOUNT_FEN, Visit, downloaded
from tests.flows.shop import SETTLE, Shop, at_the_till

BOOT_US = 60_000_000
ON_CARD, PURSE = "卡内余额", "A000000333010106"
WAITS = {
    "check": "T74", "wrong": "T08", "look": "T75", "unclaimed": "T76", "nothing": "T70", "reversal": "T71",
    "slip": "签购单未打印",
    "card": "请插入芯片", "read": "ATC", "take": "卡已批准", "remove": "请取走卡片", "tear": "请撕下签购单",
    "idle": "请输入收款金额", "no line": "请按菜单签到", "settled": "对账平",
}  # fmt: skip


class Clerk:
    """Somebody who comes back after a power cut. visit: the payment that it hit."""

    def __init__(self, visit: Visit):
        self.visit, self.shop, self.told = visit, visit.shop, []
        self.page: list[str] = []

    async def dark(self) -> None:
        counter, person = self.shop.counter, self.shop.person
        await person.until(lambda: not counter.powered, "the power cut", 200_000_000)
        await person.pull()
        await person.pause(1)

    async def comes_back(self, card: bool = True, takes: bool = True) -> list[str]:
        """Switches on and does what the screen says, up to the idle screen. card: whether the customer's is there.
        takes: whether the payment is to stand."""
        await self.shop.counter.power_on()
        return await self.follows(card, takes)

    async def follows(self, card: bool = True, takes: bool = True) -> list[str]:
        person, self.told = self.shop.person, []
        for _ in range(40):
            step = ""

            def look() -> bool:
                nonlocal step
                step = next((name for name, text in WAITS.items() if person.reads(text)), "")
                return bool(step)

            await person.until(look, "a screen", BOOT_US)
            await self.shop.world.sleep(GLANCE_US)
            self.told.append(step)
            if step in ("idle", "no line", "settled"):
                return self.told
            await self._does(step, card, takes)
            await person.until(lambda step=step: not person.reads(WAITS[step]), "the next screen", BOOT_US)
        raise NotSeen("it does not end", self.told)

    async def _does(self, step: str, card: bool, takes: bool) -> None:
        person = self.shop.person
        if step == "card":
            await (person.insert(self.visit.card.contact) if card else person.press("cancel"))
        elif step == "remove":
            await person.pull()
        elif step == "take":
            await person.press("confirm" if takes else "cancel")
        else:
            if step == "read":
                self.page = [line.strip() for line in person.screen()[1:] if line.strip()]
            await person.press("confirm")


def paid(shop: Shop) -> int:
    """What the issuer has taken, in payments of AMOUNT_FEN."""
    taken = [fen for kind, fen in shop.moved()]
    return -sum(taken) // AMOUNT_FEN


async def cut_short(shop: Shop, visit: Visit, write: int) -> Clerk:
    """A payment whose power goes behind that write to the flash."""
    person, counter = shop.person, shop.counter
    await shop.amount(AMOUNT_FEN)
    counter.nor.cut(write, "after")
    await person.insert(visit.card.contact)
    while counter.powered:
        await person.until(
            lambda: not counter.powered or person.reads("请输入密码") or person.reads("请取走卡片"), "the cut", BOOT_US
        )
        if person.reads("请取走卡片"):
            break
        if counter.powered:
            await shop.type(visit.row["pin"])
            await shop.press("confirm")
            await person.until(lambda: not person.reads("请输入密码"), "no PIN any more", BOOT_US)
    clerk = Clerk(visit)
    await clerk.dark()
    return clerk


@at_the_till()
async def test_a_card_that_approved_by_itself_is_asked_again(shop: Shop) -> None:
    await downloaded(shop)
    visit = Visit(shop, "purse")
    # behind CREATED, the card's word, OFFLINE; what is left on the card, which had 500.00
    for write, told, left in (
        (1, ["nothing", "look", "card", "read", "remove", "idle"], "500.00"),
        (2, ["check", "card", "read", "take", "remove", "tear", "idle"], "400.00"),
        (3, ["slip", "tear", "idle"], ""),
    ):
        before, slips = paid(shop), len(shop.slips)
        clerk = await cut_short(shop, visit, write)
        assert await clerk.comes_back() == told, write
        assert [ON_CARD, left] in [line.split() for line in clerk.page] or not left, clerk.page
        await shop.person.pause(60)
        assert paid(shop) - before == (write > 1), write
        assert len(shop.slips) - slips == 2 * (write > 1), write
        payment = visit.payment()
        assert payment is not None and payment.state == ("ABANDONED" if write == 1 else "ACKED")
    assert not shop.issuer.unbalanced()


@at_the_till()
async def test_what_nobody_takes_or_checks_moves_nothing(shop: Shop) -> None:
    await downloaded(shop)
    visit, other = Visit(shop, "purse"), Visit(shop, "declines-offline")
    check, end = ["check", "card", "read"], ["unclaimed", "idle"]

    clerk = await cut_short(shop, visit, 2)
    assert await clerk.comes_back(takes=False) == [*check, "take", "remove", *end]

    clerk = await cut_short(shop, visit, 2)
    visit.card.memory.states[PURSE].atc += 1
    assert await clerk.comes_back() == [*check, "remove", *end]

    clerk = await cut_short(shop, visit, 2)
    shop.link.up = False
    assert await clerk.comes_back() == ["no line"]  # without a time nothing can be taken: it is asked once there is one
    shop.link.up = True
    await shop.press("menu", "6", "1")
    clerk.visit = other  # whose counter happens to stand where ours does, then beyond it
    next(iter(other.card.memory.states.values())).atc = visit.card.memory.states[PURSE].atc
    again = ["card", "read", "wrong", "remove"]
    assert await clerk.follows() == ["check", "card", "read", "take", "wrong", "remove", *again, *again, "idle"]
    payment = visit.payment()
    assert payment is not None and payment.state == "CREATED" and payment.card_approved

    trace, printed = await shop.sale(700, shop.card()), len(shop.slips)
    await shop.menu(*SETTLE)  # which waits for nobody
    assert await clerk.follows(card=False) == ["check", "card", "unclaimed", "settled"]
    await shop.person.slips(printed + 1)
    slip = shop.slips[-1].text()
    assert "未完成" in slip and f"{payment.trace:06d}" in slip
    assert shop.moved() == [("sale", -700)] and trace > payment.trace


@at_the_till()
async def test_a_payment_that_the_host_decides(shop: Shop) -> None:
    await downloaded(shop)
    visit, met = Visit(shop, "good"), set()
    for write in range(1, 8):
        before = paid(shop)
        clerk = await cut_short(shop, visit, write)
        left = visit.payment()  # as it lies on the flash
        assert left is not None
        stands = left.card_approved
        kind = "word" if stands else left.state
        met.add(kind)
        told = await clerk.comes_back()
        assert (
            told
            == {
                "CREATED": ["nothing", "look", "card", "read", "remove", "idle"],
                "SENDING": ["reversal", "idle"],
                "REPLIED": ["reversal", "idle"],  # the card has not heard the answer
                "word": ["slip", "tear", "idle"],
            }[kind]
        ), (write, told)
        await shop.person.pause(60)
        payment = visit.payment()
        assert payment is not None
        assert payment.reversal_reason == {"SENDING": "98", "REPLIED": "06"}.get(kind)
        assert payment.state == ("APPROVED" if stands else "ABANDONED" if kind == "CREATED" else "REVERSED")
        assert paid(shop) - before == stands, write
        if met == {"CREATED", "SENDING", "REPLIED", "word"}:
            return
    raise AssertionError(met)
