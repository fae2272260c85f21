"""A difference in words, in Chinese and English: what happened, and what is done about it next."""

from datetime import date
from typing import Any

Words = dict[str, str]


def yuan(amount_fen: int) -> str:
    """Fen as yuan with two decimals, without a sign."""
    return f"{abs(amount_fen) // 100}.{abs(amount_fen) % 100:02d}"


_FOUND = {
    "short": (
        "{channel}{day}的清算文件里没有参考号{reference}，我方应收{ours}元。",
        "The clearing file of {channel} for {day} lacks reference {reference}, which we expect with {ours} yuan.",
    ),
    "long": (
        "{channel}{day}的清算文件里有参考号{reference}、金额{theirs}元，我方没有这笔应清算的交易。",
        "The clearing file of {channel} for {day} has reference {reference} with {theirs} yuan, and we have no such"
        " payment to be cleared.",
    ),
    "amount": (
        "参考号{reference}：我方{ours}元，{channel}{day}的清算文件为{theirs}元，相差{more}元。",
        "Reference {reference}: we have {ours} yuan, the clearing file of {channel} for {day} has {theirs}, {more} yuan"
        " apart.",
    ),
    "duplicate": (
        "参考号{reference}在{channel}{day}的清算文件里重复清算，多{theirs}元。",
        "Reference {reference} was cleared once before: the clearing file of {channel} for {day} has it again, with"
        " {theirs} yuan.",
    ),
}
_TILL = {
    "same": ("终端批次与我方一致。", "The till's batch agrees with us."),
    "other": ("终端批次的金额与我方不同。", "The till's batch has another amount than we."),
    "absent": ("终端上送的批次里没有这一笔。", "The till uploaded its batch without it."),
    "only_till": ("终端批次里有这一笔，我方没有。", "The till's batch has it, and we have not."),
    "silent": ("终端批次没有相关记录可查。", "The till's batch does not tell."),
}
_ONLY_TILL = (
    "终端{terminal}批次{batch:06d}上送了凭证号{trace:06d}、金额{amount}元，我方没有这笔交易。"
    "下一步：等待渠道的清算文件；文件里有，则记入商户账户，没有，则持卡人未被扣款。",
    "Terminal {terminal} uploaded voucher {trace:06d} of batch {batch:06d} with {amount} yuan, and we have no such"
    " payment. Next: wait for the channel's files. One that has it makes it the merchant's money; without one no card"
    " was charged.",
)
_NEXT = {
    "wait": ("先等待渠道补清算，到期仍未到账再处理。", "Next: wait for the channel's later files; then it is claimed."),
    "channel": ("下一步：与渠道结清（多收退还，少收追回）。", "Next: settle it with the channel."),
    "merchant": ("下一步：记入商户账户。", "Next: it goes to the merchant's account."),
    "loss": ("下一步：列入损益。", "Next: it is written off."),
}
_DONE = {
    "late": (
        "{channel}{day}的清算文件补来了这一笔，差异自行消除。",
        "The clearing file of {channel} for {day} brought it later: nothing is left to do.",
    ),
    "channel": ("已与渠道结清。", "Settled with the channel."),
    "merchant": ("已记入商户账户。", "Booked to the merchant's account."),
    "loss": ("已列入损益。", "Written off."),
    "found": (
        "{channel}{day}的清算文件里有这一笔，按长款处理。",
        "The clearing file of {channel} for {day} has it: it is dealt with as that file's long item.",
    ),
    "till": (
        "渠道没有这一笔，持卡人未被扣款，账务不变。请商户核对签购单，必要时重新收款。",
        "No channel has it: no card was charged, and nothing is booked. The merchant compares its slip, and takes the"
        " payment again where goods were handed over.",
    ),
}


def _both(pair: tuple[str, str], **values: Any) -> Words:
    return {"zh": pair[0].format(**values), "en": pair[1].format(**values)}


def explanation(finding: dict[str, Any], channel: str, day: date, remedy: str) -> dict[str, Any]:
    """Why a difference stands on the work list and what comes next. finding: a row of match.compare(), its kind one of
    short, long, amount, duplicate. With the words go till, remedy, our_fen, channel_fen, terminal, trace, for who wants
    to reckon."""
    values = {
        "channel": channel,
        "day": day.isoformat(),
        "reference": finding["reference"],
        "ours": yuan(finding["our_fen"] or 0),
        "theirs": yuan(finding["channel_fen"] or 0),
        "more": yuan(finding["difference_fen"]),
    }
    kind = "amount" if finding["finding"] == "late" else finding["finding"]
    next_step = "wait" if kind == "short" else remedy
    parts = (_both(_FOUND[kind], **values), _both(_TILL[finding["till_says"]]), _both(_NEXT[next_step]))
    words: dict[str, Any] = {"zh": "".join(p["zh"] for p in parts), "en": " ".join(p["en"] for p in parts)}
    more = {"till": finding["till_says"], "our_fen": finding["our_fen"], "channel_fen": finding["channel_fen"]}
    item = {"terminal": finding["channel_terminal"], "trace": finding["channel_trace"]}
    return words | more | item | {"remedy": remedy}


def only_till(terminal: str, batch: int, trace: int, amount_fen: int) -> dict[str, Any]:
    """Why an item that only a till has stands on the work list."""
    words = _both(_ONLY_TILL, terminal=terminal, batch=batch, trace=trace, amount=yuan(amount_fen))
    return {**words, "remedy": "till"}


def resolution(how: str, channel: str = "", day: date | None = None) -> Words:
    """What became of a difference. how: late, channel, merchant, loss, found or till."""
    return _both(_DONE[how], channel=channel, day=day.isoformat() if day else "")
