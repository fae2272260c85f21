"""What a result screen says: the cause, what to do next, and the code; for the host's codes and the till's own.

A row is key code|zh cause|zh advice|en cause|en advice. "/" breaks a screen line of 16 columns; cause and advice
together take at most three, the fourth line shows the code. The host's codes have the meaning UnionPay gives them
(field 39); T codes are the till's own, so that a merchant on the telephone can name what he saw.
"""

from till.ui.strings import LANGUAGES, row

HOST = """
00|00|交易成功|请取签购单|Approved|Take the slip
01|01|请联系发卡行|请致电银行/或换卡|Call the issuer|Call bank or use/another card
02|02|请联系发卡行|请致电银行/或换卡|Call the issuer|Call bank or use/another card
03|03|商户未登记|请联系收单机构|Merchant unknown|Call acquirer
04|04|请没收此卡|请留下卡片/联系收单机构|Keep this card|Keep it and call/the acquirer
05|05|发卡行拒绝|请换卡或/联系发卡行|Issuer refused|Use another card/or call the bank
07|07|请没收此卡|请留下卡片/联系收单机构|Keep this card|Keep it and call/the acquirer
10|10|只批准部分金额|已冲正 未扣款/请换卡|Partly approved|Reversed. Use/another card
11|11|交易成功 有备注|请留存签购单|Approved, remark|Keep the slip
12|12|无效交易|请核对后重做|Invalid request|Check, then/try again
13|13|金额无效|请核对金额重做|Invalid amount|Check the amount/and try again
14|14|卡号无效|请换卡|Bad card number|Use another card
25|25|找不到原交易|请核对凭证号|Original missing|Check the trace/number
30|30|报文格式错误|请重试一次/再错请报修|Message error|Try again, then/call acquirer
34|34|请没收此卡|请留下卡片/联系收单机构|Keep this card|Keep it and call/the acquirer
35|35|请没收此卡|请留下卡片/联系收单机构|Keep this card|Keep it and call/the acquirer
38|38|密码错误超限|请联系发卡行/或换卡|PIN tries over|Call bank or use/another card
40|40|不支持此功能|请联系收单机构|Not supported|Call acquirer
41|41|已挂失的卡|请留下卡片/联系收单机构|Card is lost|Keep it and call/the acquirer
43|43|被窃卡|请留下卡片/联系收单机构|Card is stolen|Keep it and call/the acquirer
45|45|请使用芯片|请贴近芯片卡/或换卡|Use the chip|Tap the chip or/another card
51|51|余额不足|请换卡或/减少金额|Not enough funds|Use another card/or lower amount
54|54|卡已过期|请换卡|Card expired|Use another card
55|55|密码错误|请核对密码/重新交易|Wrong PIN|Start again with/the right PIN
57|57|此卡不许此交易|请换卡或/联系发卡行|Card not allowed|Use another card
58|58|终端不许此交易|请联系收单机构|Till not allowed|Call acquirer
61|61|超出金额限制|请减少金额/或换卡|Over amount cap|Lower amount or/use another card
64|64|与原金额不符|请核对原金额|Amount differs|Check original/amount
65|65|超出次数限制|请换卡或/改日再试|Too many times|Use another card/or another day
68|68|主机处理超时|请稍后再试|Host timed out|Try again later
75|75|密码错误超限|请联系发卡行/或换卡|PIN tries over|Call bank or use/another card
77|77|批次号不符|请先结算/再签到|Batch differs|Settle, then/sign on again
79|79|离线对账不符|请重新上送/或联系收单|Offline differs|Send again or/call acquirer
90|90|主机正在日切|请稍后再试|Cut-off running|Try again later
91|91|发卡行无应答|请稍后再试/或换卡|Issuer is down|Try later or use/another card
92|92|发卡行不可达|请稍后再试/或换卡|No issuer route|Try later or use/another card
94|94|重复交易|请查上一笔/勿重复收款|Duplicate|Check last sale,/do not repeat
95|95|对账不平|请上送明细|Totals differ|Upload details
96|96|系统故障|请稍后再试|System fault|Try again later
97|97|终端未登记|请联系收单机构|Till unknown|Call acquirer
98|98|发卡行超时|请稍后再试|Issuer timed out|Try again later
99|99|密码格式错误|请重新签到/后再试|PIN format wrong|Sign on again,/then retry
A0|A0|校验码错误|请重新签到/后再试|MAC is wrong|Sign on again,/then retry
A2|A2|交易成功 有备注|请留存签购单|Approved, remark|Keep the slip
A4|A4|交易成功 有备注|请留存签购单|Approved, remark|Keep the slip
A5|A5|交易成功 有备注|请留存签购单|Approved, remark|Keep the slip
A6|A6|交易成功 有备注|请留存签购单|Approved, remark|Keep the slip
other||交易未成功|请告知代码/联系收单机构|Not approved|Call acquirer,/tell the code
"""

CARD = """
card-gone|T01|卡片移开过早|请再贴一次卡|Card left early|Present it again
no-application|T02|不支持此卡|请换银联卡|Card not usable|Use a UnionPay/card
bad-data|T03|卡片无法读取|请重试或换卡|Card unreadable|Try again or use/another card
declined|T04|卡片拒绝交易|请换卡|Card declined|Use another card
use-other|T05|此卡不能挥卡|请换卡|Card cannot tap|Use another card
two-cards|T06|多张卡片|请只贴一张卡|Several cards|Show only one
no-card|T07|未见卡片|请重新交易|No card seen|Start again
wrong-card|T08|与原卡不符|请用原卡|Not same card|Use the original/card
expired|T09|卡已过期|请换卡|Card expired|Use another card
pin-timeout|T10|输入密码超时|未扣款/请重新交易|PIN timed out|No money moved,/start again
amount-zero|T11|金额不能为零|请输入金额|Amount is zero|Enter an amount
over-limit|T12|超出终端限额|请减少金额|Over till limit|Lower the amount
currency|T13|币种不符|请用人民币|Wrong currency|Use CNY only
cancelled|T14|交易已取消|未扣款|Cancelled|No money moved
blocked|T17|卡片已锁定|请换卡或/联系发卡行|Card is blocked|Use another card
chip-failed|T18|芯片无法读取|请换卡|Chip unreadable|Use another card
use-chip|T19|此卡有芯片|请插卡或挥卡|Card has a chip|Insert it or tap
other-card|T36|与上次的卡不同|请用原卡|Not same card|Use the original/card
card-refused|T37|卡片拒绝交易|已冲正 未扣款/请换卡|Card refused|Reversed. Use/another card
no-code|T90|未扫到付款码|请重新交易|No code scanned|Start again
code-unknown|T95|付款码无效|请顾客刷新后/再扫一次|Code is not good|Ask for a new/code, scan again
code-old|T96|付款码已过期|请顾客刷新后/再扫一次|Code is too old|Ask for a new/code, scan again
code-refused|T97|顾客未付款|请换付款方式|Customer said no|Ask for another/way to pay
not-paid|T91|顾客未付款|订单已关闭/未扣款|Not paid in time|No money moved,/order is closed
code-closed|T92|订单已关闭|未扣款/或已退回|Order is closed|No money moved,/or it went back
code-closing|T93|订单待关闭|联网后自动关闭/不会扣款|Order is open|Wait for the/link: it closes
no-scanner|T94|没有扫码枪|请出示收款码|No scanner|Show a code/instead
see-phone|T16|请看手机|请在手机上确认/再贴一次|See the phone|Confirm on it,/present again
timed-out|T15|操作超时|请重新开始|Timed out|Start again
"""

LINK = """
no-link|T20|网络未连接|请检查网络/后再试|No link|Check network,/then retry
tls-ca|N11|主机证书不可信|请勿收款/联系收单机构|Host not trusted|Stop, call/the acquirer
tls-name|N12|主机名称不符|请核对主机设置/联系收单机构|Wrong host name|Check settings,/call acquirer
tls-date|N13|主机证书已过期|请联系收单机构|Host cert. dated|Call acquirer
tls-plain|N14|主机未用加密|请核对端口/联系收单机构|Host has no TLS|Check the port,/call acquirer
tls-refused|N15|主机拒绝本机证书|请重新下装证书|We are refused|Load the till's/files again
tls-closed|N16|加密连接中断|请检查网络/后再试|TLS was cut off|Check network,/then retry
tls-silent|N17|加密连接无应答|请核对端口/和网络|TLS no answer|Check the port/and network
tls-other|N18|加密连接失败|请重新下装证书|TLS failed|Load the till's/files again
wifi-none|N21|未找到网络|请靠近路由器/再试|No network found|Try nearer to/the router
wifi-password|N22|网络密码错误|请核对后重输|Wrong password|Enter it again
wifi-failed|N23|无法连接网络|请检查路由器/再试|Cannot join|Check router,/try again
wifi-fault|N24|无线模块故障|请重启终端/再错请报修|Radio fault|Restart the till/or call service
no-answer|T21|主机无应答|将自动冲正/不会扣款|No answer|Being reversed,/no charge
mac-wrong|T22|应答校验失败|将自动冲正/请重新签到|Reply MAC wrong|Being reversed,/sign on again
amount-differs|T23|应答金额不符|将自动冲正/请重新收款|Amount differs|Being reversed,/start again
reversed|T24|交易已冲正|未扣款/可重新收款|Reversed|No money moved,/may start again
pending-reversal|T25|有待发冲正|联网后自动发送|Reversal pending|Sent when link/is back
unresolved|T26|冲正未完成|请看结算单/联系收单机构|Not resolved|See settlement/slip, call
unknown|T27|结果未知|请勿重复操作/稍后自动重发|Result unknown|Do not repeat,/sent again later
not-signed-on|T28|尚未签到|请先签到|Not signed on|Sign on first
keys-wrong|T29|密钥校验失败|请重新签到/或联系收单|Keys are wrong|Sign on again or/call acquirer
clock-unset|T30|时间未设置|请先签到|Clock not set|Sign on first
waiting|T33|有待发交易|请先联网上送/或菜单4-7移交|Items wait|Send them or/hand over: 4-7
bad-answer|T31|应答无法识别|将自动冲正/请稍后再试|Answer unclear|Being reversed,/try later
host-silent|T32|主机无应答|请稍后再试|No answer|Try again later
sign-on-no-answer|T35|签到无应答|请检查网络/后再签到|Sign-on failed|Check network,/sign on again
settle-no-answer|T34|结算无应答|请检查网络/并继续结算|No answer|Check network,/go on settling
"""

BOOKS = """
not-found|T40|未找到该交易|请核对凭证号|Not found|Check the trace/number
already-voided|T41|该笔已撤销|无需再撤销|Already voided|Nothing to do
already-reversed|T42|该笔已冲正|未扣款|Already reversed|No money moved
already-refunded|T43|已全额退货|不能再退|Fully refunded|Nothing is left
refund-over|T44|退货超原金额|请减少金额|Over original|Lower the amount
other-batch|T45|不在当前批次|请改用退货|Not this batch|Use refund
not-voidable|T46|该笔不能撤销|请核对凭证号|Cannot be voided|Check the trace/number
not-refundable|T47|该笔不能退货|请核对凭证号|Cannot refund it|Check the trace/number
batch-full|T48|批次已满|请先结算|Batch is full|Settle first
batch-warning|T49|批次将满|请尽快结算|Batch near full|Settle soon
journal-full|T50|存储已满|请先结算|Storage is full|Settle first
storage-fault|T51|存储故障|请停用并报修|Storage fault|Stop, call/service
no-journal|T86|没有流水分区|请安装完整固件|No journal flash|Install release/image
no-room-for-keys|T38|没有参数分区|请安装完整固件|No flash for it|Install release/image
offline-cap|T52|离线额度已满|请待网络恢复|Offline cap met|Wait for the/link
offline-never|T53|不能离线交易|请待网络恢复|Needs the link|Wait for the/link
offline-off|T80|此离线方式未开|请联系收单机构|Is switched off|Call acquirer
offline-overdue|T81|离线单超期|请先处理超期|Items overdue|Decide on them/first
cap-over|T82|高于开通限额|请输入更低值|Over the limit/of the acquirer|Enter less
nothing-given-up|T83|无可记坏账|已发出的须上送|None to give up|Wait until/they are sent
export-no-key|T87|未装移交密钥|请先联网上送/或联系收单机构|No export key|Send them or/call acquirer
export-wrong|T88|回执号不符|请核对整个文件/再输入|Wrong number|Check the file,/enter it again
export-kept|T89|未移交|请再次移交/或等待上送|Not handed over|Start again,/all still waits
offline-refused|T54|离线单被拒|请联系持卡人|Offline refused|Call card holder
offline-cancelled|T55|离线单已取消|未扣款|Sale cancelled|No money moved
no-postponing|T84|不能再推迟|本营业日将结束/现在结算|Too late to wait|Settle now:/the day ends
wrong-time|T85|时间无效|请输入时分/如2230|No such time|Enter hhmm,/as in 2230
left-undone|T77|已核对 未扣款|请勿再冲正/可重新收款|Host: not paid|Start again if/he still buys
left-stands|T78|已核对 交易成立|请补交货物/或作退货|Host: it is paid|Send the goods/or refund it
settling|T56|结算未完成|请继续结算|Not settled yet|Continue to/settle
no-payout|S01|还没有结算款|请先结算|No payout yet|Settle first
nothing-due|S02|可结算余额不足|请减少金额/或等交易到期|Less is due|Lower the amount/or wait a day
payouts-rest|S03|暂停出款|请在商户页查看/或联系收单机构|Payouts rest|See your page or/call acquirer
nothing-to-settle|T57|无交易可结算|请先收款|Nothing to do|Make a sale/first
nothing-to-print|T58|无签购单可打|请先收款|No slip to print|Make a sale/first
offline-waiting|T69|有待发交易|请先上送/或结算|Items waiting|Send them or/settle first
batch-open|T59|本批未结算|请先结算/再签到|Batch is open|Settle, then/sign on again
"""

TILL = """
password-wrong|T60|密码不正确|请重新输入|Wrong password|Enter it again
locked|T61|终端已锁定|请主管解锁|Till is locked|Ask manager to/unlock it
password-rest|T67|密码错误过多|请十分钟后再试|Too many tries|Try again in/10 minutes
not-provisioned|T62|终端未开通|请联系收单机构/下装密钥参数|Not provisioned|Load keys and/settings first
paper-out|T63|打印机缺纸|请装纸后按确认|Out of paper|Load paper,/press OK
slip-later|T66|签购单未打印|请勿重复收款/可从菜单补打|Slip not printed|Do not repeat,/print it by menu
printer|T64|打印机未就绪|请检查后按确认|Printer stopped|Check it,/press OK
reader|T65|读卡器无应答|请重启终端/再错请报修|Reader is silent|Restart the till/or call service
power-nothing|T70|断电 未扣款|可重新收款|Power was lost|No money moved,/may start again
power-reversal|T71|断电 有待冲正|联网后自动冲正/不会扣款|Power was lost|Being reversed,/no charge
power-resend|T72|断电 结果未知|请勿重复操作/稍后自动重发|Power was lost|Do not repeat,/sent again later
power-settling|T73|断电 结算未完|请继续结算|Power was lost|Continue to/settle
power-check-card|T74|断电 卡片已批准|请出示原卡核对/尚未收款|Card said yes|Present the same/card to check it
power-look-card|T75|断电 卡片待核对|请插原卡查余额/或按取消|Power was lost|Insert the card/and see balance
card-unclaimed|T76|本笔作废 未收款|请重新收款|Not taken|Start again, no/money was taken
update-no-key|U01|未装升级公钥|请联系收单机构|No update key|Call acquirer
update-damaged|U02|升级包损坏|请再试一次/再错联系收单|Update damaged|Try again, then/call acquirer
update-forged|U03|升级签名不符|请联系收单机构|Bad signature|Call acquirer
update-other|U04|非本机升级包|请联系收单机构|For other tills|Call acquirer
update-old|U05|升级版本过低|继续使用本版本|Not a newer one|Keep using/this version
update-failed|U06|该版本曾失败|继续使用本版本|It failed before|Keep using/this version
update-no-room|U07|没有升级分区|请安装完整固件|No update flash|Install release/image
update-waits|U08|有待发交易|上送或结算后/再升级|Items wait|Send or settle,/then update
reset-waits|T68|有未结算交易|上送或移交/并结算后再试|Not settled yet|Send, hand over/and settle first
crash-loop|T98|反复故障 已停用|请报修/按确认再试|Keeps failing|Call service or/press OK to try
fault|T99|终端故障|请重启终端/再错请报修|Till fault|Restart the till/or call service
"""

BLOCKS = (HOST, CARD, LINK, BOOKS, TILL)


def answer(language, key):
    """Return (cause, advice, code) for a response code or a local condition.

    language: "zh" or "en". key: two characters of field 39, or a name of this file such as "card-gone".
    cause and advice are str whose screen lines are parted by "/". A code that no row has gets the general words
    and shows itself, cut to 8 characters.
    """
    found = row(BLOCKS, key)
    code = key[:8] if found is None else found[0] or "--"
    if found is None:
        found = row(BLOCKS, "other")
    at = 1 + 2 * LANGUAGES.index(language)
    return found[at], found[at + 1], code
