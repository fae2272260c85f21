from checks import raises
from slip.paper import Thing, settings, texts
from slip.paper import fits as fit
from till.slip.labels import SlipError
from till.slip.settlement import SchemeTotals, settlement_slip

EMPTY = (0, 0, 0, 0)
TILL = (18800, 3, 8800, 1)
KINDS = (("sale", 2, 10000), ("offline", 1, 8800), ("void", 1, 8800), ("refund", 0, 0))


def batch(domestic=None, foreign=None, **lists):
    return Thing(
        batch=1, local=(2026, 11, 23, 18, 0, 5), operator="01", first_trace=2, last_trace=17,
        domestic=domestic or SchemeTotals(1, TILL, None, KINDS), foreign=foreign or SchemeTotals(1, EMPTY),
        lists={name.replace("_", "-"): lists[name] for name in lists},
    )  # fmt: skip


def printed(settlement, language="zh", columns=32, duplicate=False):
    lines = settlement_slip(settlement, settings(columns), language, duplicate)
    assert fit(lines, columns)
    return texts(lines)


def squeezed(lines):
    return [" ".join(text.split()) for text in lines]


def test_a_flag_that_does_not_exist_is_an_error():
    for flag in (0, 4):
        assert raises(SlipError, printed, batch(SchemeTotals(flag, TILL))).args[0] == "domestic"
        assert raises(SlipError, printed, batch(foreign=SchemeTotals(flag, TILL))).args[0] == "foreign"


def test_a_batch_that_matches():
    lines = squeezed(printed(batch()))
    for text in (
        "结算单", "商户编号 898110000000001", "终端编号 90000001", "操作员 01", "批次号 000001",
        "日期时间 2026-11-23 18:00:05", "起始凭证号 000002", "截止凭证号 000017", "内卡 对账平", "外卡 对账平",
        "消费 2 100.00", "离线消费 1 88.00", "消费撤销 1 88.00", "退货 0 0.00", "借记 3 188.00", "贷记 1 88.00",
        "借记 0 0.00", "未上送 0", "主机拒绝 0", "冲正未决 0", "离线取消 0",
    ):  # fmt: skip
        assert lines.count(text) == 1, text
    assert not any("主机 " in text or text.startswith("已撤销") for text in lines)


def test_a_mismatch_shows_both_sides():
    lines = squeezed(printed(batch(SchemeTotals(2, TILL, (10000, 2, 8800, 1), KINDS))))
    for text in ("内卡 对账不平", "类型 终端 主机", "借记金额 188.00 100.00", "借记笔数 3 2", "贷记金额 88.00 88.00"):
        assert lines.count(text) == 1, text
    assert "外卡 对账平" in lines
    lines = squeezed(printed(batch(foreign=SchemeTotals(3, EMPTY)), "en"))
    assert "FOREIGN CARDS ERROR" in lines and "DOMESTIC CARDS MATCH" in lines
    assert "TYPE TERMINAL HOST" not in lines  # the host sent no totals


def test_every_list_names_its_vouchers():
    lines = printed(
        batch(
            not_uploaded=((13, 1234),), refused=((14, 5600), (15, 100)), unresolved=((16, 8800),), cancelled=((3, 5),),
            voided=((4, 8800),), reversed=((5, 8800),), declined=((6, None),), abandoned=((7, None),),
        )
    )  # fmt: skip
    at = [
        lines.index(text)
        for text in (
            "未上送 1", "000013 12.34", "主机拒绝 2", "000014 56.00", "000015 1.00", "冲正未决 1", "000016 88.00",
            "离线取消 1", "000003 0.05", "已撤销 1", "000004 88.00", "已冲正 1", "000005 88.00", "未批准 1", "000006 ",
            "未完成 1", "000007 ",
        )
    ]  # fmt: skip
    assert at == sorted(at)


def test_large_totals_fit_both_papers_whole():
    most = (999999999999, 999, 999999999999, 999)
    kinds = (("sale", 999, 999999999999), ("offline", 999, 999999999999))
    for language in ("zh", "en"):
        for columns in (32, 48):
            both = SchemeTotals(2, most, most, kinds)
            joined = " ".join(printed(batch(both, both), language, columns))
            assert joined.count("9999999999.99") == 2 * (2 + 2 + 4)


def test_a_reprint_says_so():
    assert "** 重打印 **" in printed(batch(), duplicate=True)
    assert "** DUPLICATE **" in printed(batch(), "en", duplicate=True)
