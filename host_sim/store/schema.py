"""Every table of the host in one import. Each module beside this one holds one idea."""

from host_sim.store.base import Base, UtcDateTime
from host_sim.store.batches import Batch, BatchItem, BatchSettlement
from host_sim.store.books import Account, JournalEntry, Line
from host_sim.store.clearing import ClearingFile
from host_sim.store.disputes import Chargeback, Difference, Evidence, Hold
from host_sim.store.jobs import Job
from host_sim.store.merchants import (
    FeeAgreement,
    FeePlan,
    FeePlanLine,
    FeePlanLock,
    FormerKeys,
    Merchant,
    SettlementMode,
    Terminal,
    TerminalSoftware,
    TerminalTables,
)
from host_sim.store.outbox import Notice
from host_sim.store.payments import Alarm, Counter, Message, Payment, Tombstone, Undo
from host_sim.store.payouts import AdvanceTerms, Payout, PayoutItem, SettlementAccount, SettlementPlan
from host_sim.store.services import Contact, GatewayNotice, PaperOrder, Question, SignIn

__all__ = [
    "Account",
    "AdvanceTerms",
    "Alarm",
    "Base",
    "Batch",
    "BatchItem",
    "BatchSettlement",
    "Chargeback",
    "ClearingFile",
    "Contact",
    "Counter",
    "Difference",
    "Evidence",
    "FeeAgreement",
    "FeePlan",
    "FeePlanLine",
    "FeePlanLock",
    "FormerKeys",
    "GatewayNotice",
    "Hold",
    "Job",
    "JournalEntry",
    "Line",
    "Merchant",
    "Message",
    "Notice",
    "PaperOrder",
    "Payment",
    "Payout",
    "PayoutItem",
    "Question",
    "SettlementAccount",
    "SettlementMode",
    "SettlementPlan",
    "SignIn",
    "Terminal",
    "TerminalSoftware",
    "TerminalTables",
    "Tombstone",
    "Undo",
    "UtcDateTime",
]
