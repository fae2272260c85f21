"""Every text of the screens in Chinese and English, one row a text: key|zh|en.

A row is one screen line: at most 16 columns, a Chinese character takes two. The rows stand in a few long strings
because a till reads two or three of them a screen, and a dictionary of four hundred small objects costs five times
the memory. Causes and advice for failed payments are in answers.py.
"""

LANGUAGES = ("zh", "en")

PAYING = """
sale|消费|Sale
void|消费撤销|Void sale
refund|退货|Refund
offline|离线消费|Offline sale
reversal|冲正|Reversal
voice|电话授权消费|Voice sale
call-issuer|请致电发卡行|Call the issuer
amount|金额|Amount
yuan|元| CNY
enter-amount|请输入金额|Enter amount
cancel|取消|Cancel
clear|清除|Clear
confirm|确认|OK
check-details|请核对|Please check
present-card|请贴近卡片|Present card
present-again|请再贴一次卡|Present again
or-insert|或插卡 刷卡|or Swipe
insert-chip|请插入芯片|Insert the chip
insert-again|请重新插卡|Insert again
swipe-chip|芯片故障请刷卡|Chip bad: Swipe
swipe-again|请再刷一次卡|Swipe again
leave-card|请勿拔出卡片|Leave it in
choose-app|请选择应用|Choose account
tries-left|密码还可试%d次|PIN tries: %d
hold-card|请勿移开卡片|Hold card still
remove-card|请取走卡片|Remove card
scan-code|请扫付款码|Scan their code
no-wallet-code|非付款码 请再扫|Not it: again
see-customer|等待顾客付款|Customer pays
scan-me|请扫码|Scan it
closing|正在关闭订单|Closing order
reading-card|正在读卡|Reading card
enter-pin|请输入密码|Enter PIN
pin-short|密码位数不足|PIN too short
connecting|正在连接|Connecting
sending|正在发送|Sending
wait-success|等待交易成功|Wait for success
please-wait|请稍候|Please wait
reversing|正在冲正|Reversing
approved|交易成功|Approved
voided|撤销成功|Void done
refunded|退货成功|Refund done
accepted-offline|离线已受理|Accepted offline
approved-offline|离线已批准|Approved offline
pending|待上送 结果未定|Pending upload
trace|凭证号|Trace
batch|批次号|Batch
auth-code|授权码|Auth
reference|参考号|Ref
card|卡号|Card
date|日期|Date
original|原交易|Original
code|代码|Code
"""

ENTERING = """
enter-password|请输入主管密码|Manager password
enter-trace|请输入凭证号|Enter trace no.
enter-reference|请输入原参考号|Enter reference
older-sale|终端无此凭证|Not in this till
enter-slip|按签购单输入|Type in the slip
enter-date|原交易日期月日|Date as MMDD
enter-auth-code|请输入授权码|Enter auth code
enter-operator|请输入操作员号|Operator number
too-short|位数不足|Too few digits
page|页|Page
day-1|星期一|Monday
day-2|星期二|Tuesday
day-3|星期三|Wednesday
day-4|星期四|Thursday
day-5|星期五|Friday
day-6|星期六|Saturday
day-7|星期日|Sunday
"""

PRINTING = """
printing|正在打印|Printing
merchant-copy|商户存根|Merchant copy
customer-copy|持卡人存根|Customer copy
duplicate|重打印|Duplicate
tear-off|请撕下签购单|Tear off slip
next-copy|按确认打下一联|OK: next copy
slip-missing|签购单未打印|Slip not printed
print-question|是否补打|Print it now?
slip-out|原单已完整打出|Original is out?
"""

SETTLING = """
settle|结算|Settlement
settle-mode|结算方式|Settle mode
mode-M|手工结算|By hand
mode-D|每日自动|Every day
mode-W|每周自动|Every week
mode-R|实时结算|Each at once
settled-now|已实时结算|Settled at once
enter-time|请输入时分|Time as hhmm
auto-soon|%s自动结算|Settles at %s
auto-settle|自动结算|Time to settle
postpone-question|取消推迟30分|Cancel: 30 min
mode-kept|主机已确认|Host confirms
step-reversals|发送冲正|Reversals
step-offline|上送离线交易|Offline sales
step-totals|核对总额|Totals
step-upload|上送明细|Details
step-end|批次结束|End of batch
step-print|打印结算单|Settlement slip
step-list|打印清单|List
match|对账平|Totals match
mismatch|对账不平|Totals differ
settle-error|对账出错|Totals error
debit|借记|Debit
credit|贷记|Credit
debit-short|借|Dr
credit-short|贷|Cr
new-batch|新批次|New batch
continue-settle|继续结算|Continue settle
"""

STANDING = """
starting|正在启动|Starting
signing-on|正在签到|Signing on
signed-on|已签到|Ready
signed-off|未签到|Not on
menu-sign-on|请按菜单签到|Menu to sign on
link-up|网络正常|Link ok
link-down|网络断开|No link
queued|待传|Queue
type-amount|请输入收款金额|Type an amount
clock-unset|时间未设置|Clock not set
sending-offline|正在上送离线|Sending offline
all-sent|离线已全部上送|All sent
queue-empty|无离线交易|Queue is empty
nothing-refused|无待处理拒绝|Nothing refused
nothing-overdue|无超期交易|Nothing overdue
near-count|离线笔数已用%d%%|Queue count %d%%
near-total|离线总额已用%d%%|Queue total %d%%
near-day|离线当日已用%d%%|Queue today %d%%
near-card|离线单卡已用%d%%|Queue card %d%%
near-age|离线时限已用%d%%|Queue age %d%%
decide|离线超期 请处理|Overdue: decide
offline-refused|离线单被拒|Offline refused
try-again|重新上送|Send again
mark-debt|记为坏账|Mark as debt
decide-later|以后处理|Decide later
send-all|立即上送|Send now
print-list|打印清单|Print list
wait-longer|再等一期|Wait longer
write-off|记为坏账|Write off
write-off-all|全部记为坏账|Write off all?
nothing-waits|无待发交易|Nothing waits
export-question|移交收单机构|To the acquirer?
exporting|正在输出文件|Writing the file
enter-receipt|请输入回执号|Receipt number
export-done|已移交|Handed over
waits-longer|已延长等待时间|Waits longer
cap-card|卡片脱机批准|By the card
cap-voice|电话授权|By voice
cap-deferred|延迟联机|Deferred
cap-on|开关|On or off
cap-each_fen|单笔限额|Each
cap-card_fen|单卡限额|Each card
cap-day_fen|当日限额|Each day
cap-total_fen|总限额|In all
cap-count|笔数限额|Number
cap-age_h|时限小时|Hours
switched-on|已开启|Switched on
switched-off|已关闭|Switched off
enter-number|请输入数值|Enter a number
kept|已保存|Saved
restored|断电恢复|Power is back
check-card|核对卡片|Check the card
card-said-yes|卡已批准 收此笔|It said yes: OK?
on-card|卡内余额|On the card
locked|终端已锁定|Till is locked
unlock|输入密码解锁|Enter password
"""

MENU = """
menu|主菜单|Menu
qr|扫码|QR codes
qr-scan|扫付款码|Scan a code
qr-show|出示收款码|Show a code
print|打印|Print
print-last|打印最近一笔|Last slip
print-any|按凭证号打印|Slip by trace
print-settlement|打印上次结算|Batch slip
manage|管理|Manage
sign-on|签到|Sign on
sign-off|签退|Sign off
totals|查询总计|Totals
query|按凭证号查询|Find by trace
enquire|查询|Enquiry
takings|今日营业额|Today's takings
today|今日|Today
available|可结算|Available
not-due|待结算|Not due
owed|欠款|Owed
ask-line|咨询交易|Ask about one
question|咨询号|Question
query-last|查询末笔|Last payment
payout|最近结算款|Last payout
payout-lines|结算款明细|Payout's lines
pay-out|立即结算出款|Pay out now
pay-all|全部余额|All of it
pay-part|部分余额|A part
pay-out-now|转到结算账户|To the account?
payout-I|已提交|Sent
payout-A|银行处理|At the bank
payout-P|已到账|Paid
payout-R|已退回|Returned
payments|笔|items
ok-prints|按确认打印|OK: print
more-lines|下一页|More
offline-menu|离线|Offline
offline-queue|离线队列|Offline queue
voice-sale|电话授权消费|Voice sale
overdue-menu|超期处理|Overdue
refused-menu|被拒处理|Refused
caps-menu|离线限额|Offline caps
export-menu|移交队列|Hand over
send-now|立即上送|Send now
system|系统|System
language|语言|Language
lock|锁定终端|Lock the till
version|版本|Version
diagnostics|终端检查|Diagnostics
link|网络|Link
clock|时间|Clock
download|下载参数|Download
downloading|正在下载|Downloading
wifi-menu|无线网络|Wi-Fi
wifi-searching|正在搜索网络|Searching
wifi-choose|选择网络|Networks
wifi-joining|正在连接|Joining
wifi-joined|已连接|Joined
enter-wifi|请输入网络密码|Its password
keys-kept|公钥|Keys
aids-kept|应用|Applications
update|终端升级|Update
asking|正在查询|Asking
up-to-date|已是最新版本|Is up to date
update-done|升级包已装好|Update is in
restarting|正在重启|Restarting
factory-reset|恢复出厂|Factory reset
reset-question|清除全部密钥|Erase all keys?
erasing|正在清除|Erasing
reset-done|已恢复出厂|All is erased
crashes|故障记录|Crashes
"""

BLOCKS = (PAYING, ENTERING, PRINTING, SETTLING, STANDING, MENU)


class UiError(Exception):
    """The screens were asked for something they do not have. args: what, its key."""


def row(blocks, key):
    """Return the columns of the row with that key as a list of str, or None."""
    mark = "\n" + key + "|"
    for block in blocks:
        at = block.find(mark)
        if at >= 0:
            at += len(mark)
            return block[at : block.find("\n", at)].split("|")
    return None


class Strings:
    """The texts of one language ("zh" or "en"): strings["sale"] -> "消费"."""

    def __init__(self, language):
        if language not in LANGUAGES:
            raise UiError("no such language, use zh or en", language)
        self.language = language
        self.column = LANGUAGES.index(language)

    def __getitem__(self, key):
        found = row(BLOCKS, key)
        if found is None:
            raise UiError("no text", key)
        return found[self.column]
