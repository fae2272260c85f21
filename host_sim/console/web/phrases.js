// Sentences that the shop, the host and its log say in English with values in them, in Chinese: pattern, what it becomes.
import { ALARM_KINDS, alarmPhrases } from "/desk/alarms.js";

const NAMES = {
  ...ALARM_KINDS,
  sale: "消费", void: "撤销", refund: "退货", offline: "离线消费", reversal: "冲正", sign_on: "签到", echo: "回响测试", settle: "结算", upload_item: "上送明细", upload_end: "批结束", qr_scan: "扫付款码", qr_show: "出示收款码", qr_query: "扫码查询", qr_void: "扫码撤销", qr_refund: "扫码退货", qr_reversal: "关闭订单", qr_upload: "上送扫码明细", wallets: "钱包",
  fee: "手续费", channel_cost: "通道成本", refund_fee: "退回手续费", maturity: "到期可用", clearing: "清算入账", payout_instructed: "出款指令", payout_paid: "出款成功", payout_returned: "出款退回", payouts: "出款明细", returned: "出款退回", fee_plans: "费率方案", chargeback: "拒付", chargeback_held: "拒付冻结", chargeback_lost: "拒付败诉", chargeback_released: "拒付解冻", chargeback_won: "拒付胜诉", d0_fee: "即时到账费", difference: "差错挂账", difference_cleared: "差错销账", held: "冻结", released: "解冻", decided: "已决定", note: "备注", resolved: "已核销",
  channel_receivable: "应收通道款", bank: "银行存款", dispute: "争议款", merchant_receivable: "应收商户款", suspense_short: "短款挂账", suspense_long: "长款挂账", merchant_pending: "商户待结算款",
  merchant_available: "商户可用款", merchant_held: "商户冻结款", payout_transit: "在途出款", fee_income: "手续费收入", d0_income: "即时到账收入", promotion: "营销支出", loss: "损失",
  balanced: "借贷平衡", authorising: "授权未决", network_undo: "待撤销通道交易", suspense: "挂账",
  unionpay: "银联", visa: "Visa", mastercard: "Mastercard", matched: "相符", repaired: "已补记", amount_differs: "金额不符", unknown: "主机没有", not_uploaded: "未上送", payment: "交易", payout: "出款", batch: "批次", totals: "总计", uploading: "上送进度", reply: "应答",
  sending: "发送中", accepted: "已接受", rejected: "已拒绝", dropped: "已作废", "reversing-98": "冲正中（超时）", "reversing-96": "冲正中（终端故障）", "reversing-A0": "冲正中（校验码错误）", "reversing-06": "冲正中（其他）",
  reversed: "已冲正", unresolved: "未决", printed: "已打印", uploaded: "已上送", domestic: "境内", foreign: "境外", match: "相符", mismatch: "不符", error: "出错", length: "长度", header: "报文头", bitmap: "位图", tpdu: "TPDU", mti: "MTI",
};
const REASONS = {
  "field 41 or 60 is missing": "缺少 41 或 60 域", "field 60 has no batch": "60 域没有批次", "no such message in the profile": "没有这种报文", "terminal is not registered": "终端未登记",
  "the batch is being settled": "批次正在结算", "network failed": "通道故障", "nobody answered": "无应答",
};
const name = (text) => NAMES[text] ?? text;

/** reason(text): of a refusal, where it is known. */
const reason = (text) => REASONS[text] ?? text.replace(/^terminal (\S+) has no MAC key yet: sign on$/, "终端 $1 还没有校验密钥，请签到").replace(/^terminal (\S+): field 64 is missing$/, "终端 $1：缺少 64 域").replace(/^terminal (\S+): wrong MAC$/, "终端 $1：校验码错误");

const PHRASES = [
  ...alarmPhrases((text) => named(text)),
  [/^(-?\d+\.\d\d) CNY$/, (_, yuan) => `${yuan} 元`],
  [/^\[(\d+) (bytes|characters)\]$/, (_, count, unit) => `[${count} ${unit === "bytes" ? "字节" : "字符"}]`],
  [/^record (\d+) of file (\d+)$/, (_, record, file) => `文件 ${file} 记录 ${record}`],
  [/^ARPC and response (.*)$/, (_, code) => `ARPC 和应答码 ${code}`],
  [/^(domestic|foreign): debit (\S+) CNY in (\d+), credit (\S+) CNY in (\d+) ?(\w*)$/, (_, scheme, debit, debits, credit, credits, flag) => `${name(scheme)}：借记 ${debit} 元 ${debits} 笔，贷记 ${credit} 元 ${credits} 笔 ${name(flag)}`.trim()],
  [/^field (\d+) does not follow the profile$/, (_, field) => `F${field} 不符合规范，之后的内容不再解读`],
  [/^no data objects at offset (\d+)$/, (_, at) => `偏移 ${at} 处不是数据对象`],
  [/^(PIK|MAK) check$/, (_, key) => `${key} 校验值`],
  [/^(.+): expected (-?\d+) fen, the book has (-?\d+)$/, (_, key, expected, found) => `${named(key)}：应为 ${expected} 分，账上 ${found} 分`],
  [/^(\S+) of (\S+): its lines sum to (-?\d+) fen$/, (_, event, reference, fen) => `${named(reference)} ${named(event)}：各行合计 ${fen} 分`],
  // the host's log
  [/^port (\d+): terminal (\S+) (\S+) trace (\S+) answered (\S+) in ([\d.]+) ms$/, (_, port, terminal, kind, trace, code, ms) => `端口 ${port}：终端 ${terminal} ${name(kind)} 凭证号 ${trace}，应答 ${code}，用时 ${ms} 毫秒`],
  [/^port (\d+): malformed message (\S*): field (\S+) (.*)$/, (_, port, mti, field, why) => `端口 ${port}：报文 ${mti} 格式错误：${field} 域 ${why}`],
  [/^port (\d+): type (\S+) is not a question$/, (_, port, mti) => `端口 ${port}：${mti} 不是请求`],
  [/^port (\d+): (\S+) refused with (\S+): (.*)$/, (_, port, mti, code, why) => `端口 ${port}：${mti} 被拒，代码 ${code}：${reason(why)}`],
  [/^port (\d+): terminal (\S+) (\S+) gets no answer: (.*)$/, (_, port, terminal, kind, why) => `端口 ${port}：终端 ${terminal} ${name(kind)} 得不到应答：${reason(why)}`],
  [/^port (\d+): (\S+) not packed, no answer: (.*)$/, (_, port, kind, why) => `端口 ${port}：${name(kind)} 的应答无法组包：${why}`],
  [/^port (\d+): terminal (\S+) (\S+): (.*)$/, (_, port, terminal, kind, why) => `端口 ${port}：终端 ${terminal} ${name(kind)}：${reason(why)}`],
  [/^port (\d+): (\S+) failed: (.*)$/, (_, port, kind, why) => `端口 ${port}：${name(kind)} 失败：${why}`],
  [/^port (\d+): refused, too many connections$/, (_, port) => `端口 ${port}：连接太多，已拒绝`],
  [/^port (\d+): dropped: byte (\S+): (.*)$/, (_, port, byte, why) => `端口 ${port}：第 ${byte} 字节有误，已断开：${why}`],
  [/^port (\d+): closed in the middle of a frame$/, (_, port) => `端口 ${port}：帧未完就断开`],
  [/^port (\d+): TLS: (.+)$/, (_, port, why) => `端口 ${port}：加密连接失败（${why}）`],
  [/^port (\d+): not answered: (.*)$/, (_, port, why) => `端口 ${port}：没有应答：${why}`],
  [/^port (\d+): has not read its answers for (\S+) s, dropped$/, (_, port, s) => `端口 ${port}：${s} 秒没有读取应答，已断开`],
  [/^port (\d+): no whole frame in (\S+) s, closed$/, (_, port, s) => `端口 ${port}：${s} 秒内没有完整的帧，已关闭`],
  [/^port (\d+): idle for (\S+) s, closed$/, (_, port, s) => `端口 ${port}：空闲 ${s} 秒，已关闭`],
  [/^payment (\d+): not recovered: (.*)$/, (_, id, why) => `交易 ${id}：未能恢复：${why}`],
  [/^undo of payment (\d+): (.*)$/, (_, id, why) => `撤销交易 ${id}：${why}`],
  [/^(.+): network failed: (.*)$/, (_, about, why) => `${named(about)}：通道故障：${why}`],
  [/^(.+): network's answer cannot be used: (.*)$/, (_, about, why) => `${named(about)}：通道的应答不能用：${why}`],
  [/^recovery: (.*)$/, (_, why) => `恢复：${why}`],
  [/^send_due: (.*)$/, (_, why) => `发送通知：${why}`],
  [/^recover: (.*)$/, (_, why) => `定时恢复：${why}`],
  [/^settle: (.*)$/, (_, why) => `定时结算：${why}`],
];

/** A name of the book, the journal or a message, "/" and "_" in it or not: merchant_pending/1/2026-11-23. */
export function named(text) {
  if (NAMES[text]) return NAMES[text];
  const mirror = /^(void|reversal)_(.+)$/.exec(text);
  if (mirror) return `${name(mirror[1])}：${named(mirror[2])}`;
  const [first, ...rest] = text.split("/");
  return rest.length && NAMES[first] ? [first, ...rest].map(name).join("/") : text;
}

/** The sentence in Chinese, or undefined. */
export function phrase(text) {
  for (const [pattern, becomes] of PHRASES) {
    const found = pattern.exec(text);
    if (found) return becomes(...found);
  }
  const name = named(text);
  return name === text ? undefined : name;
}
