"""The rack: test cards in front of the reader, each of which says what it will do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from host_sim.networks.issuer import Issuer
from host_sim.rig.cards.card import Card
from host_sim.rig.cards.faults import GarbageCard, LeavingCard, MuteCard, NoApplicationCard
from host_sim.rig.cards.unionpay import UnionPayCard
from host_sim.rig.stage import PIN, test_pan

EXPIRY, EXPIRED = "3012", "2406"


@dataclass(frozen=True)
class Kind:
    """One card of the rack. title, says: Chinese and English. number: of its test account, 0 where it has none."""

    name: str
    number: int
    balance_fen: int
    tone: str
    title: tuple[str, str]
    says: tuple[str, str]
    expiry: str = EXPIRY
    cvm_limit_fen: int = 100_000
    state: str = "active"
    make: Callable[[UnionPayCard], Card] | None = None


RACK = (
    Kind(
        "rich",
        1,
        2_000_000,
        "teal",
        ("常用卡", "Everyday"),
        ("余额充足，1000 元以内免密", "Approves; no PIN up to 1,000.00"),
    ),
    Kind(
        "poor",
        2,
        5_000,
        "amber",
        ("余额少", "Nearly empty"),
        ("超过 50 元拒绝，代码 51", "Declines over 50.00, code 51"),
    ),
    Kind(
        "pin",
        3,
        800_000,
        "indigo",
        ("每笔输密码", "Always PIN"),
        (f"任何金额都要密码，测试密码 {PIN}", f"Asks for a PIN at any amount; test PIN {PIN}"),
        cvm_limit_fen=0,
    ),
    Kind(
        "lost",
        4,
        500_000,
        "rose",
        ("已挂失", "Reported lost"),
        ("发卡行拒绝，代码 41", "The issuer declines, code 41"),
        state="lost",
    ),
    Kind(
        "expired",
        5,
        500_000,
        "slate",
        ("已过期", "Expired"),
        ("有效期已过，不予受理", "Its date has passed; refused"),
        expiry=EXPIRED,
    ),
    Kind(
        "garbage",
        6,
        500_000,
        "slate",
        ("读不出", "Unreadable"),
        ("返回乱码，三次后放弃", "Answers rubbish; given up after three"),
        make=GarbageCard,
    ),
    Kind(
        "leaving",
        7,
        500_000,
        "amber",
        ("太早拿开", "Leaves early"),
        ("第一次提早离开，再贴一次成功", "Leaves the field once; works when tapped again"),
        make=lambda card: LeavingCard(card, after_apdus=2, times=1),
    ),
    Kind(
        "mute",
        8,
        500_000,
        "slate",
        ("不应答", "Mute"),
        ("留在感应区但不说话", "Stays in the field and says nothing"),
        make=MuteCard,
    ),
    Kind("door", 0, 0, "slate", ("门禁卡", "Door key"), ("没有支付应用", "Has no payment application")),
)


class Rack:
    """issuer: where accounts are. kept: what keep() gave in an earlier run, by card's name."""

    def __init__(self, issuer: Issuer, kept: dict[str, Any]):
        self.profiles: dict[str, dict[str, Any]] = {}
        self.cards: dict[str, Card] = {}
        self._chips: dict[str, UnionPayCard] = {}
        for kind in RACK:
            self.cards[kind.name] = self._make(kind, issuer, kept.get(kind.name))

    def _make(self, kind: Kind, issuer: Issuer, profile: dict[str, Any] | None) -> Card:
        if not kind.number:
            return NoApplicationCard()
        if profile is None:
            profile = issuer.issue_card(
                test_pan(kind.number), "01", kind.expiry, PIN, kind.balance_fen, cvm_limit_fen=kind.cvm_limit_fen
            )
            if kind.state != "active":
                issuer.set_state(profile["pan"], kind.state)
        self.profiles[kind.name] = profile
        chip = self._chips[kind.name] = UnionPayCard({**profile, "name": kind.name})
        return kind.make(chip) if kind.make else chip

    def keep(self) -> dict[str, Any]:
        """What must outlive the run: how the cards are personalised, and their counters."""
        return {name: {**profile, "atc": self._chips[name].atc} for name, profile in self.profiles.items()}
