"""A statement as a bank sends it: ISO 20022 Bank-to-Customer Statement, camt.053.001.08.

The account is the merchant's with the acquirer. An entry's amount is what it moved, net of the fee; the fee stands in
its charges. Source: ISO 20022 message definition report, Bank-to-Customer Cash Management, camt.053.001.08.
"""

from datetime import date, datetime
from xml.etree.ElementTree import Element, SubElement, indent, tostring
from zoneinfo import ZoneInfo

from host_sim.merchant.statements.statement import Movement, Statement
from host_sim.merchant.statements.words import WORDS, told, yuan

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
CURRENCY = "CNY"
# Bank transaction codes of ISO 20022's external code sets: domain, family, subfamily.
CODES = {
    "sale": ("PMNT", "MCRD", "POSP"),
    "offline": ("PMNT", "MCRD", "POSP"),
    "void": ("PMNT", "MCRD", "DAJT"),
    "refund": ("PMNT", "MCRD", "DAJT"),
    "reversal": ("PMNT", "MCRD", "DAJT"),
    "chargeback": ("PMNT", "MCRD", "DAJT"),
    "adjustment": ("ACMT", "MDOP", "ADJT"),
    "payout": ("PMNT", "ICDT", "DMCT"),
    "payout_returned": ("PMNT", "ICDT", "RRTN"),
}


def as_camt053(statement: Statement, language: str) -> bytes:
    """The whole document, UTF-8. Amounts are positive, with their direction beside them, as the message wants it."""
    zone = ZoneInfo(statement.holder.zone)
    root = Element("Document", xmlns=NAMESPACE)
    body = SubElement(root, "BkToCstmrStmt")
    head = SubElement(body, "GrpHdr")
    _put(head, "MsgId", statement.number)
    _put(head, "CreDtTm", _instant(statement.made_at.astimezone(zone)))
    document = SubElement(body, "Stmt")
    _put(document, "Id", statement.number)
    _put(document, "ElctrncSeqNb", f"{statement.first:%Y%m%d}")
    _put(document, "CreDtTm", _instant(statement.made_at.astimezone(zone)))
    period = SubElement(document, "FrToDt")
    _put(period, "FrDtTm", f"{statement.first.isoformat()}T00:00:00")
    _put(period, "ToDtTm", f"{statement.last.isoformat()}T23:59:59")
    account = SubElement(document, "Acct")
    _put(SubElement(SubElement(account, "Id"), "Othr"), "Id", statement.holder.number)
    _put(account, "Ccy", CURRENCY)
    name = statement.holder.name if language == "zh" else statement.holder.name_en
    _put(SubElement(account, "Ownr"), "Nm", name[:140])
    closing = "CLBD" if statement.final else "ITBD"
    _balance(document, "OPBD", statement.opening.total_fen, statement.first)
    _balance(document, closing, statement.closing.total_fen, statement.last)
    _balance(document, "CLAV", statement.closing.available_fen - statement.closing.owed_fen, statement.last)
    _summary(document, statement)
    for number, movement in enumerate(statement.movements, 1):
        _entry(document, number, movement, language, statement.final)
    indent(root, " ")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, "utf-8") + b"\n"


def _summary(parent: Element, statement: Statement) -> None:
    nets = [movement.net_fen for movement in statement.movements]
    summary = SubElement(parent, "TxsSummry")
    whole = SubElement(summary, "TtlNtries")
    _put(whole, "NbOfNtries", str(len(nets)))
    _put(whole, "Sum", yuan(sum(map(abs, nets))))
    if sum(nets):
        net = SubElement(whole, "TtlNetNtry")
        _put(net, "Amt", yuan(abs(sum(nets))))
        _put(net, "CdtDbtInd", _direction(sum(nets)))
    for tag, side in (
        ("TtlCdtNtries", [net for net in nets if net >= 0]),
        ("TtlDbtNtries", [n for n in nets if n < 0]),
    ):
        part = SubElement(summary, tag)
        _put(part, "NbOfNtries", str(len(side)))
        _put(part, "Sum", yuan(abs(sum(side))))


def _entry(parent: Element, number: int, movement: Movement, language: str, final: bool) -> None:
    entry = SubElement(parent, "Ntry")
    _put(entry, "NtryRef", str(number))
    _amount(entry, "Amt", movement.net_fen)
    _put(entry, "CdtDbtInd", _direction(movement.net_fen))
    if movement.kind in ("void", "reversal", "payout_returned"):
        _put(entry, "RvslInd", "true")
    _put(SubElement(entry, "Sts"), "Cd", "BOOK" if final else "INFO")
    _put(SubElement(entry, "BookgDt"), "Dt", movement.day.isoformat())
    _put(SubElement(entry, "ValDt"), "Dt", (movement.settles or movement.day).isoformat())
    _put(entry, "AcctSvcrRef", movement.reference)
    domain, family, subfamily = CODES[movement.kind]
    code = SubElement(SubElement(entry, "BkTxCd"), "Domn")
    _put(code, "Cd", domain)
    fine = SubElement(code, "Fmly")
    _put(fine, "Cd", family)
    _put(fine, "SubFmlyCd", subfamily)
    if movement.fee_fen:
        _charges(entry, movement.fee_fen)
    details = SubElement(SubElement(entry, "NtryDtls"), "TxDtls")
    references = SubElement(details, "Refs")
    _put(references, "AcctSvcrRef", movement.reference)
    if movement.rrn:
        _put(references, "EndToEndId", movement.rrn)
    _amount(details, "Amt", movement.net_fen)
    _put(details, "CdtDbtInd", _direction(movement.net_fen))
    _put(SubElement(details, "RmtInf"), "Ustrd", told(movement, language)[:140])
    _put(entry, "AddtlNtryInf", WORDS[language][movement.kind])


def _charges(parent: Element, fee_fen: int) -> None:
    charges = SubElement(parent, "Chrgs")
    _amount(charges, "TtlChrgsAndTaxAmt", fee_fen)
    record = SubElement(charges, "Rcrd")
    _amount(record, "Amt", fee_fen)
    _put(record, "CdtDbtInd", _direction(-fee_fen))
    _put(record, "ChrgInclInd", "true")


def _balance(parent: Element, code: str, amount_fen: int, day: date) -> None:
    balance = SubElement(parent, "Bal")
    _put(SubElement(SubElement(balance, "Tp"), "CdOrPrtry"), "Cd", code)
    _amount(balance, "Amt", amount_fen)
    _put(balance, "CdtDbtInd", _direction(amount_fen))
    _put(SubElement(balance, "Dt"), "Dt", day.isoformat())


def _amount(parent: Element, tag: str, amount_fen: int) -> None:
    SubElement(parent, tag, Ccy=CURRENCY).text = yuan(abs(amount_fen))


def _direction(amount_fen: int) -> str:
    return "DBIT" if amount_fen < 0 else "CRDT"


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _put(parent: Element, tag: str, text: str) -> None:
    SubElement(parent, tag).text = text
