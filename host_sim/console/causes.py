"""Why an attempt at the till came to nothing, by the code that its screen showed: Chinese and English, what it means
and what to do next. The codes are the till's own; a code that is not here shows the screen's words instead.
"""

CAUSES = {
    "T01": ("卡片移开过早，请再贴一次", "the card left the field too early: tap again"),
    "T02": ("卡上没有可用的支付应用，请换卡", "the card has no payment application: use another"),
    "T03": ("卡片读不出，请重试或换卡", "the card could not be read: try again or use another"),
    "T04": ("卡片自己拒绝，请换卡", "the card itself declined: use another"),
    "T05": ("此卡不能挥卡，请换卡", "the card cannot be tapped: use another"),
    "T06": ("感应区内有多张卡，请只贴一张", "several cards in the field: show only one"),
    "T07": ("没有等到卡，请重新交易", "no card came: start again"),
    "T08": ("不是原来的卡，请用原卡", "not the card of the original: use that one"),
    "T09": ("卡已过期，请换卡", "the card has expired: use another"),
    "T10": ("输入密码超时，请重新交易", "the PIN took too long: start again"),
    "T11": ("金额为零，请输入金额", "the amount was zero: enter one"),
    "T12": ("超出终端限额，请减少金额", "over the till's limit: lower the amount"),
    "T13": ("币种不符，请用人民币", "wrong currency: use CNY"),
    "T14": ("已取消，可重新开始", "cancelled: start again when wanted"),
    "T15": ("操作超时，请重新开始", "nobody pressed a key in time: start again"),
    "T16": ("请在手机上确认后再贴", "to be confirmed on the phone, then tapped again"),
    "T20": ("网络未连接，请检查线路", "no connection: check the line"),
    "T21": ("主机无应答，终端会自动冲正", "no answer: the till reverses it by itself"),
    "T22": ("应答校验失败，终端会自动冲正，请重新签到", "the answer's MAC was wrong: reversed, sign on again"),
    "T24": ("已冲正，可重新收款", "reversed: may be started again"),
    "T25": ("有待发冲正，联网后自动发送", "a reversal waits: sent when the link is back"),
    "T28": ("尚未签到，请先签到", "not signed on: sign on first"),
    "T29": ("密钥校验失败，请重新签到", "the keys did not check: sign on again"),
    "T30": ("时间未设置，请先签到", "the clock is not set: sign on first"),
    "T31": ("应答无法识别，终端会自动冲正", "the answer was not understood: reversed by itself"),
    "T32": ("主机无应答，请稍后再试", "no answer: try again later"),
    "T40": ("终端里没有这笔交易，请核对凭证号", "the till has no such payment: check the trace number"),
    "T41": ("该笔已撤销", "it has been voided already: nothing to do"),
    "T42": ("该笔已冲正", "it has been reversed already: nothing to do"),
    "T43": ("已全额退货，不能再退", "it has been refunded in full: nothing is left"),
    "T44": ("退货超过原金额，请减少金额", "the refund is over the original: lower the amount"),
    "T45": ("不在当前批次，请改用退货", "it is of another batch: use a refund"),
    "T46": ("该笔不能撤销，请核对凭证号", "it cannot be voided: check the trace number"),
    "T47": ("该笔不能退货，请核对凭证号", "it cannot be refunded: check the trace number"),
    "T48": ("批次已满，请先结算", "the batch is full: settle first"),
    "T50": ("流水已满，请先结算", "the journal is full: settle first"),
    "T52": ("离线额度已满，请等网络恢复", "the offline caps are met: wait for the link"),
    "T53": ("不能离线受理，请等网络恢复", "cannot be taken offline: wait for the link"),
    "T55": ("离线交易已取消", "the offline sale was cancelled"),
    "T56": ("结算未完成，请继续结算", "a settlement is under way: go on with it"),
    "T60": ("主管密码不正确，请重新输入", "wrong manager's password: enter it again"),
    "T65": ("读卡器无应答，请重启终端", "the reader is silent: restart the till"),
    "T67": ("密码错误过多，请十分钟后再试", "too many wrong passwords: try again in ten minutes"),
    "T70": ("断电，未扣款，可重新收款", "the power was lost, no money moved: may be started again"),
    "T71": ("断电，终端会自动冲正", "the power was lost: the till reverses it by itself"),
    "T72": ("断电，结果未知，请勿重复操作", "the power was lost, the result is unknown: do not repeat it"),
    "T99": ("终端故障，请重启终端", "the till has a fault: restart it"),
}
OFFLINE = ("已离线受理，等待上送", "taken offline: waits to be sent")
POWER = ("断电，请重新开机，终端会自行恢复", "the power was cut: switch on, the till recovers by itself")
CLOSED = ("柜台关闭时还没有结束，终端开机后会自行恢复", "the desk was closed: the till recovers when it is on")
LEFT = ("没有做完就回到待机", "left without a result: start again when wanted")
UNDER_WAY = ("正在进行", "under way")
