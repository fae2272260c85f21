// Alarms in Chinese: their kinds, and their sentences with values in them. The host writes them in English.
const KINDS = {
  "proof failed": "每日核对不一致", "job failed": "定时任务失败", "payout unknown": "银行提到未知出款", "payout contradicts": "银行结果矛盾", "payout late": "出款迟迟无结果",
  "notice_failed": "通知未送达", "payment unresolved": "交易无结果", "network undo open": "通道撤销未完成", "network undo refused": "通道拒绝撤销", "content differs": "同号内容不同",
  "reversal refused": "冲正被拒", "reversal given up": "终端未能冲正", "settlement difference": "结算差异", "advice not uploaded": "离线交易未上送", "clearing file": "清算文件无法入账", "clearing engine": "对账引擎不可用",
};
export const ALARM_KINDS = KINDS;
/** [pattern, what it becomes(match...)], for phrases.js; named(text): a name of the book in Chinese. */
export const alarmPhrases = (named) => [
  [/^payout (\S+) has no result since (\S+ \S+) UTC: ask the bank\.$/, (_, payout, at) => `出款 ${payout} 自 ${at}（UTC）起没有结果：请询问银行。`],
  [/^the bank speaks of payout (\S+), which is not ours: ask the bank\.$/, (_, payout) => `银行提到出款 ${payout}，不是我方的：请询问银行。`],
  [/^payout (\S+): is (\w+) and ends there: .*$/, (_, payout, state) => `出款 ${payout} 已是${{ paid: "已付", returned: "已退回", accepted: "已受理", instructed: "已提交" }[state] ?? state}，银行又给出另一结果：请询问银行。`],
  [/^(\w+): expected (-?\d+), found (-?\d+) fen\. (.*)$/, (_, proof, expected, found) => `${named(proof)}：应为 ${expected} 分，账上 ${found} 分。请在总账页查看。`],
  [/^([\w ]+): (\w+): (.*)\. It is tried again\.$/, (_, job, error) => `${JOBS[job] ?? job}：${error}，将自动重试。`],
  [/^notice (\d+) not sent after (\d+) tries: (.*)\. Check the address and (the mail server|the receiver)\.$/, (_, id, tries, why) => `通知 ${id} 试了 ${tries} 次仍未送出（${mail(why)}）：请核对地址和接收方。`],
  [/^merchant (\S+): .*address.*$/, (_, merchant) => `商户 ${merchant}：邮箱地址有误，请在商户资料中更正。`],
  [/^terminal (\S+) batch (\d+): .*address.*$/, (_, terminal, batch) => `终端 ${terminal} 批次 ${batch}：邮箱地址有误，请在商户资料中更正。`],
  [/^payment (\d+) is not undone: (.*)\. It is tried again; ask the network if it stays\.$/, (_, id) => `交易 ${id} 尚未在通道撤销，将自动重试；若持续，请询问通道。`],
  [/^payment (\d+) will not be undone: (.*)\. Agree with the network who bears it\.$/, (_, id) => `通道不撤销交易 ${id}：请与通道商定由谁承担。`],
  [/^(.*): (sale|void|refund|offline) of (\d+) fen had no result: (.*)$/, (_, where, kind, fen) => `${place(where)}：${named(kind)} ${(fen / 100).toFixed(2)} 元没有结果，已按规则处理。`],
  [/^(terminal .*): (unknown|amount_differs), terminal (\d+) fen (.*)$/, (_, where, finding, fen) => `${place(where)}：终端 ${(fen / 100).toFixed(2)} 元，${finding === "unknown" ? "主机没有这一笔" : "与主机金额不符"}。`],
  [/^(terminal .*): terminal says (\d+) items, (\d+) came$/, (_, where, said, came) => `${place(where)}：终端报 ${said} 笔，收到 ${came} 笔。`],
  [/^(terminal .*): (\w+) trace (\d+) of (\d+) fen was not uploaded: it waits for its resend$/, (_, where, kind, trace, fen) => `${place(where)}：${named(kind)} 凭证号 ${trace}、${(fen / 100).toFixed(2)} 元未上送，等待重发。`],
  [/^(terminal .*): (\S+): same key, other content$/, (_, where, kind) => `${place(where)}：${kind} 同号内容不同，未受理。`],
  [/^(terminal .*): 0500: other totals for a batch that was compared already$/, (_, where) => `${place(where)}：批次已核对，又送来不同的总额，未受理。`],
  [/^(terminal .*): payment (\d+): (.*)$/, (_, where, id) => `${place(where)}：交易 ${id} 的冲正未受理，请人工核对。`],
  [/^(terminal .*): (\d+\/\d+) (sale|void) of (\d+) fen: decide whether it stands$/, (_, where, number, kind, fen) => `${place(where)}：${named(kind)} ${number}、${(fen / 100).toFixed(2)} 元未能冲正，请决定是否成立。`],
  [/^(\S+\.(?:clr|csv)): (.*)$/, (_, file, why) => `文件 ${file} 不能入账（${broken(why)}）：请向渠道要回正确的文件，放回清算文件夹。`],
  [/^(\S+) is not installed: .*$/, (_, module) => `未安装 ${module}：请安装 requirements/reconcile.txt，清算文件先留着。`],
  [/^(\w+): is not known: use duckdb.*$/, (_, engine) => `不认识的对账引擎 ${engine}：请用 duckdb://、postgresql:// 或 pyspark://。`],
];
const JOBS = { plans: "结算计划", mature: "到期", "pay due": "按计划出款", "pay at once": "实时出款", "expire chargebacks": "拒付到期", "note till items": "登记终端独有交易", prove: "每日核对" };
const place = (where) => where.replace(/^terminal (\S+)/, "终端 $1").replace(/ batch (\d+)/, " 批次 $1").replace(/ trace (\d+)/, " 凭证号 $1").replace(/ (\d{4})(\/|$)/, " 报文 $1$2");
const mail = (why) => why.replace(/^the mail server refused the recipient \((\d+)\)$/, "邮件服务器拒收，$1").replace(/^the mail server answered (\d+)$/, "邮件服务器应答 $1").replace(/^no mail server at (\S+): \w+$/, "连不上邮件服务器 $1").replace(/^the receiver answered (\d+)$/, "接收方应答 $1").replace(/^no answer from the receiver: \w+$/, "接收方无应答").replace(/^the contact was taken away$/, "联系方式已删除");
const broken = (why) => (/another file/.test(why) ? "当天已有另一份文件" : /^line (\d+)/.test(why) ? `第 ${/^line (\d+)/.exec(why)[1]} 行有误` : "内容不完整或与合计不符");
