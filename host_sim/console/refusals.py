"""Why something cannot be done, in both languages, for the errors of rooms that speak English only."""

import re

_CHINESE = (
    (r"weekday: .*", "请选择每周结算的星期。"),
    (r"time: .*", "每日、每周结算请填写本地时间，其他方式无需时间。"),
    (r"(?:mode|family|product) \S+: not known.*", "没有这种结算方式：请刷新页面后重选。"),
    (r"cards at once: .*", "银行卡实时到账须先与收单机构签订D0协议：请联系收单机构，或选择其他方式。"),
    (r"next payout: .*", "两周内没有可结算日：请核对结算计划，或联系收单机构。"),
    (r".*: not a line of this merchant.*", "不是本商户的交易或结算：请从账单中选择。"),
    (r".*: (\d+) questions are open.*", r"已有\1个问题待答复：请等待答复后再提问。"),
    (r".*: was answered before.*", "该问题已答复：如有疑问请重新提问。"),
    (r"order: who it goes to.*", "请填写收件人和完整的邮寄地址。"),
    (r"order: the period has not ended.*", "账期尚未结束：请在最后一个营业日之后下单。"),
    (r"order: (\d+) statements are on their way.*", r"已有\1份账单在邮寄途中：请收到后再下单。"),
    (r"order \d+: is \w+: .*", "该订单的状态已变，不能再这样操作：请刷新页面。"),
    (r"order \d+: .*", "该订单暂不能这样操作：请核对账期和运单号。"),
    (r"month .*", "没有这个月份：请选择年份和1至12月。"),
    (r"period: it ends before.*", "截止日早于起始日：请对调两个日期。"),
    (r"period: longer than (\d+) days.*", r"账期超过\1天：请缩短日期范围。"),
    (r"merchant \S+: over (\d+) lines.*", r"超过\1笔：请缩短日期范围。"),
    (r"merchant \S+: opening and movements .*", "账单与总账不符，未生成：请联系收单机构。"),
    (r"PDF: no Chinese font.*", "主机未安装中文字体，无法生成PDF：请安装fonts-wqy-microhei，或下载CSV。"),
    (r"phone number: .*", "手机号有误：请写国家代码和号码，如+8613800138000。"),
    (r"webhook: .*", "回调地址有误：请填写https地址，不含密码。"),
)
OTHER = "未能完成：请核对后重试，或联系收单机构。"


def words_of(error: Exception) -> dict[str, str]:
    """{"zh", "en"} for a person at the page. The English is the error's own text."""
    said = str(error)
    for pattern, chinese in _CHINESE:
        found = re.fullmatch(pattern, said, re.DOTALL)
        if found is not None:
            return {"zh": found.expand(chinese), "en": f"Not done: {said}."}
    return {"zh": OTHER, "en": f"Not done: {said}."}
