"""The words of the slips in Chinese and English, one row a word: key|zh|en. Programs that read paper know them."""

LANGUAGES = ("zh", "en")

HEAD = """
sale-slip|签购单|SALES SLIP
settlement-slip|结算单|SETTLEMENT SLIP
merchant|商户编号|MERCHANT NO
terminal|终端编号|TERMINAL NO
operator|操作员|OPERATOR
merchant-copy|商户存根|MERCHANT COPY
customer-copy|持卡人存根|CUSTOMER COPY
duplicate|重打印|DUPLICATE
"""

SALE = """
issuer|发卡行|ISSUER
acquirer|收单行|ACQUIRER
card|卡号|CARD NO
wallet|付款方式|PAID BY
wallet-002|微信支付|WECHAT PAY
wallet-003|支付宝|ALIPAY
wallet-004|云闪付|UNIONPAY APP
wallet-other|扫码支付|QR PAYMENT
code|付款码|CODE NO
expiry|有效期|EXPIRY
type|交易类型|TYPE
sale|消费|SALE
void|消费撤销|VOID
refund|退货|REFUND
offline|离线消费|OFFLINE SALE
batch|批次号|BATCH
trace|凭证号|TRACE
auth-code|授权码|AUTH CODE
reference|参考号|REF NO
date|日期时间|DATE
amount|金额|AMOUNT
original-trace|原凭证号|ORIGINAL TRACE
original-batch|原批次号|ORIGINAL BATCH
original-date|原交易日期|ORIGINAL DATE
original-reference|原参考号|ORIGINAL REF
remark|备注|REMARK
approved-remark|批准附注|APPROVED WITH REMARK
label|应用名称|APP
settled|实时结算 已入账日|SETTLED AT ONCE ON
voice|电话授权|AUTHORISED BY VOICE
pending|待上送 尚未授权|PENDING: NOT YET APPROVED
counts-later|结算日期自上送之日起算|SETTLES FROM DAY OF UPLOAD
no-pin-no-signature|免密免签|NO PIN, NO SIGNATURE
no-signature-under|交易金额未超过|AMOUNT NOT OVER
pin-entered|密码已验证|PIN VERIFIED
signature|持卡人签名|SIGNATURE
agreement|本人确认以上交易|I CONFIRM THIS TRANSACTION
"""

SETTLEMENT = """
domestic|内卡|DOMESTIC CARDS
foreign|外卡|FOREIGN CARDS
match|对账平|MATCH
mismatch|对账不平|MISMATCH
error|对账错|ERROR
kind-head|类型|TYPE
count-head|笔数|COUNT
amount-head|金额|AMOUNT
our-side|终端|TERMINAL
host-side|主机|HOST
debit|借记|DEBIT
credit|贷记|CREDIT
debit-count|借记笔数|DEBIT NO
debit-amount|借记金额|DEBIT SUM
credit-count|贷记笔数|CREDIT NO
credit-amount|贷记金额|CREDIT SUM
not-uploaded|未上送|NOT UPLOADED
refused|主机拒绝|REFUSED BY HOST
unresolved|冲正未决|UNRESOLVED
cancelled|离线取消|CANCELLED
voided|已撤销|VOIDED
reversed|已冲正|REVERSED
declined|未批准|DECLINED
abandoned|未完成|ABANDONED
debt|坏账|DEBT
retried|已重新上送|SENT AGAIN
handed-over|坏账或移交|WRITTEN OFF OR HANDED OVER
debt-slip|离线坏账单|OFFLINE DEBT
overdue-slip|离线超期单|OFFLINE OVERDUE
export-slip|离线移交单|OFFLINE HANDED OVER
reset-slip|恢复出厂单|FACTORY RESET
reset-gone|密钥参数流水已清除 须重新开通|ALL ERASED, PROVISION IT AGAIN
queue-slip|离线队列单|OFFLINE QUEUE
payout-slip|结算出款单|PAYOUT SLIP
payout-number|结算号|PAYOUT NO
payout-state|状态|STATE
payout-date|结算日期|PAYOUT DATE
payout-account|收款账户|ACCOUNT
payout-I|已提交银行|SENT TO THE BANK
payout-A|银行处理中|AT THE BANK
payout-P|已到账|PAID
payout-R|已退回|RETURNED
payments|交易笔数|PAYMENTS
gross|交易金额|GROSS
fee|手续费|FEE
other|其他|OTHER
paid-out|付款金额|PAID OUT
total|合计|TOTAL
digest|校验|DIGEST
first-trace|起始凭证号|FIRST TRACE
last-trace|截止凭证号|LAST TRACE
"""

BLOCKS = (HEAD, SALE, SETTLEMENT)


class SlipError(Exception):
    """A slip that cannot be set. args: where (a label, or "text"), offset, reason."""


class Labels:
    """The words of one language ("zh" or "en"): labels["trace"] -> "凭证号"."""

    def __init__(self, language):
        if language not in LANGUAGES:
            raise SlipError("language", 0, "use zh or en")
        self.language = language
        self.column = LANGUAGES.index(language)

    def __getitem__(self, key):
        mark = "\n" + key + "|"
        for block in BLOCKS:
            at = block.find(mark)
            if at >= 0:
                at += len(mark)
                return block[at : block.find("\n", at)].split("|")[self.column]
        raise SlipError(key, 0, "no such label")
