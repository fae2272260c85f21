"""Every screen that a person sees and every kind of slip, in both languages, against stored pictures."""

from host_sim.rig.cards.faults import LeavingCard
from host_sim.store.schema import Payment
from tests.flows.screens.snapshots import Snapshots, paper
from tests.flows.shop import (
    LOCK,
    QUERY,
    QUEUE,
    REFUND,
    SEND_NOW,
    SETTLE,
    SIGN_OFF,
    SIGN_ON,
    TOTALS,
    VERSION,
    VOID,
    WAIT_US,
    Shop,
    at_the_till,
)

SLOW_US, FAST_US = 1_000_000, 20_000  # a slow line lets one see what passes by


class Album:
    """Takes pictures of one shop's screen."""

    def __init__(self, shop: Shop, snapshots: Snapshots):
        self.shop, self.snapshots = shop, snapshots

    async def take(self, name: str, *keys: str, passing: bool = False) -> None:
        """Of the screen that shows the texts of those keys. passing: it is gone at once, and whole with them."""
        texts = [self.shop.words[key] for key in keys]
        await self.shop.person.until(lambda: self.shop.person.reads(*texts), f"{texts}", WAIT_US)
        await self._whole(name, passing)

    async def _whole(self, name: str, passing: bool = False) -> None:
        """A screen comes page by page: whole when nothing has changed for the time that one takes."""
        display, seen = self.shop.counter.display, None
        while not passing and seen != display.pixels():
            seen = display.pixels()
            await self.shop.person.pause(0.026)
        self.snapshots.check(f"{self.shop.language}/{name}", display.png())

    async def answer(self, key: str, acknowledge: bool = True) -> None:
        await self.shop.answer(key, acknowledge=False)
        await self._whole(f"answer_{key}")
        if acknowledge:
            await self.shop.press("confirm")

    def slip(self, name: str, index: int = -1) -> None:
        self.snapshots.check(f"{self.shop.language}/slip_{name}", paper(self.shop.slips[index]))


async def paying(shop, snapshots):
    album = Album(shop, snapshots)
    shop.link.latency_us = SLOW_US
    await shop.counter.power_on()
    await album.take("starting", "starting", "please-wait", passing=True)
    await album.take("signing_on", "signing-on")
    await album.take("idle", "signed-on", "type-amount")
    card, poor = shop.card(), shop.card(5_000)
    await shop.type("8800")
    await album.take("amount", "enter-amount")
    await shop.press("confirm")
    await album.take("details", "check-details")
    await shop.press("confirm")
    await album.take("present_card", "present-card")
    await shop.hold(LeavingCard(card, 1))
    await album.take("present_again", "present-again")
    shop.counter.field.present(card)
    await album.take("reading_card", "reading-card")
    await album.take("wait_success", "wait-success")
    shop.counter.field.remove()
    await album.take("approved", "approved", "auth-code")
    shop.counter.printer.paper_out = True
    await album.answer("paper-out", acknowledge=False)
    shop.counter.printer.paper_out = False
    await shop.press("confirm")
    await album.take("tear_off", "tear-off")
    await shop.press("confirm")
    await shop.idle()
    album.slip("sale_merchant", 0)
    album.slip("sale_customer", 1)

    await shop.type("500000000")  # the limit stops it at 50,000.00
    await album.take("amount_large", "enter-amount")
    await shop.press("cancel")
    await album.answer("cancelled")
    await shop.tap(4_950_000, card)
    await album.take("pin", "enter-pin")
    await shop.type("246")
    await shop.press("confirm")
    await album.take("pin_short", "pin-short")
    await shop.type("810")
    await album.take("pin_stars", "enter-pin")
    await shop.press("confirm")
    await shop.done("approved")
    album.slip("sale_pin", 2)
    await shop.tap(9_900, poor)
    await album.answer("51")
    await shop.tap(150_000, card)
    await shop.word("enter-pin")
    await album.answer("pin-timeout")
    await shop.idle()

    wallets = shop.stage.host.wallets
    phone = wallets.open_purse("002", "phone", 100_000, password_over_fen=0)
    await shop.menu("menu", "8")
    await album.take("codes_menu", "qr-scan", "qr-show")
    await shop.press("1")
    await shop.type("1500")
    await shop.press("confirm", "confirm")
    await album.take("scan_code", "scan-code")
    await shop.person.scan("4006381333931")
    await album.take("no_wallet_code", "no-wallet-code")
    await shop.person.scan(wallets.show_code(phone))
    await album.take("waiting_payment", "see-customer")
    wallets.answer(phone)
    await shop.done("approved")
    album.slip("by_code", -2)


async def managing(shop, snapshots):
    album = Album(shop, snapshots)
    await shop.open()
    card = shop.card()
    first = await shop.sale(8_800, card)
    second = await shop.sale(1_234, card)
    await shop.press("menu")
    await album.take("menu", "menu", "void")
    await shop.press("menu")
    await album.take("menu_second_page", "menu", "manage")
    await shop.press("6")
    await album.take("menu_manage", "manage", "settle")
    await shop.press("cancel")
    await shop.menu("menu", "5")
    await album.take("menu_print", "print", "print-last")
    await shop.press("cancel")

    await shop.menu(*VOID)
    await shop.word("enter-password")
    await shop.type("8686")
    await album.take("password", "enter-password")
    await shop.press("confirm")
    await album.take("password_short", "too-short")
    await shop.type("86")
    await shop.press("confirm")
    await shop.word("enter-trace")
    await shop.type(str(first))
    await album.take("trace", "enter-trace")
    await shop.press("confirm")
    await album.take("void_details", "void", "trace")
    await shop.press("confirm")
    await album.take("voided", "voided")
    await shop.paper()
    await shop.idle()
    album.slip("void", -2)
    await shop.manager(VOID, first)
    await album.answer("already-voided")
    await shop.manager(REFUND, second)
    await shop.word("enter-amount")
    await shop.type("1000")
    await album.take("refund_amount", "refund", "enter-amount")
    await shop.press("confirm")
    await album.take("refund_details", "refund", "trace")
    await shop.press("confirm")
    await album.take("refunded", "refunded")
    await shop.paper()
    await shop.idle()
    album.slip("refund", -2)

    for name, menu, key in (("totals", TOTALS, "totals"), ("version", VERSION, "version")):
        await shop.menu(*menu)
        await album.take(name, key)
        await shop.press("cancel")
    await shop.menu(*QUERY)
    await shop.number(first)
    await album.take("query", "query", "code")
    await shop.press("cancel")
    await shop.menu(*LOCK)
    await album.take("locked", "unlock")
    await shop.press("confirm")
    await shop.password()
    await shop.menu(*SIGN_OFF)
    await album.take("idle_signed_off", "signed-off")
    await shop.press(*SIGN_ON)
    await album.take("signed_on", "sign-on", "signed-on")
    await shop.idle()

    shop.link.latency_us = SLOW_US
    await shop.menu(*SETTLE)
    await album.take("settle_totals", "step-totals")
    await album.take("settle_end", "step-end")
    await album.take("settled", "match")
    shop.link.latency_us = FAST_US
    await shop.idle()
    album.slip("settlement")
    await shop.menu(*SETTLE)
    await album.answer("nothing-to-settle")


async def without_a_line(shop, snapshots):
    album = Album(shop, snapshots)
    await shop.open()
    card, poor = shop.card(), shop.card(100)
    await shop.cut_line()
    await album.take("idle_no_link", "signed-on", "link-down")
    await shop.tap(2_500, card)
    await album.take("offline", "accepted-offline")
    await shop.paper()
    await album.take("idle_queue", "queued", "link-down")
    album.slip("offline", -2)
    await shop.tap(40_000, card)
    await album.answer("offline-cap")
    await shop.offline_sale(3_600, poor)
    await shop.menu(*QUEUE)
    await album.take("queue", "offline-queue")
    await shop.press("cancel")
    await shop.menu(*SETTLE)
    await album.answer("no-link")
    shop.link.latency_us = SLOW_US
    await shop.menu(*SEND_NOW[:2])
    await shop.word("send-now")
    shop.link.up = True
    await shop.press(SEND_NOW[2])
    await album.take("sending_offline", "sending-offline")
    await album.take("all_sent", "all-sent")
    shop.link.latency_us = FAST_US
    await album.take("refused", "trace", "code")
    await shop.press("confirm")
    await album.take("refused_decide", "try-again", "mark-debt")
    await shop.press("2")
    await shop.idle()
    await shop.menu(*QUEUE)
    await album.take("queue_empty", "queue-empty")
    await shop.press("cancel")
    await shop.standing()

    shop.counter.power_cut()
    shop.link.up = False
    await shop.counter.power_on()
    await album.take("idle_no_clock", "clock-unset")
    await shop.press("5")
    await album.answer("clock-unset")
    shop.link.up = True
    await shop.idle()
    lost = []

    def lose(direction, data):
        if direction == "answer":
            lost.append(data)
            return None
        return data

    shop.link.intercept = lose
    await shop.tap(700, card)
    await album.answer("no-answer")
    await shop.standing()
    shop.link.intercept = lambda direction, data: data
    await shop.person.pause(200)

    await shop.tap(300, card)
    await shop.word("approved")
    shop.counter.power_cut()
    await shop.counter.power_on()
    await album.take("unprinted", "slip-missing")
    await shop.press("confirm")
    await shop.paper()
    await shop.idle()
    await shop.stage.host.store.write(misfiled)
    shop.link.latency_us = SLOW_US
    await shop.menu(*SETTLE)
    await shop.sees("1/2")
    await album.take("settle_upload", "step-upload")
    await album.take("settled_differing", "mismatch")
    await shop.person.slips(len(shop.slips) + 1, WAIT_US)
    album.slip("settlement_differing")


def misfiled(session):
    """A clerk's slip at the host: one payment is in no batch any more."""
    session.query(Payment).filter(Payment.amount_fen == 300).update({"filed_batch": None})


async def not_provisioned(shop, snapshots):
    await shop.counter.power_on()
    await Album(shop, snapshots).answer("not-provisioned")


ENGLISH = {"language": "en"}
test_paying_in_chinese = at_the_till()(paying)
test_paying_in_english = at_the_till(settings=ENGLISH)(paying)
test_managing_in_chinese = at_the_till()(managing)
test_managing_in_english = at_the_till(settings=ENGLISH)(managing)
test_without_a_line_in_chinese = at_the_till()(without_a_line)
test_without_a_line_in_english = at_the_till(settings=ENGLISH)(without_a_line)
test_not_provisioned = at_the_till(provisioned=False)(not_provisioned)
