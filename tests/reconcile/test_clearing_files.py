"""Clearing files of both formats: what is written is read, and a file that was touched is refused."""

import io
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.networks.clearing import fixed, table
from host_sim.networks.clearing.files import file_name, form_of, reading, write_file
from host_sim.networks.clearing.item import KINDS, ClearingError, ClearingItem, FileHead

EAST = timezone(timedelta(hours=8))
HEAD = FileHead("unionpay", date(2026, 11, 23))
NINE = datetime(2026, 11, 23, 9, tzinfo=EAST)
SALE = ClearingItem("632700000001", "sale", 12_050, 42, "000001", "90000001", 17, NINE)
REFUND = SALE._replace(reference="632700000002", kind="refund", amount_fen=-50, fee_fen=0)
FORMATS = pytest.mark.parametrize("form", [fixed, table])


def written(form, items, head=HEAD):
    file = io.BytesIO()
    sums = form.write(file, head, items)
    return file.getvalue(), sums


def items_of(form, data):
    head, items = form.read(io.BytesIO(data))
    return head, list(items)


def test_the_card_networks_file_to_the_byte():
    data, _ = written(fixed, [SALE, REFUND])
    lines = data.decode("ascii").split("\n")
    assert lines[0].rstrip() == "HD01unionpay            20261123"
    sale = "ITSA632700000001" + 20 * " " + "+000000012050+000000000042" + "00000190000001000017" + "20261123090000"
    assert lines[1].rstrip() == sale
    assert lines[3].startswith("TR000000002+000000000012000+000000000000042")
    assert {len(line) for line in lines[:-1]} == {fixed.LENGTH}


def test_the_wallets_file_to_the_letter():
    data, _ = written(table, [SALE, REFUND])
    assert data.decode("utf-8").split("\r\n") == [
        "#clearing,1,unionpay,2026-11-23",
        "交易类型,商户订单号,金额(元),手续费(元),授权号,终端号,流水号,完成时间",
        "支付,632700000001,120.50,0.42,000001,90000001,17,2026-11-23T09:00:00+08:00",
        "退款,632700000002,-0.50,0.00,000001,90000001,17,2026-11-23T09:00:00+08:00",
        "#合计,2,120.00,0.42",
        "",
    ]


def test_a_changed_byte_anywhere_is_seen():
    data, _ = written(fixed, [SALE, REFUND])
    unseen = set()
    for at in range(len(data)):
        changed = bytearray(data)
        changed[at] ^= 1
        try:
            items_of(fixed, bytes(changed))
        except ClearingError:
            continue
        unseen.add(at)
    # The digest covers all before the trailer; of the trailer only its blanks are free.
    assert unseen <= set(range(len(data) - fixed.LENGTH - 1 + 107, len(data) - 1)), sorted(unseen)


def test_a_wallets_changed_amount_is_seen():
    data, _ = written(table, [SALE, REFUND])
    with pytest.raises(ClearingError, match="not what the rows come to"):
        items_of(table, data.replace(b"120.50", b"120.51"))


@FORMATS
def test_a_file_cut_short_anywhere_is_refused(form):
    data, _ = written(form, [SALE, REFUND])
    for length in range(len(data)):
        with pytest.raises(ClearingError):
            items_of(form, data[:length])


@FORMATS
def test_nothing_may_stand_behind_the_end(form):
    data, _ = written(form, [SALE])
    with pytest.raises(ClearingError, match="goes on behind"):
        items_of(form, data + data)


@FORMATS
@pytest.mark.parametrize(
    "change",
    [
        {"kind": "gift"},
        {"reference": ""},
        {"reference": "A" * 33},
        {"reference": "a b"},
        {"amount_fen": 0},
        {"amount_fen": -1},
        {"kind": "refund"},
        {"at": datetime(2026, 11, 23)},
    ],
)
def test_what_cannot_be_in_a_file_is_not_written(form, change):
    with pytest.raises(ClearingError):
        written(form, [SALE._replace(**change)])


@pytest.mark.parametrize("change", [{"amount_fen": 10**14}, {"terminal": "1" * 30}])
def test_a_value_too_wide_for_its_record_is_refused(change):
    with pytest.raises(ClearingError):
        items_of(fixed, written(fixed, [SALE._replace(**change)])[0])


ITEMS = st.builds(
    ClearingItem,
    reference=st.text("0123456789ABCXYZ", min_size=1, max_size=32),
    kind=st.sampled_from(KINDS),
    amount_fen=st.integers(1, 10**12 - 1),
    fee_fen=st.integers(-(10**9), 10**9),
    auth_code=st.text("0123456789", min_size=6, max_size=6),
    terminal=st.sampled_from(["", "90000001"]),
    trace=st.integers(0, 999_999),
    at=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)).map(lambda at: at.replace(microsecond=0, tzinfo=EAST)),
).map(lambda item: item if item.kind == "sale" else item._replace(amount_fen=-item.amount_fen))


@FORMATS
@given(items=st.lists(ITEMS, max_size=8))
def test_what_is_written_is_read(form, items):
    data, sums = written(form, items)
    assert items_of(form, data) == (HEAD, items)
    assert sums == (len(items), sum(one.amount_fen for one in items), sum(one.fee_fen for one in items))
    assert sums.net_fen == sum(item.net_fen for item in items)


def test_a_file_is_there_whole_or_not_at_all(tmp_path):
    path = tmp_path / file_name(HEAD, "csv")
    with pytest.raises(ClearingError):
        write_file(path, "csv", HEAD, [SALE, SALE._replace(amount_fen=0)])
    assert list(tmp_path.iterdir()) == []
    write_file(path, "csv", HEAD, [SALE])
    assert (path.name, form_of(path)) == ("unionpay-20261123.csv", "csv")
    with reading(path) as (head, items):
        assert (head, list(items)) == (HEAD, [SALE])
