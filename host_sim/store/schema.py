"""Every table of the host in one import. Each module beside this one holds one idea."""

from host_sim.store.base import Base, UtcDateTime
from host_sim.store.batches import Batch, BatchItem, Payout
from host_sim.store.books import Account, JournalEntry, Line
from host_sim.store.merchants import FeePlan, FeePlanLine, FormerKeys, Merchant, SettlementMode, Terminal
from host_sim.store.outbox import Notice
from host_sim.store.payments import Alarm, Counter, Message, Payment, Tombstone, Undo

__all__ = [
    "Account",
    "Alarm",
    "Base",
    "Batch",
    "BatchItem",
    "Counter",
    "FeePlan",
    "FeePlanLine",
    "FormerKeys",
    "JournalEntry",
    "Line",
    "Merchant",
    "Message",
    "Notice",
    "Payment",
    "Payout",
    "SettlementMode",
    "Terminal",
    "Tombstone",
    "Undo",
    "UtcDateTime",
]
