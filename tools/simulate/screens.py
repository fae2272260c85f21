"""What a screen of the till asks of the person before it, by the words on it."""

import re

# the first row whose words all stand on the screen says its name
NAMES = (
    ("idle", ("请输入收款金额",)),
    ("idle", ("请按菜单签到",)),
    ("missing slip", ("签购单未打印", "是否补打")),
    ("refused choice", ("重新上送", "记为坏账")),
    ("answer", ("代码",)),
    ("tear off", ("请撕下签购单",)),
    ("password", ("请输入主管密码",)),
    ("locked", ("终端已锁定",)),
    ("locked", ("输入密码解锁",)),
    ("trace", ("请输入凭证号",)),
    ("older", ("终端无此凭证",)),
    ("amount", ("请输入金额",)),
    ("pin", ("请输入密码",)),
    ("pin", ("密码位数不足",)),
    ("pin", ("密码还可试",)),
    ("details", ("请核对", "确认")),
    ("details", ("凭证号", "确认")),
    ("card", ("请贴近卡片",)),
    ("card", ("请再贴一次卡",)),
    ("card", ("请插入芯片",)),
    ("card", ("请重新插卡",)),
    ("card", ("请再刷一次卡",)),
    ("reading", ("正在读卡",)),
    ("approved", ("交易成功", "凭证号")),
    ("approved", ("撤销成功", "凭证号")),
    ("approved", ("退货成功", "凭证号")),
    ("approved", ("离线已受理", "凭证号")),
    ("approved", ("离线已批准", "凭证号")),
    ("settled", ("新批次",)),
    ("menu", ("主菜单",)),
    ("busy", ("请稍候",)),
    ("busy", ("正在打印",)),
    ("take away", ("请取走卡片",)),
)
_YUAN = re.compile(r"(\d+)\.(\d\d)")
_TRACE = re.compile(r"凭证号\s*(\d{6})")
_VOUCHER = re.compile(r"\b(\d{6})\b")
_CODE = re.compile(r"代码\s*(\w+)")


def name_of(lines: list[str]) -> str:
    """One of the names above, or "other"."""
    seen = "".join(lines).replace(" ", "")
    return next((name for name, words in NAMES if all(word in seen for word in words)), "other")


def fen_of(lines: list[str]) -> int:
    """The amount that is shown, -1 where none is."""
    found = _YUAN.search(" ".join(lines))
    return int(found[1]) * 100 + int(found[2]) if found else -1


def trace_of(lines: list[str]) -> int:
    found = _TRACE.search(" ".join(lines))
    return int(found[1]) if found else 0


def voucher_of(lines: list[str]) -> int:
    """A voucher number that stands without its label, 0 where none does."""
    found = _VOUCHER.search(" ".join(lines))
    return int(found[1]) if found else 0


def code_of(lines: list[str]) -> str:
    found = _CODE.search(" ".join(lines))
    return found[1] if found else ""
