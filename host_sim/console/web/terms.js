// What codes and data objects are called in Chinese; the shop says them in English (meanings.py, fields.py).
import { phrase } from "/desk/phrases.js";

const TERMS = {
  "approved": "已批准", "call the issuer": "联系发卡行", "merchant unknown": "商户未知", "retain card": "没收卡", "refused": "拒绝",
  "invalid transaction": "无效交易", "invalid amount": "无效金额", "card number unknown": "无此卡号", "original not found": "找不到原交易",
  "format error": "格式错误", "PIN tries exceeded": "密码次数超限", "not supported": "不支持", "card reported lost": "挂失卡",
  "card reported stolen": "被盗卡", "insufficient funds": "余额不足", "card expired": "卡已过期", "wrong PIN": "密码错误",
  "not permitted to this card": "此卡不允许", "not permitted to this terminal": "此终端不允许", "over the amount limit": "超出金额限制",
  "amount differs from the original": "金额与原交易不符", "over the count limit": "超出次数限制", "timeout": "超时", "reason: timeout": "原因：超时",
  "reason: MAC wrong": "原因：校验码错误", "reason: system fault": "原因：终端故障", "reason: 06": "原因：其他", "batch differs: sign on again": "批次不符，请重新签到", "the batch is being settled": "正在结算", "issuer not available": "发卡行不可用",
  "duplicate": "重复", "totals differ": "总计不符", "system fault": "系统故障", "terminal not registered": "终端未登记",
  "PIN block cannot be read": "密码块无法读取", "MAC wrong": "校验码错误", "typed": "手工输入", "stripe": "磁条", "chip": "插卡",
  "contactless": "非接", "by code": "扫码", "payment by code": "扫码支付", "refund by code": "扫码退货", "the customer has yet to pay": "等待顾客付款", "payment code": "付款码", "no PIN": "无密码", "PIN entered": "已输密码", "sale": "消费", "void": "撤销", "refund": "退货", "offline sale": "离线消费",
  "settlement": "结算", "upload": "上送", "sign-on": "签到", "echo": "回响测试", "PIN block with PAN": "带主账号的密码块", "double-length key": "双倍长密钥",
  "nothing to report": "无异常", "qPBOC": "qPBOC", "contact chip": "接触式", "offline only": "仅脱机", "online PIN": "联机密码", "signature": "签名",
  "online cryptogram wanted": "要求联机密文", "CVM wanted": "要求持卡人验证", "no CVM wanted": "不要求持卡人验证", "online PIN wanted": "要求联机密码", "signature wanted": "要求签名",
  "AAC: the card declines": "AAC：卡片拒绝", "TC: approved offline": "TC：脱机批准", "ARQC: go online": "ARQC：请求联机", "none needed": "无需验证", "not performed": "未进行",
  "China": "中国", "done": "成功", "not found": "未找到", "no such record": "无此记录", "conditions not met": "条件不满足", "no such command": "无此命令",
  "no such class": "无此类别", "wrong length": "长度错误", "wrong P1 P2": "参数错误", "wrong data": "数据错误", "no such data": "无此数据", "no answer": "无应答", "no data objects": "不是数据对象",
  "application identifier": "应用标识", "application label": "应用标签", "track 2 equivalent": "二磁道等价数据", "PAN": "主账号", "expiry": "有效期",
  "issuer country": "发卡国家", "currency": "币种", "languages": "首选语言", "PAN sequence": "卡序列号", "directory entry": "目录入口",
  "file control information": "文件控制信息", "record": "记录", "response, format 2": "响应，格式二", "interchange profile": "应用交互特征 (AIP)",
  "application chosen": "所选应用", "priority": "优先级", "response code": "授权响应码", "issuer authentication (ARPC)": "发卡行认证数据 (ARPC)",
  "file locator": "文件定位器 (AFL)", "verification results (TVR)": "终端验证结果 (TVR)", "date": "日期", "status (TSI)": "交易状态 (TSI)", "type": "交易类型",
  "amount": "金额", "other amount": "其他金额", "application version": "应用版本", "issuer application data": "发卡行应用数据", "code table": "代码表",
  "preferred name": "首选名称", "terminal country": "终端国家", "device serial": "设备序列号", "cryptogram (ARQC, AAC or TC)": "应用密文 (ARQC、AAC 或 TC)",
  "kind of cryptogram": "密文类型", "capabilities": "终端性能", "cardholder verification": "持卡人验证结果", "terminal type": "终端类型",
  "counter (ATC)": "交易计数器 (ATC)", "unpredictable number": "不可预知数", "terminal data wanted (PDOL)": "所需终端数据 (PDOL)",
  "transaction counter": "终端交易序号", "log entry": "日志入口", "terminal qualifiers (TTQ)": "终端交易属性 (TTQ)", "card qualifiers (CTQ)": "卡片交易属性 (CTQ)",
  "proprietary": "专有数据", "issuer's discretionary": "发卡行自定数据",
  "offline data authentication not performed": "未进行脱机数据认证", "SDA failed": "SDA 失败", "ICC data missing": "卡片数据缺失", "card on exception file": "卡在异常名单", "DDA failed": "DDA 失败", "CDA failed": "CDA 失败",
  "application versions differ": "应用版本不一致", "expired application": "应用已过期", "not yet effective": "应用未生效", "service not allowed": "不允许的服务", "new card": "新卡",
  "cardholder verification failed": "持卡人验证失败", "unrecognised CVM": "不认识的验证方法", "PIN pad not working": "密码键盘故障", "PIN not entered": "未输密码", "online PIN entered": "已输联机密码",
  "over floor limit": "超过最低限额", "lower offline limit exceeded": "超过脱机下限", "upper offline limit exceeded": "超过脱机上限", "chosen at random for online": "随机选择联机", "merchant forced online": "商户要求联机",
  "issuer authentication failed": "发卡行认证失败", "script failed before final GAC": "最终密文前脚本失败", "script failed after final GAC": "最终密文后脚本失败",
  "reason: approved": "原因：已批准",
};

/** A term, or a list of them with commas or semicolons, in the page's language; what is not known stays as it is. */
export function term(lang, text) {
  if (lang !== "zh" || !text || typeof text !== "string") return text;
  const whole = TERMS[text] ?? phrase(text);
  if (whole !== undefined) return whole;
  if (text.includes("; ")) return text.split("; ").map((part) => term(lang, part)).join("；");
  if (!text.includes(", ")) return part(text);
  return text.split(", ").map((one) => TERMS[one] ?? phrase(one) ?? part(one)).join("，");
}

const STARTS = [["batch ", "批次 "], ["network ", "网络 "], ["original batch ", "原批次 "], ["trace ", "凭证号 "], ["date ", "日期 "]];
function part(text) {
  const start = STARTS.find(([english]) => text.startsWith(english));
  return start ? start[1] + text.slice(start[0].length) : text;
}
