"""A merchant and its terminal taken on: rows, a price list, and a TMK in two components for loading the terminal."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select
from sqlalchemy.orm import Session

from host_sim.acquirer.acquirers import Acquirer
from host_sim.acquirer.desk import Desk
from host_sim.acquirer.hsm import TMK
from host_sim.merchant.mail import MailError, check_address
from host_sim.settlement.fee_plans import lock_plan, new_version
from host_sim.store.schema import AdvanceTerms, Batch, FeePlan, Merchant, SettlementAccount, Terminal

TMK_BYTES = 16
FIRST_BATCH = 1
MERCHANT_FIELDS = frozenset(
    "name name_en language settlement_bank settlement_account_name settlement_account zone cutoff".split()
)


LANGUAGES = ("zh", "en")
ACCOUNT_LEAST, ACCOUNT_MOST = 8, 34
NO_TIME = time(0, 0)


class EnrolmentError(ValueError):
    """A merchant or terminal that cannot be taken on. args: field, reason and what to do."""


async def enroll(
    desk: Desk,
    merchant: Mapping[str, Any],
    terminal_number: str,
    merchant_number: str,
    email: str | None,
    language: str,
) -> dict[str, Any]:
    """Take on a terminal, and its merchant where it is new. Returns what the terminal is provisioned with.

    merchant: see MERCHANT_FIELDS; name is required. The dict: terminal_id, merchant_id, merchant_name,
    merchant_name_en, tpdu, profile,
    tmk_components (two of 32 hex digits), tmk_check (8 hex digits), export_components and export_check likewise.
    """
    unknown = set(merchant) - MERCHANT_FIELDS
    if unknown or not merchant.get("name"):
        raise EnrolmentError("merchant", f"needs a name and knows {', '.join(sorted(MERCHANT_FIELDS))}")
    if len(terminal_number) != 8 or len(merchant_number) != 15 or not _plain(terminal_number + merchant_number):
        raise EnrolmentError("number", "a terminal has 8 letters or digits, a merchant 15")
    acquirer = desk.acquirer
    usual = {"zone": acquirer.zone, "cutoff": acquirer.cutoff}
    fields = {**usual, "language": language, "email": email, **merchant}
    _check(fields)
    account = fields.pop("settlement_account", None)
    if account:
        fields["settlement_account_masked"] = "*" * (len(account) - 4) + account[-4:]
        fields["settlement_account_cipher"] = desk.vault.seal(account, merchant_number)
    tmk_block = desk.hsm.generate(TMK, TMK_BYTES)
    now = desk.clock.now()
    await desk.store.write(
        lambda session: _enroll(session, acquirer, fields, terminal_number, merchant_number, tmk_block, now)
    )
    return {
        "terminal_id": terminal_number,
        "merchant_id": merchant_number,
        "merchant_name": fields["name"],
        "merchant_name_en": fields.get("name_en") or "",
        "tpdu": desk.profile.tpdu,
        "profile": desk.profile.name,
        "tmk_components": [component.hex() for component in desk.hsm.components(tmk_block)],
        "tmk_check": desk.hsm.check(tmk_block, TMK).hex(),
        "export_components": [component.hex() for component in desk.hsm.export_components(terminal_number)],
        "export_check": desk.hsm.export_check(terminal_number).hex(),
    }


def _plain(text: str) -> bool:
    return text.isascii() and text.isalnum()


def _check(fields: Mapping[str, Any]) -> None:
    """What would fail only when a batch is closed is refused here."""
    if fields["language"] not in LANGUAGES:
        raise EnrolmentError("language", f"is one of {', '.join(LANGUAGES)}")
    if fields["email"] is not None:
        try:
            check_address(fields["email"])
        except MailError:
            raise EnrolmentError("email", "is not an address: give one such as shop@example.com, or none") from None
    if "zone" in fields:
        try:
            ZoneInfo(fields["zone"])
        except (ValueError, OSError, TypeError, ZoneInfoNotFoundError):
            raise EnrolmentError("zone", "is not a time zone's name: give one such as Asia/Shanghai") from None
    cutoff = fields.get("cutoff", NO_TIME)
    if not isinstance(cutoff, time) or cutoff.tzinfo is not None:
        raise EnrolmentError("cutoff", "is a time of day without a zone, such as time(23, 0)")
    account = fields.get("settlement_account")
    if account and not (ACCOUNT_LEAST <= len(account) <= ACCOUNT_MOST and account.isascii() and account.isalnum()):
        raise EnrolmentError("settlement_account", f"has {ACCOUNT_LEAST} to {ACCOUNT_MOST} letters or digits")


def _enroll(
    session: Session,
    acquirer: Acquirer,
    fields: Mapping[str, Any],
    terminal_number: str,
    merchant_number: str,
    tmk_block: str,
    now: datetime,
) -> None:
    if session.scalar(select(Terminal.id).where(Terminal.number == terminal_number)):
        raise EnrolmentError("terminal", f"{terminal_number} is enrolled already: choose another number")
    merchant = session.scalar(select(Merchant).where(Merchant.number == merchant_number))
    if merchant is None:
        merchant = Merchant(number=merchant_number, fee_plan_id=_plan(session, acquirer, now).id, **fields)
        session.add(merchant)
        session.flush()
        if acquirer.advance is not None:
            session.add(AdvanceTerms(merchant_id=merchant.id, **acquirer.advance))
        if merchant.settlement_account_cipher is not None:
            session.add(_account(merchant, merchant.settlement_account_cipher, now))
    terminal = Terminal(number=terminal_number, merchant_id=merchant.id, batch_number=FIRST_BATCH, tmk_block=tmk_block)
    session.add(terminal)
    session.flush()
    session.add(Batch(terminal_id=terminal.id, number=FIRST_BATCH, state="OPEN", opened_at=now))


def _account(merchant: Merchant, cipher: bytes, now: datetime) -> SettlementAccount:
    """The account that the acquirer checked when it took the merchant on: it needs no second confirmation."""
    return SettlementAccount(
        merchant_id=merchant.id,
        kind="bank",
        state="active",
        holder=merchant.settlement_account_name or merchant.name,
        institution=merchant.settlement_bank or "",
        masked=merchant.settlement_account_masked or "",
        cipher=cipher,
        proposed_at=now,
        expires_at=now,
        confirmed_at=now,
    )


def _plan(session: Session, acquirer: Acquirer, now: datetime) -> FeePlan:
    """The newest version of the acquirer's plan, locked; its first where there is none."""
    plan = session.scalar(select(FeePlan).where(FeePlan.name == acquirer.plan).order_by(FeePlan.version.desc()))
    if plan is None:
        return new_version(session, acquirer.plan, acquirer.prices, now, acquirer.refund_fee)
    lock_plan(session, plan, now)
    return plan
