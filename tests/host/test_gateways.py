"""Webhooks and SMS over real HTTP: signed, sent again with pauses, taken once by who gets them twice."""

import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from sqlalchemy import select

from host_sim.acquirer.vault import Vault
from host_sim.merchant.announce import TEXTS, announce
from host_sim.merchant.contacts import ContactError, check_url, remove, set_phone, set_webhook
from host_sim.merchant.gateways import Gateway, GatewaySender, sign, verify
from host_sim.merchant.notices import TRIES_MOST
from host_sim.store.engine import open_store
from host_sim.store.schema import Alarm, GatewayNotice, Merchant
from tests.host.shop import MONDAY, Shop, local

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PHONE = "+8613800138000"
GATEWAY_KEY = "k" * 43


class Clock:
    def __init__(self):
        self.at = NOON

    def now(self):
        return self.at


class Receiver:
    """A server that answers as planned, then 200, and keeps what came."""

    def __init__(self, *answers):
        self.answers, self.got = list(answers), []

    async def take(self, request):
        self.got.append((dict(request.headers), await request.read()))
        status = self.answers.pop(0) if self.answers else 200
        headers = {"Location": "http://127.0.0.1:1/elsewhere"} if status == 302 else None
        return web.Response(status=status, headers=headers)


@asynccontextmanager
async def serving(receiver):
    app = web.Application()
    app.router.add_post("/take", receiver.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/take"
    finally:
        await runner.cleanup()


def entropy(count):
    return bytes(range(7, 7 + count))


@asynccontextmanager
async def told(directory, url, language="zh"):
    """A shop that closes a batch with both contacts set. Gives sender, store, clock and the webhook's key."""
    vault = Vault(bytes(32), entropy)
    shop = Shop(directory, language)
    set_phone(shop.session, shop.merchant, PHONE)
    _, key = set_webhook(shop.session, shop.merchant, url, vault, entropy)
    shop.sale(123_450)
    shop.close()
    shop.session.commit()
    shop.done()
    clock = Clock()
    clock.at = local(MONDAY, 19)
    store = open_store(f"sqlite:///{directory / 'host.db'}")
    try:
        yield GatewaySender(store, vault, clock, Gateway(url, GATEWAY_KEY)), store, clock, key
    finally:
        await store.close()


async def notices(store):
    return await store.read(lambda session: session.scalars(select(GatewayNotice).order_by(GatewayNotice.id)).all())


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://a.example/x",
        "http://shop.example/x",
        "https://u:p@shop.example/",
        "https://",
        "https://a:b/",
        "x" * 400,
    ],
)
def test_an_address_that_cannot_be_used_is_refused(url):
    with pytest.raises(ContactError, match="https://host/path"):
        check_url(url)


def test_addresses_that_can(tmp_path):
    for url in ("https://shop.example/hook?x=1", "http://127.0.0.1:8000/hook", "http://localhost/x"):
        check_url(url)
    shop = Shop(tmp_path)
    for number in ("13800138000", "+86 138", "+0123456789", "+12345678901234567"):
        with pytest.raises(ContactError, match="country"):
            set_phone(shop.session, shop.merchant, number)
    shop.done()


async def test_a_batch_is_told_both_ways_signed(tmp_path):
    receiver = Receiver()
    async with serving(receiver) as url, told(tmp_path, url) as (sender, _store, clock, key):
        assert await sender.send_due() == 2
        assert await sender.send_due() == 0
    (sms_headers, sms), (hook_headers, hook) = receiver.got
    text = json.loads(sms)
    assert text["to"] == PHONE and text["id"] == "batch.closed.90000001.000001"
    assert text["text"] == (
        "【picotill】示范便利店：终端90000001批次000001已结算，应结¥1,228.33，2026年11月24日（星期二）付款。"
    )
    body = json.loads(hook)
    assert (body["id"], body["type"], body["merchant"]) == (
        "batch.closed.90000001.000001", "batch.closed", "898110000000001",
    )  # fmt: skip
    assert body["data"]["amount_fen"] == 122_833 and body["data"]["day"] == "2026-11-24"
    for headers, content, secret in ((sms_headers, sms, GATEWAY_KEY), (hook_headers, hook, key)):
        at, signature = int(headers["Picotill-Timestamp"]), headers["Picotill-Signature"]
        now = int(clock.at.timestamp())
        assert verify(secret, at, content, signature, now)
        assert not verify(secret, at, content + b" ", signature, now)
        assert not verify(secret, at + 1, content, signature, now)
        assert not verify("x" + secret, at, content, signature, now)
        assert not verify(secret, at, content, signature, now + 301), "an old one sent again"
        assert headers["Picotill-Id"] == "batch.closed.90000001.000001"


def test_the_signature_is_what_openssl_says():
    """printf '1.what do ya want for nothing?' | openssl dgst -sha256 -hmac Jefe"""
    assert sign("Jefe", 1, b"what do ya want for nothing?") == (
        "v1=a9049465ce89cfb8e9aac62333abda66f80e3403f51f57f6bae3c3a4485eca38"
    )


async def test_a_receiver_that_cannot_now_gets_the_same_later(tmp_path):
    receiver = Receiver(200, 503, 200, 429)
    async with serving(receiver) as url, told(tmp_path, url) as (sender, store, clock, key):
        assert await sender.send_due() == 1
        waiting = (await notices(store))[1]
        assert (waiting.state, waiting.last_error) == ("waiting", "the receiver answered 503")
        assert waiting.next_at == clock.at + timedelta(seconds=60)
        assert await sender.send_due() == 0
        clock.at += timedelta(seconds=60)
        assert await sender.send_due() == 1
        assert (await notices(store))[1].tries == 2
    first, second = receiver.got[1], receiver.got[2]
    assert first[1] == second[1] and first[0]["Picotill-Id"] == second[0]["Picotill-Id"]
    assert first[0]["Picotill-Signature"] != second[0]["Picotill-Signature"], "signed anew with the new time"
    assert verify(key, int(second[0]["Picotill-Timestamp"]), second[1], second[0]["Picotill-Signature"],
                  int(clock.at.timestamp()))  # fmt: skip


@pytest.mark.parametrize("status", [400, 404, 410, 302])
async def test_a_refusal_for_good_is_not_tried_again_and_a_redirect_not_followed(tmp_path, status):
    receiver = Receiver(200, status)
    async with serving(receiver) as url, told(tmp_path, url) as (sender, store, clock, _key):
        await sender.send_due()
        clock.at += timedelta(hours=2)
        assert await sender.send_due() == 0
        failed = (await notices(store))[1]
        assert (failed.state, failed.tries, len(receiver.got)) == ("failed", 1, 2)
        alarms = await store.read(lambda session: session.scalars(select(Alarm)).all())
        assert str(status) in alarms[0].text and url not in alarms[0].text


async def test_nobody_there_is_given_up_after_a_bound(tmp_path):
    async with serving(Receiver()) as url:
        pass
    async with told(tmp_path, url) as (sender, store, clock, _key):
        for _ in range(TRIES_MOST):
            assert await sender.send_due() == 0
            clock.at = max(notice.next_at for notice in await notices(store))
        assert {notice.state for notice in await notices(store)} == {"failed"}
        assert await sender.send_due() == 0


async def test_without_an_sms_gateway_they_wait(tmp_path):
    receiver = Receiver()
    async with serving(receiver) as url, told(tmp_path, url) as (_, store, clock, _key):
        bare = GatewaySender(store, Vault(bytes(32), entropy), clock)
        assert await bare.send_due() == 1
        assert [notice.state for notice in await notices(store)] == ["waiting", "sent"]


async def test_a_contact_taken_away_gets_nothing_more(tmp_path):
    receiver = Receiver()
    async with serving(receiver) as url, told(tmp_path, url) as (sender, store, _clock, _key):

        def gone(session):
            remove(session, session.scalars(select(Merchant)).one(), "webhook")

        await store.write(gone)
        assert await sender.send_due() == 1
        assert [notice.state for notice in await notices(store)] == ["sent", "failed"]


def test_the_same_happening_is_told_once_and_a_code_never_by_webhook(tmp_path):
    shop = Shop(tmp_path, "en")
    set_phone(shop.session, shop.merchant, PHONE)
    set_webhook(shop.session, shop.merchant, "https://shop.example/x", Vault(bytes(32), entropy), entropy)
    facts = {"number": "N1", "amount_fen": 5, "account": "a"}
    assert len(announce(shop.session, shop.merchant, "payout.paid", "N1", facts, NOON)) == 2
    assert announce(shop.session, shop.merchant, "payout.paid", "N1", facts, NOON) == []
    (only,) = announce(shop.session, shop.merchant, "sign_in.code", "1", {"code": "123456"}, NOON)
    assert only.channel == "sms" and "123456" in only.body
    shop.done()


def test_the_key_is_not_in_the_database(tmp_path):
    shop = Shop(tmp_path)
    _, key = set_webhook(shop.session, shop.merchant, "https://shop.example/x", Vault(bytes(32), entropy), entropy)
    shop.session.commit()
    shop.done()
    assert len(key) == 43
    assert key.encode() not in (tmp_path / "host.db").read_bytes()


def test_every_text_is_there_in_both_languages():
    assert all(set(texts) == {"zh", "en"} for texts in TEXTS.values())
