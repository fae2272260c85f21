"""What the settlement slips of a till say became of vouchers that did not end in money."""

from collections import defaultdict
from collections.abc import Iterable

CANCELLED, REFUSED = "cancelled", "refused"
LISTS = {
    "未上送": "waiting", "主机拒绝": REFUSED, "坏账": REFUSED, "已重新上送": REFUSED, "冲正未决": "unresolved",
    "离线取消": CANCELLED, "坏账或移交": "handed over", "已撤销": "voided", "已冲正": "reversed",
    "未批准": "declined", "未完成": "abandoned",
}  # fmt: skip


def vouchers(texts: Iterable[str]) -> dict[str, set[int]]:
    """Voucher numbers of all settlement slips among texts, by what became of them."""
    found: dict[str, set[int]] = defaultdict(set)
    for text in texts:
        name = ""
        for line in text.splitlines() if "结算单" in text else ():
            words = line.split()
            if len(words) == 2 and words[0] in LISTS:
                name = LISTS[words[0]]
            elif name and words and len(words[0]) == 6 and words[0].isdigit():
                found[name].add(int(words[0]))
    return found
