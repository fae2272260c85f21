// Every text of the page in Chinese and English: key: [zh, en].
import { term } from "/desk/terms.js";

const WORDS = {
  till: ["终端", "Till"], counter: ["柜台", "Counter"], host: ["主机", "Host"], world: ["环境", "World"], cards: ["卡片", "Cards"],
  on: ["开机", "On"], off: ["关机", "Off"], powerOn: ["开机", "Power on"], powerOff: ["关机", "Power off"],
  link: ["网络", "Link"], "link-up": ["正常", "Up"], "link-slow": ["缓慢", "Slow"], "link-lossy": ["丢包", "Lossy"],
  "link-down": ["断开", "Down"], day: ["营业日", "Business day"], dark: ["深色", "Dark"], light: ["浅色", "Light"],
  theme: ["切换明暗", "Light or dark"], language: ["English", "中文"], help: ["入门", "Getting started"],
  screen: ["终端屏幕", "Screen of the till"], screenOff: ["屏幕未亮", "The screen is dark"],
  lightsGreen: ["绿灯", "green light"], lightsRed: ["红灯", "red light"], buzzer: ["蜂鸣器", "buzzer"], isOn: ["亮", "on"], isOff: ["灭", "off"],
  keypad: ["键盘", "Keypad"], confirm: ["确认", "OK"], cancel: ["取消", "Cancel"], clear: ["清除", "Clear"], menu: ["菜单", "Menu"],
  up: ["上", "Up"], down: ["下", "Down"], keysHint: ["键盘：数字 · Enter 确认 · Backspace 清除 · Esc 取消 · F2 菜单", "Keyboard: digits · Enter OK · Backspace clear · Esc cancel · F2 menu"],
  keysElsewhere: ["按键在另一个浏览器手里，这里只能看。", "Another browser holds the keys; here you can look."],
  takeKeys: ["拿过按键", "Take the keys"],
  printer: ["打印机", "Printer"], paperHere: ["小票从这里出来", "Slips come out here"], tear: ["撕下", "Tear off"], asPdf: ["PDF", "PDF"],
  slipNo: ["小票", "Slip"], tornSlips: ["已撕下", "Torn off"], newSlip: ["新小票", "New slip"],
  tapCard: ["贴近读卡器", "Tap on the reader"], onReader: ["在读卡器上", "On the reader"], balance: ["余额", "balance"],
  inSlot: ["在插槽里，再点一次拔出", "In the slot; click again to take it out"], "way-tap": ["挥卡", "Tap"], "way-insert": ["插卡", "Insert"], "way-swipe": ["刷卡", "Swipe"], inserted: ["插卡", "Card inserted"], swiped: ["刷卡", "Card swiped"], "way-scan": ["手机", "Phones"], scanned: ["手机", "Phone used"],
  theLine: ["线路", "The line"], loseAnswer: ["丢失下一条应答", "Lose the next answer"], spoil: ["篡改下一条请求", "Spoil the next request"],
  paperOut: ["打印机缺纸", "Printer out of paper"], power: ["断电", "Power cut"], cutNow: ["立即断电", "Cut now"],
  cutWrite: ["下次写闪存时断电", "In the next flash write"], cutAnswer: ["应答到达时断电", "When the answer arrives"],
  clock: ["时钟快进", "Clock forward"], leapHour: ["1 小时", "1 hour"], leapCutoff: ["到日切前", "To the cut-off"], leapMorning: ["到次日 9:00", "To the next 9:00"],
  payments: ["交易", "Payments"], messages: ["报文", "Messages"], batches: ["批次", "Batches"], ledger: ["总账", "Ledger"], worklist: ["对账", "Reconcile"], mail: ["邮箱", "Mailbox"], log: ["日志", "Log"],
  noPayments: ["还没有交易。在终端上输入金额，按确认，再贴一张卡。", "No payments yet. Type an amount on the till, press OK, tap a card."],
  noMessages: ["线路上还没有报文。", "Nothing has passed on the line yet."], noMail: ["还没有邮件。结算后商户会收到通知。", "No mail yet. The merchant gets a notice after settlement."],
  noBatches: ["还没有批次。", "No batches yet."], noLog: ["还没有日志。", "Nothing logged yet."], noEntries: ["还没有分录。", "No entries yet."],
  time: ["时间", "Time"], trace: ["凭证号", "Trace"], kind: ["类型", "Type"], card: ["卡号", "Card"], amount: ["金额", "Amount"], state: ["状态", "State"],
  sale: ["消费", "Sale"], void: ["撤销", "Void"], refund: ["退货", "Refund"], offline: ["离线消费", "Offline sale"],
  reversal: ["冲正", "Reversal"], sign_on: ["签到", "Sign-on"], echo: ["回响测试", "Echo"], settle: ["结算", "Settle"], upload_item: ["上送明细", "Upload"], upload_end: ["批结束", "End of batch"], qr_scan: ["扫付款码", "Scan a code"], qr_show: ["出示收款码", "Show a code"], qr_query: ["扫码查询", "Query"], qr_void: ["扫码撤销", "Void by code"], qr_refund: ["扫码退货", "Refund by code"], qr_reversal: ["关闭订单", "Close order"], qr_upload: ["上送扫码明细", "Upload by code"],
  approved: ["已批准", "Approved"], declined: ["已拒绝", "Declined"], reversed: ["已冲正", "Reversed"], voided: ["已撤销", "Voided"],
  notAtHost: ["未到主机", "Not at the host"], offlineWaits: ["待上送", "Waits to be sent"], underway: ["进行中", "Under way"], atHost: ["已到主机", "At the host"],
  nowAtHost: ["这笔已经到达主机，见相关交易。", "It has come to the host meanwhile; see the related payment."], noEvents: ["没有留下经过：它发生在别的终端，或者太久以前。", "Nothing was kept of it: it happened at another till, or too long ago."], code: ["代码", "Code"],
  killHost: ["让主机崩溃", "Kill the host"], startHost: ["启动主机", "Start the host"], runs: ["运行", "runs"], isDead: ["已崩溃", "is dead"],
  hostDown: ["主机已崩溃，连接全部断开，正在处理的工作丢失；已提交的都在数据库里。终端会离线受理小额，或在恢复后自动冲正。", "The host was killed: its connections broke, work in hand is lost, what was committed is in its database. The till takes small sales offline, or reverses them once the host is back."],
  hostTrouble: ["未能启动", "It could not be started"], "host-killed": ["主机崩溃", "Host killed"], "host-started": ["主机已启动，从数据库恢复", "Host started again from its databases"], "host-not-started": ["主机未能启动", "Host could not be started"],
  refused: ["不受理", "Refused"], authorising: ["授权中", "Authorising"],
  timeline: ["时间线", "Timeline"], close: ["关闭", "Close"], export: ["导出 JSON", "Export JSON"], loading: ["正在读取", "Loading"],
  batch: ["批次", "Batch"], rrn: ["参考号", "Reference"], auth: ["授权码", "Authorisation"], response: ["应答码", "Response"], fee: ["手续费", "Fee"],
  businessDay: ["营业日", "Business day"], settles: ["清算日", "Settles"], terminal: ["终端号", "Terminal"], related: ["相关交易", "Related"],
  checks: ["校验值", "Check values"], events: ["经过", "What happened"], all: ["全部", "All"],
  "lane-key": ["按键", "Keys"], "lane-screen": ["屏幕", "Screen"], "lane-card": ["卡", "Card"], "lane-journal": ["流水", "Journal"], "lane-wire": ["线路", "Line"],
  "lane-ledger": ["总账", "Ledger"], "lane-paper": ["小票", "Paper"], "lane-power": ["电源", "Power"], "lane-world": ["环境", "World"],
  presented: ["贴卡", "Card tapped"], record: ["写入记录", "Record"], mark: ["标记", "Mark"], powerIsOn: ["电源接通", "Power on"], powerIsOff: ["电源断开", "Power off"],
  slip: ["打印小票", "Slip printed"], fields: ["字段", "Fields"], bytes: ["字节", "Bytes"], command: ["命令", "Command"], answer: ["应答", "Answer"], request: ["请求", "Request"],
  lost: ["已丢失", "lost on the way"], spoiled: ["已被篡改", "spoiled on the way"], details: ["详情", "Details"], tillToHost: ["终端 → 主机", "till → host"], hostToTill: ["主机 → 终端", "host → till"],
  asked: ["卡片要求的终端数据", "Terminal data that the card asked for"], objects: ["数据对象", "Data objects"], hiddenNote: ["•• 为已隐去的卡片数据或密钥", "•• is card data or a key, left out"],
  opened: ["开批", "Opened"], closed: ["关批", "Closed"], payout: ["出款", "Payout"], due: ["到账日", "Due"], gross: ["总额", "Gross"], net: ["净额", "Net"],
  tillSays: ["终端", "Till"], hostSays: ["主机", "Host"], debit: ["借记", "Debit"], credit: ["贷记", "Credit"], items: ["明细", "Items"], why: ["说明", "Why"],
  OPEN: ["开放", "Open"], TOTALS: ["核对总额", "Totals"], UPLOADING: ["上送明细", "Uploading"], CLOSED: ["已关闭", "Closed"],
  proofs: ["每日核对", "Daily proofs"], accounts: ["科目余额", "Balances"], entries: ["分录", "Entries"], ok: ["一致", "agrees"], differs: ["不一致", "differs"],
  differences: ["未处理差异", "Open differences"], repair: ["处理到期差异", "Repair what is due"], noDifferences: ["没有未处理的差异。", "Nothing differs."], ageing: ["账龄", "Age"], days: ["天", "days"], waitsUntil: ["等待渠道补清算至", "Waits for a later file until"],
  givenUp: ["终端未能冲正", "Reversals given up"], undoIt: ["撤回", "Undo"], itStands: ["成立", "It stands"], debts: ["被拒离线单（坏账）", "Refused offline sales kept as debts"],
  clearingFiles: ["清算文件", "Clearing files"], noFiles: ["还没有清算文件：日切一小时后到达。", "No clearing file yet: one comes an hour after the cut-off."], channel: ["渠道", "Channel"], lines: ["笔数", "Lines"], agreeing: ["相符", "Agree"], endedDifferences: ["已处理", "Cleared"], alarms: ["告警", "Alarms"], noAlarms: ["没有告警。", "No alarms."],
  "kind-long": ["长款", "Long"], "kind-short": ["短款", "Short"], "kind-amount": ["金额不符", "Amount"], "kind-duplicate": ["重复", "Duplicate"], "kind-late": ["迟到", "Late"], "kind-till": ["仅终端有", "Only the till"],
  from: ["发件人", "From"], to: ["收件人", "To"], subject: ["主题", "Subject"],
  guideTitle: ["三步完成第一笔消费", "Three steps to a first sale"],
  guide1: ["输入金额，例如 1 2 0 0，按「确认」两次", "Type an amount, for example 1 2 0 0, and press OK twice"],
  guide2: ["终端提示贴卡时，点「常用卡」", "When the till asks for a card, tap “Everyday”"],
  guide3: ["在主机那边点开这笔交易，看完整时间线", "Open the payment at the host and read its timeline"],
  gotIt: ["知道了", "Got it"], done: ["完成", "done"],
  starting: ["柜台正在开门", "The shop is opening"],
  goneStopped: ["柜台已关闭。用 make run 再次打开，数据都还在。", "The desk was closed. Open it again with make run; everything is kept."],
  goneLost: ["与柜台的连接断了：它可能被停止或崩溃。正在重试；若不恢复，请运行 make run，已记入流水的交易不会丢。", "The connection to the desk is lost: it was stopped or it crashed. Trying again; if it stays away run make run. Nothing in the journal is lost."],
  trouble: ["页面的一部分没有更新", "A part of the page could not be refreshed"], tillDied: ["终端程序意外结束，按电源键重启", "The firmware ended by itself; switch the till on again"],
  watchers: ["个浏览器在看", "browsers look on"], simulated: ["仅测试卡", "Test cards only"], newest: ["最新", "Newest"], back: ["返回", "Back"],
  "spoil-on": ["将篡改下一条请求", "Next request will be spoiled"], "spoil-off": ["篡改已解除", "Spoiling is off"], "lose-answer-on": ["将丢失下一条应答", "Next answer will be lost"], "lose-answer-off": ["丢失已解除", "Losing answers is off"],
  "paper-out-on": ["打印机缺纸", "Printer out of paper"], "paper-out-off": ["已装纸", "Paper loaded"], "armed-write": ["下次写闪存时断电", "Power will be cut in the next flash write"], "armed-answer": ["应答到达时断电", "Power will be cut when the answer arrives"], "armed-off": ["断电已解除", "No power cut planned"],
  "clock-hour": ["时钟快进 1 小时", "Clock put forward 1 hour"], "clock-cutoff": ["时钟快进到日切前", "Clock put forward to the cut-off"], "clock-morning": ["时钟快进到次日 9:00", "Clock put forward to the next 9:00"],
  msUnit: ["毫秒", "ms"], sUnit: ["秒", "s"],
  disarm: ["解除", "Disarm"], counts: ["笔", ""],
};

export function word(lang, key) {
  const found = WORDS[key];
  return found ? found[lang === "zh" ? 0 : 1] : key;
}

export function money(fen, sign = false) {
  if (fen === null || fen === undefined) return "";
  const whole = Math.trunc(Math.abs(fen) / 100).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  const text = `${whole}.${String(Math.abs(fen) % 100).padStart(2, "0")}`;
  return (fen < 0 ? "−" : sign ? "+" : "") + text;
}

export function clockTime(at, ms = false) {
  const local = new Date(new Date(at).getTime() + 8 * 3600e3).toISOString(); // the shop is in Asia/Shanghai
  return ms ? local.slice(11, 23) : local.slice(11, 19);
}

export const Speaks = {
  props: { lang: { type: String, default: "en" } },
  methods: {
    t(key) { return word(this.lang, key); },
    said(text) { return term(this.lang, text); },
    pick(pair) { return Array.isArray(pair) ? pair[this.lang === "zh" ? 0 : 1] : pair; },
    money, clockTime,
  },
};
