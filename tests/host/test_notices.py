"""The settlement notice over real SMTP: the mail itself, and what happens when the server will not have it."""

import asyncio
import re
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from html.parser import HTMLParser

import pytest
from aiosmtpd.smtp import SMTP
from sqlalchemy import select

from host_sim.merchant.mail import MailError, compose
from host_sim.merchant.notices import PAUSE_MOST_S, TRIES_MOST, Sender
from host_sim.merchant.settlement_words import WORDS, money
from host_sim.settlement.closing import close_batch
from host_sim.store.engine import open_store
from host_sim.store.schema import Alarm, BatchItem, Notice
from tests.host.shop import MONDAY, Shop, local

NOON = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


class Clock:
    def __init__(self):
        self.at = NOON

    def now(self):
        return self.at


class Mailbox:
    """An SMTP server's handler: keeps what it takes, and first answers DATA or RCPT with planned refusals."""

    def __init__(self, data=(), rcpt=()):
        self.data, self.rcpt = list(data), list(rcpt)
        self.mails = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.rcpt:
            return self.rcpt.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.data:
            return self.data.pop(0)
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 OK"


@asynccontextmanager
async def serving(mailbox, port=0):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(mailbox, hostname="mail.test", loop=loop), "127.0.0.1", port)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


def settled(directory, language="zh", **fields):
    """A shop whose day is settled: the notice waits in its database."""
    shop = Shop(directory, language, refund_fee="proportional")
    for name, value in fields.items():
        setattr(shop.merchant, name, value)
    first = shop.sale(120_050)
    shop.sale(30_000, kind="offline")
    shop.void(shop.sale(8_800))
    shop.refund(first, 20_050)
    shop.session.add(BatchItem(batch_id=shop.batch.id, batch_number=1, trace=9, finding="repaired"))
    shop.session.add(BatchItem(batch_id=shop.batch.id, batch_number=1, trace=10, finding="unknown", amount_fen=100))
    shop.close()
    shop.session.commit()
    shop.done()
    return f"sqlite:///{directory / 'host.db'}"


@asynccontextmanager
async def outbox(directory, port, **fields):
    clock = Clock()
    store = open_store(settled(directory, **fields))
    try:
        yield Sender(store, ("127.0.0.1", port), clock), store, clock
    finally:
        await store.close()


async def notice_of(store):
    return await store.read(lambda session: session.scalars(select(Notice)).one())


class Words(HTMLParser):
    """The words of a page, one line a row or paragraph."""

    def __init__(self):
        super().__init__()
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.text += "\n" if tag in ("tr", "p", "h1", "table") else " " if tag in ("td", "th") else ""
        assert not {"src", "href"} & {name for name, _ in attrs}, "nothing is fetched from elsewhere"

    def handle_data(self, data):
        self.text += data.strip()


def html_words(mail):
    parser = Words()
    parser.feed(mail.get_body(("html",)).get_content().split("<body", 1)[1].split(">", 1)[1])
    return parser.text


@pytest.mark.parametrize("address", ["", "nobody", "a@b@c", "a b@c.example", "x@y.example\r\nBcc: z@y.example"])
def test_an_address_that_is_none_is_refused_without_repeating_it(address):
    with pytest.raises(MailError) as raised:
        compose(to=address, subject="s", name="n", at=NOON, language="zh", plain="p", html="h")
    assert not address or address not in str(raised.value)


async def test_a_server_that_refuses_for_a_time_gets_the_same_mail_later(tmp_path):
    box = Mailbox(data=["451 try later"], rcpt=["450 greylisted"])
    async with serving(box) as port, outbox(tmp_path, port) as (sender, store, clock):
        body = (await notice_of(store)).body
        for answered, pause_s in ((450, 60), (451, 120)):
            assert await sender.send_due() == 0
            waiting = await notice_of(store)
            assert (waiting.state, waiting.next_at) == ("waiting", clock.at + timedelta(seconds=pause_s))
            assert str(answered) in waiting.last_error and "@" not in waiting.last_error
            assert await sender.send_due() == 0  # not before its time
            clock.at += timedelta(seconds=pause_s)
        assert await sender.send_due() == 1
        assert await sender.send_due() == 0
        sent = await notice_of(store)
        assert (sent.state, sent.tries, sent.sent_at, sent.last_error) == ("sent", 3, clock.at, None)
    assert [content for _, _, content in box.mails] == [body.encode()]


async def test_no_server_is_tried_again_with_growing_pauses_and_given_up_with_an_alarm(tmp_path):
    async with serving(Mailbox()) as port:
        pass  # the port is free again: nobody listens there
    async with outbox(tmp_path, port) as (sender, store, clock):
        pauses = []
        for _ in range(TRIES_MOST):
            assert await sender.send_due() == 0
            notice = await notice_of(store)
            pauses.append((notice.next_at - clock.at).total_seconds())
            clock.at = notice.next_at
        assert pauses[:-1] == [60, 120, 240, 480, 960, 1920, PAUSE_MOST_S]
        assert notice.state == "failed"
        assert await sender.send_due() == 0
        alarms = await store.read(lambda session: session.scalars(select(Alarm)).all())
        assert [alarm.kind for alarm in alarms] == ["notice_failed"]
        assert "after 8 tries" in alarms[0].text and "Check the address" in alarms[0].text
        assert "@" not in alarms[0].text


@pytest.mark.parametrize("refusal", [{"rcpt": ["550 unknown user"]}, {"data": ["554 no"]}])
async def test_a_refusal_for_good_is_not_tried_again(tmp_path, refusal):
    async with serving(Mailbox(**refusal)) as port, outbox(tmp_path, port) as (sender, store, _clock):
        assert await sender.send_due() == 0
        assert ((await notice_of(store)).state, (await notice_of(store)).tries) == ("failed", 1)


async def test_a_sender_that_died_while_sending_is_followed_up_with_the_same_mail(tmp_path, monkeypatch):
    box = Mailbox()
    async with serving(box) as port, outbox(tmp_path, port) as (sender, _store, clock):
        monkeypatch.setattr("host_sim.merchant.notices.outcome", lambda *_: None)  # it never gets to write it
        await sender.send_due()
        monkeypatch.undo()
        assert await sender.send_due() == 0
        clock.at += timedelta(seconds=300)
        assert await sender.send_due() == 1
    assert len(box.mails) == 2
    assert box.mails[0] == box.mails[1]


async def test_two_runs_at_once_send_it_once(tmp_path):
    box = Mailbox()
    async with serving(box) as port, outbox(tmp_path, port) as (sender, store, clock):
        other = Sender(store, ("127.0.0.1", port), clock)
        assert sorted(await asyncio.gather(sender.send_due(), other.send_due(), sender.send_due())) == [0, 0, 1]
    assert len(box.mails) == 1


async def receive(directory, **fields):
    box = Mailbox()
    async with serving(box) as port, outbox(directory, port, **fields) as (sender, _, _):
        assert await sender.send_due() == 1
    [(sender_address, recipients, content)] = box.mails
    assert sender_address == "settlement@host.picotill.example"
    assert recipients == ["shop@merchant.example"]
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))
    mail = message_from_bytes(content, policy=policy.default)
    assert not mail.defects and not any(part.defects for part in mail.walk())
    return mail


async def test_the_mail_in_chinese(tmp_path):
    mail = await receive(tmp_path)
    assert mail["Subject"] == "结算通知：示范便利店 批次000001，结算金额¥1,293.50"
    assert mail["Message-ID"] == "<settlement.898110000000001.90000001.000001@host.picotill.example>"
    assert mail["Date"].datetime == local(MONDAY, 18)
    assert mail["Content-Language"] == "zh-CN"
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert mail.get_body(("plain",)).get_content().replace("\r\n", "\n") == (
        "示范便利店，您好：\n"
        "\n"
        "您的终端90000001已于2026-11-23 18:00:00完成批次000001的结算，明细如下。\n"
        "\n"
        "商户编号：898110000000001\n"
        "终端编号：90000001\n"
        "批次号：000001\n"
        "结算时间：2026-11-23 18:00:00\n"
        "\n"
        "交易类型 | 笔数 | 金额\n"
        "消费 | 2 | ¥1,288.50\n"
        "离线消费 | 1 | ¥300.00\n"
        "消费撤销 | 1 | -¥88.00\n"
        "退货 | 1 | -¥200.50\n"
        "\n"
        "交易净额：¥1,300.00\n"
        "手续费：-¥6.50\n"
        "本批次应结：¥1,293.50\n"
        "结算金额：¥1,293.50\n"
        "\n"
        "结算日期：2026年11月24日（星期二）\n"
        "日期说明：最后一笔交易：2026年11月23日（星期一）12:00在23:00日切之前，计入2026年11月23日（星期一）营业日。"
        "按T+1工作日结算：2026年11月24日（星期二）结算。\n"
        "收款账户：示范银行 示范便利店 **** **** 4821\n"
        "\n"
        "对账时有1笔交易已归入本批次，金额已包含在上表中。\n"
        "对账时有1笔交易与主机记录不一致，上表以主机记录为准。请保留签购单，我们将与您核对。\n"
        "\n"
        "如金额有疑问，请在结算日期前凭批次号与收单机构联系。请勿直接回复本邮件。\n"
        "\n"
        "-- \n"
        "本邮件由 picotill 测试收单系统自动发出，仅供测试，不涉及真实资金。\n"
    )


async def test_the_mail_in_english(tmp_path):
    mail = await receive(tmp_path, language="en")
    assert mail["Subject"] == "Settlement notice: Demo Store, batch 000001, CNY 1,293.50 to be paid"
    words = html_words(mail)
    for line in (
        "Sale 2 CNY 1,288.50",
        "Offline sale 1 CNY 300.00",
        "Void 1 -CNY 88.00",
        "Refund 1 -CNY 200.50",
        "Fees -CNY 6.50",
        "To be paid CNY 1,293.50",
        "Payment date Tuesday 24 November 2026",
        "To account 示范银行 示范便利店 **** **** 4821",
    ):
        assert line in words
    assert not re.search("[\u4e00-\u9fff]", words.replace("示范银行 示范便利店", ""))


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_text_and_html_say_the_same(tmp_path, language):
    mail = await receive(tmp_path, language=language)
    html = html_words(mail)
    for line in mail.get_body(("plain",)).get_content().splitlines():
        for part in re.split(r" \| |：|: ", line):
            assert part.strip("- ") in html


async def test_what_a_merchant_is_called_cannot_become_markup(tmp_path):
    mail = await receive(tmp_path, name="<b>A&B</b>")
    assert "&lt;b&gt;A&amp;B&lt;/b&gt;" in mail.get_body(("html",)).get_content()
    assert "<b>A&B</b>" in mail["Subject"]


async def test_a_merchant_without_an_account_is_told(tmp_path):
    mail = await receive(tmp_path, settlement_account_masked=None)
    assert "尚未登记" in mail.get_body(("plain",)).get_content()


def test_a_merchant_without_an_address_gets_no_notice(tmp_path):
    shop = Shop(tmp_path)
    shop.merchant.email = None
    shop.sale(10_000)
    shop.close()
    assert shop.session.scalars(select(Notice)).all() == []
    shop.done()


def test_a_debt_is_spelled_out(tmp_path):
    shop = Shop(tmp_path)
    sale = shop.sale(10_000)
    shop.close()
    shop.refund(sale, 10_000)
    batch = shop.batch
    close_batch(shop.session, batch, local(MONDAY, 19))
    notice = shop.session.scalars(select(Notice).order_by(Notice.id.desc())).first()
    plain = message_from_bytes(notice.body.encode(), policy=policy.default).get_body(("plain",)).get_content()
    assert "结转下期（待抵扣）：-¥100.00" in plain
    assert "结算日期：本批次无应付款项" in plain
    shop.done()


def test_the_same_batch_makes_the_same_bytes(tmp_path):
    bodies = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        shop = Shop(tmp_path / name)
        shop.sale(10_000)
        shop.close()
        bodies.append(shop.session.scalars(select(Notice.body)).one())
        shop.done()
    assert bodies[0] == bodies[1]


def test_both_languages_have_the_same_words():
    assert WORDS["zh"].keys() == WORDS["en"].keys()
    for key in WORDS["zh"]:
        fields = [sorted(re.findall(r"{\w+}", WORDS[language][key])) for language in ("zh", "en")]
        assert fields[0] == fields[1], key


@pytest.mark.parametrize(
    ("fen", "zh", "en"),
    [(0, "¥0.00", "CNY 0.00"), (-5, "-¥0.05", "-CNY 0.05"), (123_456_789, "¥1,234,567.89", "CNY 1,234,567.89")],
)
def test_money_in_words(fen, zh, en):
    assert (money(fen, "zh"), money(fen, "en")) == (zh, en)
