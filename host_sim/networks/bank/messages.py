"""What an acquirer and its bank say to each other about payouts."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol


class BankError(Exception):
    """The bank could not be asked, or gave no answer. args: reason. What became of the order is not known."""


@dataclass(frozen=True)
class Order:
    """Pay amount_fen to an account. reference: the acquirer's; the same reference is the same order.

    cnaps: the 12-digit code of the account's branch, None for an account with a payment institution.
    """

    reference: str
    amount_fen: int
    account: str
    holder: str
    institution: str
    cnaps: str | None

    def __repr__(self) -> str:
        return f"Order({self.reference}, {self.amount_fen} fen)"


class Answer(NamedTuple):
    """What the bank knows of an order. state: accepted, paid or returned. reason: code of REASONS where returned."""

    state: str
    bank_reference: str
    reason: str = ""


class Advice(NamedTuple):
    """A result that the bank calls back with, at least once, in any order. number: what it is acknowledged by."""

    number: int
    reference: str
    answer: Answer


class Bank(Protocol):
    """Calls may block. submit() and enquire() raise BankError; enquire gives None for an order that never came."""

    def submit(self, order: Order) -> Answer: ...
    def enquire(self, reference: str) -> Answer | None: ...
    def advices(self, now: datetime, most: int) -> list[Advice]: ...
    def acknowledge(self, number: int) -> None: ...


REASONS = {
    "no_account": ("收款账号不存在", "there is no such account"),
    "closed": ("收款账户已销户", "the account is closed"),
    "name": ("收款户名与账号不符", "the holder's name is not the account's"),
    "branch": ("收款行行号有误", "the branch code is wrong"),
    "frozen": ("收款账户状态异常", "the account takes no payments"),
}
"""Why money comes back: code -> Chinese, English."""


def reason_words(code: str) -> dict[str, str]:
    """A reason in words with what to do next, {"zh", "en"}."""
    zh, en = REASONS.get(code, ("银行退回", "the bank returned it"))
    return {
        "zh": f"{zh}，款项已退回可结算余额。请核对结算账户后重新结算。",
        "en": f"Returned: {en}. The money is available again; check the settlement account, then settle again.",
    }
