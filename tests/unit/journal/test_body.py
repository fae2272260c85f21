"""Bodies of payments and answers: what does not fit is refused, what is damaged is named, the rest comes back whole."""

from checks import raises
from journal.day import ANSWER, DE55, LONG, Card
from journal.torn_flash import Random
from till.journal.body import fill_reply, pack_payment, pack_reply, unpack_payment
from till.journal.errors import JournalError
from till.journal.payment import Payment
from till.journal.squeeze import squeeze, unsqueeze


def paid(**more):
    payment = Payment()
    card = Card(12)
    for name in ("pan", "psn", "expiry", "track2", "entry", "de55", "label", "pin_entered"):
        setattr(payment, name, getattr(card, name))
    payment.kind, payment.amount_fen, payment.batch, payment.trace = "sale", 8800, 1, 12
    payment.epoch, payment.operator = 1795395600, "01"
    for name in more:
        setattr(payment, name, more[name])
    return payment


def same(one, other):
    for name in Payment.__slots__:
        assert (getattr(one, name) or None) == (getattr(other, name) or None) or name == "kind", name


def test_out_of_range_is_refused():
    for name, value in (
        ("amount_fen", -1), ("amount_fen", 10**12), ("batch", 1000000), ("trace", 1000000), ("epoch", 1 << 32),
        ("psn", "100"), ("psn", "1"), ("psn", "A01"), ("pan", "62925200x"), ("track2", "6292D\u4e00"), ("operator", 1),
        ("de55", bytes(256)), ("original_batch", 1 << 32), ("label", "x" * 256),
    ):  # fmt: skip
        error = raises(JournalError, pack_payment, paid(**{name: value}))
        assert "6292" not in str(error)


def test_damage_is_named_and_nothing_else_comes_out():
    body = bytes(pack_payment(paid()))
    raises(JournalError, unpack_payment, b"")
    raises(JournalError, unpack_payment, b"\x03" + body[1:])
    random = Random(5)
    for length in range(len(body)):
        damaged = bytearray(body)
        damaged[random.below(len(body))] ^= 1 << random.below(8)
        for data in (body[:length], bytes(damaged)):
            try:
                unpack_payment(data)
            except JournalError:
                pass
    reply = bytes(pack_reply(ANSWER))
    for length in range(len(reply)):
        try:
            fill_reply(Payment(), reply[:length])
        except JournalError:
            pass
    raises(JournalError, fill_reply, Payment(), b"\x01\x01\x09ab")


def test_a_payment_comes_back():
    for payment in (
        paid(),
        paid(amount_fen=999999999999, batch=999999, trace=999999, epoch=0xFFFFFFFF, pin_entered=True),
        paid(track2="", de55=b"", label="", operator="", entry="", psn="", pan="6292520000000000012", expiry="3012"),
        paid(track2=paid().track2.replace("D", "=")),
        paid(track2="6292529999999999999D99122200000000000"),  # of another card than the number: kept apart
        paid(kind="refund", original_batch=3, original_trace=77, original_date="1122", original_rrn="000000000001",
             original_auth="ABC123"),
        paid(de55=DE55 + LONG),
        paid(de55=b"\x9f"),
    ):  # fmt: skip
        same(payment, unpack_payment(bytes(pack_payment(payment))))


def test_a_contactless_sale_fits_the_shortest_page():
    # 240 bytes behind a sector's header, less 52 around the body, in blocks of 16
    assert len(pack_payment(paid())) <= 176
    assert len(pack_reply(ANSWER)) <= 176


def test_an_answer_comes_back():
    payment = Payment()
    fill_reply(payment, bytes(pack_reply(dict(ANSWER, amount_fen=10**11))))
    for name in ("response", "rrn", "auth_code", "host_time", "host_date", "settle_date", "issuer_acquirer", "scheme"):
        assert getattr(payment, name) == ANSWER[name]
    assert payment.reply_de55 == ANSWER["de55"] and payment.reply_amount_fen == 10**11
    payment = Payment()
    fill_reply(payment, bytes(pack_reply({"response": "51", "rrn": None, "scheme": ""})))
    assert payment.response == "51" and payment.rrn is None and payment.scheme is None


def test_a_tag_of_a_later_version_is_passed_over():
    body = bytes(pack_payment(paid())) + b"\xfe\x03new"
    same(paid(), unpack_payment(body))


def test_squeezed_de55_is_shorter_and_whole():
    assert squeeze(DE55) and len(squeeze(DE55)) < len(DE55) - 30
    for data in (DE55, DE55 + LONG, b"\x9f\x26\x08" + bytes(8), DE55 * 2):
        assert unsqueeze(squeeze(data)) == data
    for data in (
        b"",
        b"\x9f",
        b"\x9f\x26",
        b"\x9f\x26\x08",
        b"\x9f\x26\x82\x00\x01",
        DE55[:-1],
        b"\xdf\x81\x01\x01\x00",
    ):
        assert squeeze(data) is None
    for data in (b"\x01", b"\xff", b"\x00", b"\x00\x9f", b"\x00\x9f\x26\x08", b"\x04" + bytes(19) + b"\x20"):
        raises(JournalError, unsqueeze, data)
