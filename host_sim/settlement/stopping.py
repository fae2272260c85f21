"""Why no payout may leave to a merchant now, in words it can act on."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from host_sim.store.schema import Hold, Merchant, SettlementAccount

Words = dict[str, str]


def active_account(session: Session, merchant_id: int) -> SettlementAccount | None:
    """The account that a merchant is paid to."""
    return session.scalar(
        select(SettlementAccount).where(
            SettlementAccount.merchant_id == merchant_id, SettlementAccount.state == "active"
        )
    )


def stopped(session: Session, merchant: Merchant, now: datetime) -> Words | None:
    """None: payouts may leave. Else why not and what to do, {"zh", "en"}."""
    account = active_account(session, merchant.id)
    if account is None:
        return {
            "zh": "还没有结算账户：请先登记并确认结算账户。",
            "en": "There is no settlement account yet: enter one and confirm it.",
        }
    if account.held_until is not None and account.held_until > now:
        until = f"{account.held_until.astimezone(ZoneInfo(merchant.zone)):%Y-%m-%d %H:%M}"
        return {
            "zh": f"结算账户刚刚变更，为保障资金安全，{until}之前暂停出款。如非本人操作，请立即联系收单机构。",
            "en": f"The settlement account was changed: for safety no payout leaves before {until}."
            " If it was not you, call the acquirer at once.",
        }
    hold = session.scalar(
        select(Hold).where(Hold.merchant_id == merchant.id, Hold.whole.is_(True), Hold.released_at.is_(None)).limit(1)
    )
    if hold is None:
        return None
    return {
        "zh": f"风控暂停出款：{hold.reason['zh']} 请联系收单机构。",
        "en": f"Risk control has stopped payouts: {hold.reason['en']} Call the acquirer.",
    }
