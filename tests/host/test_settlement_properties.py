"""Whatever happens to a merchant's money, in whatever order: the proofs hold, each payment is in one payout at most,
and nothing leaves that is not there."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from host_sim.ledger.accounts import Key, balance_fen
from host_sim.ledger.proofs import proofs
from host_sim.settlement.at_once import pay_early
from host_sim.settlement.chargebacks import ChargebackError, clear_chargeback, decide, open_chargeback
from host_sim.settlement.clearing import clear_payment
from host_sim.settlement.differences import clear_difference, open_difference, pay_difference
from host_sim.settlement.holds import hold, release
from host_sim.settlement.instructing import PayoutError
from host_sim.settlement.payout_run import pay_now
from host_sim.settlement.payout_steps import confirm_paid, confirm_returned
from host_sim.store.schema import Chargeback, Difference, Hold, Payout, PayoutItem
from tests.host.shop import MONDAY, Shop, local
from tests.host.test_payouts import agree_terms

WORDS = {"zh": "说明", "en": "words"}
STEPS = (
    "sale wallet refund night all part early paid returned hold release contest won lost clear cleared_case "
    "difference merchant channel loss paid_difference"
).split()


class Life:
    """A merchant's days. Each step is possible or is passed over."""

    def __init__(self, directory):
        self.shop = Shop(directory, refund_fee="proportional")
        agree_terms(self.shop)
        self.session, self.day = self.shop.session, MONDAY
        self.sales, self.taken, self.numbers = [], {}, 0

    @property
    def now(self):
        return local(self.day, 12)

    def one(self, model, number, *conditions):
        rows = self.session.scalars(select(model).where(*conditions).order_by(model.id)).all()
        return rows[number % len(rows)] if rows else None

    def left(self, sale):
        return sale.amount_fen - self.taken.get(sale.id, 0)

    def step(self, name, number):
        session, shop, now = self.session, self.shop, self.now
        self.numbers += 1
        sale = self.sales[number % len(self.sales)] if self.sales else None
        payout = self.one(Payout, number, Payout.state.in_(("instructed", "accepted", "paid")))
        case = self.one(Chargeback, number, Chargeback.state.in_(("open", "contested")))
        if name in ("sale", "wallet"):
            self.sales.append(shop.sale(number, now, card_class="debit" if name == "sale" else "wallet"))
        elif name == "night":
            self.day += timedelta(days=1)
            shop.night(self.day)
        elif name in ("all", "part", "early"):
            try:
                if name == "early":
                    pay_early(session, shop.merchant.id, now)
                else:
                    pay_now(session, shop.merchant.id, now, number if name == "part" else None)
            except PayoutError as error:
                assert all(error.words.values())
        elif name == "hold":
            hold(session, shop.merchant.id, number, WORDS, now)
        elif name == "release" and (held := self.one(Hold, number, Hold.released_at.is_(None))):
            release(session, held.id, now)
        elif name == "refund" and sale and self.left(sale) > 0:
            amount = min(number, self.left(sale))
            shop.refund(sale, amount, now, card_class=sale.card_class)
            self.taken[sale.id] = self.taken.get(sale.id, 0) + amount
        elif name == "contest" and sale:
            try:
                amount = min(number, max(1, self.left(sale)))
                one = open_chargeback(session, sale.id, f"C{self.numbers}", "4853", amount, now)
                self.taken[sale.id] = self.taken.get(sale.id, 0) + one.amount_fen
            except ChargebackError:
                assert self.left(sale) == 0
        elif name in ("won", "lost") and case:
            decide(session, case.id, name == "won", now)
            if name == "won":
                self.taken[case.payment_id] -= case.amount_fen
        elif name == "cleared_case" and (lost := self.one(Chargeback, number, Chargeback.state == "lost")):
            clear_chargeback(session, lost.id, now)
        elif name == "clear" and sale:
            clear_payment(session, sale, now)
        elif name == "paid" and payout and payout.state != "paid":
            confirm_paid(session, payout, now)
        elif name == "returned" and payout:
            confirm_returned(session, payout, now, WORDS)
        elif name == "difference":
            side = ("long", "short")[number % 2]
            open_difference(
                session, channel="unionpay", day=self.day, reference=f"R{self.numbers}", kind=side, side=side,
                amount_fen=number, explanation=WORDS, now=now, business_date=self.day,
            )  # fmt: skip
        elif name in ("merchant", "channel", "loss"):
            difference = self.one(Difference, number, Difference.cleared_at.is_(None))
            if difference:
                clear_difference(session, difference.id, name, WORDS, now, self.day, merchant_id=self.shop.merchant.id)
        elif name == "paid_difference" and (difference := self.one(Difference, number)):
            pay_difference(session, difference.id, now, self.day)

    def check(self):
        self.session.flush()
        assert [proof for proof in proofs(self.session, self.day) if not proof.ok] == []
        merchant = self.shop.merchant.id
        available = -balance_fen(self.session, Key("merchant_available", merchant))
        owed = balance_fen(self.session, Key("merchant_receivable", merchant))
        assert available >= 0 <= owed and 0 in (available, owed)
        assert balance_fen(self.session, Key("merchant_held", merchant)) <= 0
        for payout in self.session.scalars(select(Payout)):
            expected = payout.gross_fen - payout.fee_fen + payout.brought_fen - payout.d0_fee_fen
            assert payout.amount_fen == expected > 0


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(1, 60_000)), max_size=32))
def test_whatever_happens_the_proofs_hold(tmp_path_factory, steps):
    life = Life(tmp_path_factory.mktemp("life"))
    for number, (name, value) in enumerate(steps):
        life.step(name, value)
        if number % 8 == 7:
            life.check()
    life.check()
    life.shop.done()


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(("sale", "wallet", "part", "night", "paid", "returned")), st.integers(1, 60_000))
    )
)
def test_in_the_end_every_payment_is_in_one_payout_and_all_money_has_left(tmp_path_factory, steps):
    life = Life(tmp_path_factory.mktemp("life"))
    for name, value in steps:
        life.step(name, value)
    for _ in range(6):
        life.step("night", 1)
    listed = list(life.session.scalars(select(PayoutItem.payment_id)))
    assert sorted(listed) == sorted(sale.id for sale in life.sales)
    gone = sum(one.amount_fen for one in life.session.scalars(select(Payout)) if one.state != "returned")
    assert gone == sum(sale.amount_fen - sale.fee_fen for sale in life.sales)
    life.check()
    life.shop.done()
