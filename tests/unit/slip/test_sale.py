from checks import raises
from slip.paper import PAN, payment, settings, texts
from slip.paper import fits as fit
from till.slip.labels import SlipError
from till.slip.sale import date_time, masked, money, sale_slip


def printed(payment_, language="zh", copy="merchant", duplicate=False, columns=32):
    lines = sale_slip(payment_, settings(columns), copy, language, duplicate)
    assert fit(lines, columns)
    return texts(lines)


def test_what_has_no_slip_is_an_error_without_the_card():
    assert raises(SlipError, sale_slip, payment("balance"), settings(), "merchant", "zh").args[0] == "type"
    assert raises(SlipError, sale_slip, payment(), settings(), "third", "zh").args[0] == "copy"
    assert raises(SlipError, sale_slip, payment(), settings(), "merchant", "fr").args[0] == "language"
    for pan in ("", "629252000012", "62925200000000000123"):
        error = raises(SlipError, sale_slip, payment(pan=pan), settings(), "merchant", "zh")
        assert error.args[0] == "card" and (not pan or pan not in str(error))


def test_forms():
    assert money(8800) == "RMB 88.00" and money(-5) == "RMB -0.05" and money(999999999999) == "RMB 9999999999.99"
    assert date_time((2026, 11, 23, 9, 3, 11)) == "2026-11-23 09:03:11"
    assert masked(PAN) == "629252*********0012"
    assert masked("6292520000012") == "629252***0012"


def test_a_sale_can_be_read_back():
    lines = printed(payment())
    for text in (
        "示范便利店", "签购单", "商户编号 898110000000001", "终端编号 90000001", "操作员 01", "发卡行 01020000",
        "收单行 48021000", "卡号 629252*********0012 /C", "有效期 3012", "交易类型 消费", "批次号 000001",
        "凭证号 000012", "授权码 A12345", "参考号 123456789012", "日期时间 2026-11-23 09:03:11", "金额 RMB 88.00",
        "应用名称 UnionPay Debit", "ARQC 1122334455667788", "AID A000000333010101", "TVR 0000000000", "ATC 001A",
        "免密免签", "商户存根",
    ):  # fmt: skip
        assert lines.count(text) == 1, text
    assert not any(text.startswith(("TSI", "原")) or "重打印" in text for text in lines)


def test_a_sale_in_english():
    lines = printed(payment(), "en")
    for text in (
        "SALES SLIP", "MERCHANT NO 898110000000001", "TERMINAL NO 90000001", "CARD NO 629252*********0012 /C",
        "TYPE SALE", "BATCH 000001", "TRACE 000012", "AUTH CODE A12345", "REF NO 123456789012",
        "DATE 2026-11-23 09:03:11", "AMOUNT RMB 88.00", "NO PIN, NO SIGNATURE", "MERCHANT COPY",
    ):  # fmt: skip
        assert lines.count(text) == 1, text


def test_the_card_number_is_on_no_slip():
    for kind in ("sale", "void", "refund", "offline"):
        for language in ("zh", "en"):
            for copy in ("merchant", "customer"):
                joined = "".join(printed(payment(kind), language, copy)).replace(" ", "")
                assert PAN not in joined and PAN[4:15] not in joined


def test_void_and_refund_are_negative_and_name_their_original():
    more = {"original_trace": 11, "original_batch": 1, "original_date": "1123", "original_rrn": "123456789011"}
    for kind, name in (("void", "消费撤销"), ("refund", "退货")):
        lines = printed(payment(kind, **more))
        for text in (
            "交易类型 " + name, "金额 RMB -88.00", "原凭证号 000011", "原批次号 000001", "原交易日期 1123",
            "原参考号 123456789011",
        ):  # fmt: skip
            assert lines.count(text) == 1, text
        assert "免密免签" not in lines and "持卡人签名:" in lines


def test_who_signs():
    limit, above = payment(amount_fen=100000), payment(amount_fen=100001)
    assert "免密免签" in printed(limit) and "持卡人签名:" not in printed(limit)
    assert "交易金额未超过 RMB 1000.00" in printed(limit)
    assert "免密免签" not in printed(above) and "持卡人签名:" in printed(above)
    assert "持卡人签名:" not in printed(above, copy="customer")
    pin = payment(amount_fen=100000, pin_entered=True)
    assert "密码已验证" in printed(pin) and "免密免签" not in printed(pin)
    lines = texts(sale_slip(limit, settings(no_pin_limit_fen=30000), "merchant", "zh"))
    assert "免密免签" not in lines and "持卡人签名:" in lines


def test_offline_says_that_it_is_pending():
    lines = printed(payment("offline", pending=True, auth_code=None, rrn=""))
    assert "交易类型 离线消费" in lines and "待上送 尚未授权" in lines and "结算日期自上送之日起算" in lines
    assert not any(text.startswith(("授权码", "参考号")) for text in lines)
    assert "待上送 尚未授权" not in printed(payment("offline"))


def test_reprint_copies_and_remarks():
    assert "** 重打印 **" in printed(payment(), duplicate=True)
    assert "** DUPLICATE **" in printed(payment(), "en", duplicate=True)
    assert "持卡人存根" in printed(payment(), copy="customer") and "商户存根" not in printed(payment(), copy="customer")
    for response in ("11", "A2", "A4", "A5", "A6"):
        assert "备注 %s 批准附注" % response in printed(payment(response=response))
    assert not any("批准附注" in text for text in printed(payment(response="00")))


def test_by_code_there_is_a_wallet_and_no_card():
    wanted = {"zh": ("付款方式 微信支付 /Q", "付款码 13**3456"), "en": ("PAID BY WECHAT PAY /Q", "CODE NO 13**3456")}
    for language in wanted:
        lines = printed(payment(entry="Q", wallet="002", code="130000000000123456"), language)
        assert all(text in lines for text in wanted[language]), lines
        assert not any("629252" in text or "0000000012" in text for text in lines)
        assert not any(text.startswith(("持卡人签名", "SIGNATURE", "免密", "NO PIN")) for text in lines)
    lines = printed(payment(entry="Q", wallet="999", code=None))
    assert "付款方式 扫码支付 /Q" in lines and not any(text.startswith("付款码") for text in lines)


def test_every_slip_fits_both_papers():
    more = {"original_trace": 11, "response": "A2", "pending": True, "tsi": b"\xe8\x00", "tc": bytes(8)}
    for kind in ("sale", "void", "refund", "offline"):
        for amount_fen in (1, 8800, 999999999999):
            for columns in (32, 48):
                for language in ("zh", "en"):
                    lines = printed(payment(kind, amount_fen, **more), language, columns=columns)
                    label = "金额 " if language == "zh" else "AMOUNT "
                    signed_fen = -amount_fen if kind in ("void", "refund") else amount_fen
                    assert label + money(signed_fen) in lines


def test_a_long_merchant_name_breaks_between_characters():
    shop = settings()
    shop.merchant_name_gb = shop.merchant_name_gb * 4
    lines = sale_slip(payment(), shop, "merchant", "zh")
    assert fit(lines, 32)
    assert b"".join(data for data, style in lines if style == 7) == shop.merchant_name_gb
