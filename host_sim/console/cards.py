"""The rack: test cards in front of the reader, each of which says what it will do."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from host_sim.rig.cards.card import Card
from host_sim.rig.cards.emv.persona_card import PersonaCard
from host_sim.rig.cards.emv.personalise import personalise
from host_sim.rig.cards.emv.personas import enrol, persona
from host_sim.rig.cards.emv.slot_card import SlotCard
from host_sim.rig.cards.faults import GarbageCard, LeavingCard, MuteCard, NoApplicationCard
from host_sim.rig.cards.unionpay import UnionPayCard
from host_sim.rig.stage import PIN, test_pan

CHIP = "chip-"
CHIP_NUMBERS = 500  # added to a persona's own: the first numbers are the tapped cards'
EXPIRY, EXPIRED = "3012", "2406"


@dataclass(frozen=True)
class Kind:
    """One card of the rack. title, says: Chinese and English. number: of its test account, 0 where it has none.
    way: how it comes to the till, see ways.py. of: of a chip, the persona (rig/cards/emv); of a stripe, the card that
    has it."""

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
    way: str = "tap"
    of: str = ""


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
    Kind("stripe", 0, 0, "teal", ("常用卡", "Everyday"), ("刷磁条", "Its stripe is swiped"), way="swipe", of="rich"),
)
PHONES = (
    Kind(
        "wechat",
        0,
        0,
        "teal",
        ("微信支付", "WeChat Pay"),
        ("1000 元以内免密；出示付款码，或扫终端的码", "Shows its code, or scans the till's"),
        way="scan",
    ),
    Kind(
        "alipay",
        0,
        0,
        "indigo",
        ("支付宝", "Alipay"),
        ("出码付款要输密码：再点一次确认", "Asks for a password: click again to confirm"),
        way="scan",
    ),
    Kind(
        "wechat-poor",
        0,
        0,
        "amber",
        ("微信 余额少", "WeChat, nearly empty"),
        ("超过 50 元拒绝，代码 51", "Declines over 50.00, code 51"),
        way="scan",
    ),
    Kind(
        "alipay-slow",
        0,
        0,
        "slate",
        ("支付宝 慢", "Alipay, slow"),
        ("20 秒后才有结果，终端会查询", "Takes 20 seconds; the till asks again"),
        way="scan",
    ),
)
"""What each has and does: phones.py."""
CHIPS = ("good", "pin-on-card", "signature", "two-applications", "approves-offline", "declines-offline", "mute")
"""Personas whose contacts are on the rack; `personas.toml` says what each does."""
TONES = {"mute": "slate", "declines-offline": "rose", "pin-on-card": "indigo", "two-applications": "amber"}


def kinds() -> tuple[Kind, ...]:
    """Everything on the rack."""
    chips = (
        Kind(f"{CHIP}{name}", 0, 0, TONES.get(name, "teal"), ("芯片卡", "Chip card"), tuple(persona(name)["says"]),
             way="insert", of=name)
        for name in CHIPS
    )  # fmt: skip
    return (*RACK, *chips, *PHONES)


class Rack:
    """issuer: where accounts are (networks/issuer). kept: what keep() gave in an earlier run, by card's name.
    memories: folder of what chips keep between runs."""

    def __init__(self, issuer: Any, kept: dict[str, Any], memories: Path):
        self.profiles: dict[str, dict[str, Any]] = {}
        self.cards: dict[str, Card] = {}
        self._chips: dict[str, UnionPayCard] = {}
        self._accounts = {name: profile for name, profile in kept.items() if name.startswith(CHIP)}
        self._issuer, self._memories = issuer, memories
        self.kinds = {kind.name: kind for kind in kinds()}
        for kind in RACK:
            if kind.way == "tap":
                self.cards[kind.name] = self._make(kind, issuer, kept.get(kind.name))

    def _make(self, kind: Kind, issuer: Any, profile: dict[str, Any] | None) -> Card:
        if not kind.number:
            return NoApplicationCard()
        if profile is None:
            terms = ("01", kind.expiry, PIN, kind.balance_fen)
            profile = dict(issuer.issue_card(test_pan(kind.number), *terms, cvm_limit_fen=kind.cvm_limit_fen))
            if kind.state != "active":
                issuer.set_state(profile["pan"], kind.state)
        self.profiles[kind.name] = profile
        chip = self._chips[kind.name] = UnionPayCard({**profile, "name": kind.name})
        return kind.make(chip) if kind.make else chip

    def way(self, name: str) -> str | None:
        """How the card comes to the till; None for one that is not on the rack."""
        return self.kinds[name].way if name in self.kinds else None

    def tracks(self, name: str) -> dict[int, str | None]:
        """What is on a card's stripe, by track (ISO/IEC 7813)."""
        card = self.profiles[self.kinds[name].of]
        return {2: f"{card['pan']}={card['expiry']}{card['service_code']}{card.get('discretionary') or '00000'}"}

    def chip(self, name: str) -> SlotCard:
        """The contacts of a persona's card. Its account is opened when it is first taken from the rack."""
        row = persona(self.kinds[name].of)
        row = {**row, "number": row["number"] + CHIP_NUMBERS}
        if name not in self._accounts:
            self._accounts[name] = enrol(row, self._issuer)
        self._memories.mkdir(mode=0o700, exist_ok=True)
        return PersonaCard(personalise(row, self._accounts[name]), self._memories / f"{name}.json").contact

    def keep(self) -> dict[str, Any]:
        """What must outlive the run: how the cards are personalised, and their counters."""
        taps = {name: {**profile, "atc": self._chips[name].atc} for name, profile in self.profiles.items()}
        return {**taps, **self._accounts}
