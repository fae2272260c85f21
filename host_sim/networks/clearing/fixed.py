"""The card network's clearing file: records of fixed length in ASCII. docs/clearing.md has the table.

A header, one record an item, a trailer with count, sums and the SHA-256 of all before it: a file that was cut short or
changed on its way is refused as a whole.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import BinaryIO
from zoneinfo import ZoneInfo

from host_sim.networks.clearing.item import ITEMS_MOST, ClearingError, ClearingItem, FileHead, FileSums, check

VERSION = "01"
LENGTH = 112
ZONE = ZoneInfo("Asia/Shanghai")
CODES = {"sale": "SA", "void": "VO", "refund": "RE", "reversal": "RV", "chargeback": "CB"}
NAMES = {code: name for name, code in CODES.items()}
# name: (first column, one behind the last)
HEAD = {"record": (0, 2), "version": (2, 4), "channel": (4, 24), "day": (24, 32)}
ITEM = {
    "record": (0, 2),
    "kind": (2, 4),
    "reference": (4, 36),
    "amount": (36, 49),
    "fee": (49, 62),
    "auth code": (62, 68),
    "terminal": (68, 76),
    "trace": (76, 82),
    "time": (82, 96),
}
TRAIL = {"record": (0, 2), "count": (2, 11), "amount": (11, 27), "fee": (27, 43), "digest": (43, 107)}


def write(file: BinaryIO, head: FileHead, items: Iterable[ClearingItem]) -> FileSums:
    """Write a whole file, one item at a time. Raises ClearingError."""
    if not (0 < len(head.channel) <= 20 and head.channel.isascii() and head.channel.isalnum()):
        raise ClearingError(0, "channel", "is 1 to 20 letters and digits")
    digest, sums = hashlib.sha256(), FileSums()

    def put(text: str) -> None:
        record = f"{text:<{LENGTH}}\n".encode("ascii")
        if len(record) != LENGTH + 1:
            raise ClearingError(sums.count + 2, "record", f"is longer than {LENGTH}: a value does not fit its field")
        digest.update(record)
        file.write(record)

    put(f"HD{VERSION}{head.channel:<20}{head.day:%Y%m%d}")
    for item in items:
        if sums.count == ITEMS_MOST:
            raise ClearingError(0, "file", f"has more than {ITEMS_MOST} items: write two")
        check(item, sums.count + 2)
        put(_record(item))
        sums = sums.with_item(item)
    total = f"TR{sums.count:09d}{sums.amount_fen:+016d}{sums.fee_fen:+016d}"
    put(total + digest.hexdigest())
    return sums


def _record(item: ClearingItem) -> str:
    local = item.at.astimezone(ZONE)
    money = f"{item.amount_fen:+013d}{item.fee_fen:+013d}"
    text = f"IT{CODES[item.kind]}{item.reference:<32}{money}{item.auth_code:<6}{item.terminal:<8}{item.trace:06d}"
    return f"{text}{local:%Y%m%d%H%M%S}"


def read(file: BinaryIO) -> tuple[FileHead, Iterator[ClearingItem]]:
    """The head, and the items one at a time. What the trailer says is checked when the last item has been taken.

    Raises ClearingError, at once or while the items are read: keep nothing of a file before its end.
    """
    digest = hashlib.sha256()
    line = _line(file, 1)
    digest.update(line)
    parts = _parts(line, HEAD, 1)
    if parts["record"] != "HD" or parts["version"] != VERSION:
        raise ClearingError(1, "header", f"is not a clearing file of version {VERSION}")
    try:
        head = FileHead(parts["channel"], date.fromisoformat(parts["day"]))
    except ValueError:
        raise ClearingError(1, "day", "is not a date: YYYYMMDD") from None
    return head, _items(file, digest)


def _items(file: BinaryIO, digest: "hashlib._Hash") -> Iterator[ClearingItem]:
    sums = FileSums()
    for number in range(2, ITEMS_MOST + 3):
        line = _line(file, number)
        if line.startswith(b"TR"):
            _check_trailer(_parts(line, TRAIL, number), sums, digest.hexdigest(), number)
            if file.read(1):
                raise ClearingError(number + 1, "file", "goes on behind its trailer: ask the channel for it again")
            return
        digest.update(line)
        item = _item(_parts(line, ITEM, number), number)
        sums = sums.with_item(item)
        yield item
    raise ClearingError(0, "file", f"has more than {ITEMS_MOST} items")


def _item(parts: dict[str, str], line: int) -> ClearingItem:
    if parts["record"] != "IT" or parts["kind"] not in NAMES:
        raise ClearingError(line, "record", "is neither an item of a known kind nor the trailer")
    try:
        at = datetime.strptime(parts["time"], "%Y%m%d%H%M%S").replace(tzinfo=ZONE)
        money = int(parts["amount"]), int(parts["fee"])
        trace = int(parts["trace"])
    except ValueError:
        raise ClearingError(line, "item", "an amount, trace or time is not in digits") from None
    name = NAMES[parts["kind"]]
    item = ClearingItem(parts["reference"], name, *money, parts["auth code"], parts["terminal"], trace, at)
    return check(item, line)


def _check_trailer(parts: dict[str, str], sums: FileSums, digest: str, line: int) -> None:
    said = (parts["count"], parts["amount"], parts["fee"], parts["digest"])
    found = (f"{sums.count:09d}", f"{sums.amount_fen:+016d}", f"{sums.fee_fen:+016d}", digest)
    for name, one, other in zip(("count", "amount", "fee", "digest"), said, found, strict=True):
        if one != other:
            raise ClearingError(line, name, "is not what the items come to: ask the channel for the file again")


def _line(file: BinaryIO, number: int) -> bytes:
    line = file.read(LENGTH + 1)
    if len(line) != LENGTH + 1 or not line.endswith(b"\n") or not line.isascii():
        raise ClearingError(number, "record", f"is not {LENGTH} ASCII characters and LF: the file is cut short")
    return line


def _parts(line: bytes, columns: dict[str, tuple[int, int]], number: int) -> dict[str, str]:
    text = line.decode("ascii")
    return {name: text[first:last].strip() for name, (first, last) in columns.items()}
