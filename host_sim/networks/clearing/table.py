"""A wallet's clearing file: CSV in UTF-8, amounts in yuan, a summary as its last row. See docs/clearing.md."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import BinaryIO

from host_sim.networks.clearing.item import ITEMS_MOST, ClearingError, ClearingItem, FileHead, FileSums, check

TITLE = "#clearing"
VERSION = "1"
COLUMNS = ("交易类型", "商户订单号", "金额(元)", "手续费(元)", "授权号", "终端号", "流水号", "完成时间")
SUMMARY = "#合计"
WORDS = {"sale": "支付", "void": "撤销", "refund": "退款", "reversal": "冲正", "chargeback": "拒付"}
NAMES = {word: name for name, word in WORDS.items()}
LINE_MOST = 1_000
_YUAN = re.compile(r"(-?)(\d{1,12})\.(\d{2})")


def yuan(amount_fen: int) -> str:
    """Fen as yuan with two decimals.

    >>> yuan(-105)
    '-1.05'
    """
    return f"{'-' if amount_fen < 0 else ''}{abs(amount_fen) // 100}.{abs(amount_fen) % 100:02d}"


def write(file: BinaryIO, head: FileHead, items: Iterable[ClearingItem]) -> FileSums:
    """Write a whole file, one item at a time. Raises ClearingError."""
    text = io.TextIOWrapper(file, "utf-8", newline="", write_through=False)
    rows, sums = csv.writer(text, lineterminator="\r\n"), FileSums()
    rows.writerow((TITLE, VERSION, head.channel, head.day.isoformat()))
    rows.writerow(COLUMNS)
    for item in items:
        if sums.count == ITEMS_MOST:
            raise ClearingError(0, "file", f"has more than {ITEMS_MOST} items: write two")
        check(item, sums.count + 3)
        money = yuan(item.amount_fen), yuan(item.fee_fen)
        at = item.at.isoformat(timespec="seconds")
        rows.writerow((WORDS[item.kind], item.reference, *money, item.auth_code, item.terminal, item.trace or "", at))
        sums = sums.with_item(item)
    rows.writerow((SUMMARY, sums.count, yuan(sums.amount_fen), yuan(sums.fee_fen)))
    text.flush()
    text.detach()
    return sums


def read(file: BinaryIO) -> tuple[FileHead, Iterator[ClearingItem]]:
    """The head, and the items one at a time. What the summary says is checked when the last item has been taken.

    Raises ClearingError, at once or while the items are read: keep nothing of a file before its end.
    """
    rows = _rows(file)
    title, columns = next(rows, []), next(rows, [])
    if len(title) != 4 or title[:2] != [TITLE, VERSION] or tuple(columns) != COLUMNS:
        raise ClearingError(1, "title", f"is not a clearing file of version {VERSION}")
    try:
        head = FileHead(title[2], date.fromisoformat(title[3]))
    except ValueError:
        raise ClearingError(1, "day", "is not a date: YYYY-MM-DD") from None
    return head, _items(rows)


def _rows(file: BinaryIO) -> Iterator[list[str]]:
    def lines() -> Iterator[str]:
        for number in range(1, ITEMS_MOST + 4):
            line = file.readline(LINE_MOST)
            if not line:
                return
            if not line.endswith(b"\r\n"):
                raise ClearingError(number, "row", "does not end with CR LF: the file is cut short")
            try:
                yield line.decode("utf-8")
            except UnicodeDecodeError:
                raise ClearingError(number, "row", "is not UTF-8") from None

    return csv.reader(lines(), strict=True)


def _items(rows: Iterator[list[str]]) -> Iterator[ClearingItem]:
    sums, line = FileSums(), 2
    for line, row in enumerate(rows, 3):
        if row and row[0] == SUMMARY:
            if row[1:] != [str(sums.count), yuan(sums.amount_fen), yuan(sums.fee_fen)]:
                raise ClearingError(line, "summary", "is not what the rows come to: ask the channel for the file again")
            if next(rows, None) is not None:
                raise ClearingError(line + 1, "file", "goes on behind its summary: ask the channel for it again")
            return
        item = _item(row, line)
        sums = sums.with_item(item)
        yield item
    raise ClearingError(line, "summary", "is missing: the file is cut short, ask the channel for it again")


def _item(row: list[str], line: int) -> ClearingItem:
    if len(row) != len(COLUMNS) or row[0] not in NAMES:
        raise ClearingError(line, "row", f"is not {len(COLUMNS)} columns of a known kind")
    try:
        trace, at = int(row[6] or 0), datetime.fromisoformat(row[7])
    except ValueError:
        raise ClearingError(line, "row", "its trace or time is not one") from None
    money = _fen(row[2], line), _fen(row[3], line)
    return check(ClearingItem(row[1], NAMES[row[0]], *money, row[4], row[5], trace, at), line)


def _fen(text: str, line: int) -> int:
    found = _YUAN.fullmatch(text)
    if found is None:
        raise ClearingError(line, "amount", "is not yuan with two decimals")
    amount_fen = int(found[2]) * 100 + int(found[3])
    return -amount_fen if found[1] else amount_fen
