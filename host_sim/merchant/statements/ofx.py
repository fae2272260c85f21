"""A statement as accounting programs import it: OFX 2.2, a bank statement download.

Fees are transactions of their own, so that an accountant can book them apart. Source: Open Financial Exchange
Specification 2.2, sections 2.4 (header), 11.4 (bank statement download).
"""

from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, indent, tostring
from zoneinfo import ZoneInfo

from host_sim.merchant.statements.statement import Movement, Statement
from host_sim.merchant.statements.words import WORDS, told, yuan

HEADER = (
    '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'
    '<?OFX OFXHEADER="200" VERSION="220" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>\n'
)
BANK = "PICOTILL"
TYPES = {"sale": "POS", "offline": "POS", "payout": "XFER", "payout_returned": "XFER"}
NAME_MOST, MEMO_MOST = 32, 255


def as_ofx(statement: Statement, language: str) -> bytes:
    """The whole file, UTF-8. A movement's FITID is its number for ever, so that what is imported twice counts once."""
    zone = ZoneInfo(statement.holder.zone)
    root = Element("OFX")
    signed_on = SubElement(SubElement(root, "SIGNONMSGSRSV1"), "SONRS")
    _status(signed_on)
    _put(signed_on, "DTSERVER", _instant(statement.made_at.astimezone(zone)))
    _put(signed_on, "LANGUAGE", "ZHO" if language == "zh" else "ENG")
    answer = SubElement(SubElement(root, "BANKMSGSRSV1"), "STMTTRNRS")
    _put(answer, "TRNUID", statement.number)
    _status(answer)
    body = SubElement(answer, "STMTRS")
    _put(body, "CURDEF", "CNY")
    account = SubElement(body, "BANKACCTFROM")
    _put(account, "BANKID", BANK)
    _put(account, "ACCTID", statement.holder.number)
    _put(account, "ACCTTYPE", "CHECKING")
    transactions = SubElement(body, "BANKTRANLIST")
    _put(transactions, "DTSTART", f"{statement.first:%Y%m%d}")
    _put(transactions, "DTEND", f"{statement.last:%Y%m%d}")
    for movement in statement.movements:
        at = _instant(movement.at.astimezone(zone))
        if movement.gross_fen:
            kind = TYPES.get(movement.kind, "CREDIT" if movement.gross_fen > 0 else "DEBIT")
            _transaction(transactions, kind, movement, at, movement.gross_fen, "", language)
        if movement.fee_fen:
            _transaction(transactions, "FEE", movement, at, -movement.fee_fen, "fee", language)
    for tag, amount_fen in (
        ("LEDGERBAL", statement.closing.total_fen),
        ("AVAILBAL", statement.closing.available_fen - statement.closing.owed_fen),
    ):
        balance = SubElement(body, tag)
        _put(balance, "BALAMT", yuan(amount_fen))
        _put(balance, "DTASOF", f"{statement.last:%Y%m%d}")
    indent(root, " ")
    return HEADER.encode() + tostring(root, "utf-8") + b"\n"


def _transaction(
    parent: Element, kind: str, movement: Movement, at: str, amount_fen: int, part: str, language: str
) -> None:
    words = WORDS[language]
    transaction = SubElement(parent, "STMTTRN")
    _put(transaction, "TRNTYPE", kind)
    _put(transaction, "DTPOSTED", f"{movement.day:%Y%m%d}")
    _put(transaction, "DTUSER", at)
    _put(transaction, "TRNAMT", yuan(amount_fen))
    reference = f"{movement.reference.replace('/', '.')}.{movement.kind}.{movement.day:%Y%m%d}"
    _put(transaction, "FITID", f"{reference}.{part}" if part else reference)
    if movement.voucher:
        _put(transaction, "CHECKNUM", movement.voucher)
    _put(transaction, "NAME", words["fee" if part else movement.kind][:NAME_MOST])
    _put(transaction, "MEMO", told(movement, language)[:MEMO_MOST])


def _status(parent: Element) -> None:
    status = SubElement(parent, "STATUS")
    _put(status, "CODE", "0")
    _put(status, "SEVERITY", "INFO")


def _instant(at: datetime) -> str:
    offset = at.utcoffset()
    assert offset is not None
    return f"{at:%Y%m%d%H%M%S}[{offset.total_seconds() / 3600:+g}]"


def _put(parent: Element, tag: str, text: str) -> None:
    SubElement(parent, tag).text = text
