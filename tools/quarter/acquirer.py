"""The acquirer of the quarter: one host on its own databases, two channels, a bank with moods, shops and tills."""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, select

from host_sim.acquirer.request import load_till
from host_sim.host import Host
from host_sim.networks.switch import Route, Switch
from host_sim.settlement.modes import choose_mode
from host_sim.store.schema import Merchant
from tools.quarter.channel import Channel
from tools.quarter.till import Till
from tools.quarter.when import CUTOFF, at

CARD, WALLET = "6292520", "2892520"
CARDS = 200
MOODS = ("pays", "pays", "pays", "twice", "silent", "returns", "returns_paid", "refuses", "late", "loses_answer")


class HandClock:
    """A clock moved by hand."""

    def __init__(self, now: datetime):
        self.time = now

    def now(self) -> datetime:
        return self.time


@dataclass
class Acquirer:
    """desks: one a channel, on the same store. accounts: numbers by merchant id."""

    host: Host
    clock: HandClock
    channels: tuple[Channel, Channel]
    desks: tuple[Any, Any]
    tills: list[Till]
    accounts: dict[int, str]
    dice: random.Random

    def moods(self) -> None:
        """Each account's bank is in another mood from today."""
        for account in self.accounts.values():
            self.host.bank.expect(account, self.dice.choice(MOODS))

    async def jobs(self, day: date, *times: time) -> None:
        """What settlement does by itself at these times of a day."""
        for moment in times:
            self.clock.time = at(day, moment)
            await self.host.settle()

    def window(self, day: date) -> tuple[datetime, datetime]:
        """From cut-off to cut-off."""
        return at(day - timedelta(days=1), CUTOFF), at(day, CUTOFF)

    async def close(self) -> None:
        await self.host.stop()
        for channel in self.channels:
            channel.engine.dispose()


async def open_acquirer(folder: Path, first: date, merchants: int, tills: int, seed: int) -> Acquirer:
    """Take on merchants and their tills, in every mode of settlement."""
    dice = random.Random(f"quarter/{seed}")
    clock = HandClock(at(first, time(8)))
    urls = (f"sqlite:///{folder / 'host.sqlite'}", f"sqlite:///{folder / 'bank.sqlite'}")
    host = Host(*urls, clock, dice.randbytes, dice.randbytes(32), settle_s=None)
    card, wallet = Channel(folder, "unionpay", "fixed", clock), Channel(folder, "wallet", "csv", clock)
    _in_haste(host.store.engine)
    desk = host.desk
    routes = [Route(CARD, "62925200001", "CUP", "domestic", "debit", card)]
    by_card = replace(desk, switch=Switch(routes))
    routes = [Route(WALLET, "28925200001", "CUP", "domestic", "wallet", wallet)]
    by_wallet = replace(desk, switch=Switch(routes), acquirer=replace(desk.acquirer, channel="wallet"))
    accounts: dict[int, str] = {}
    found: list[Till] = []
    for number in range(tills):
        merchant_number = f"898110{number % merchants + 1:09d}"
        account = f"62000000{number % merchants:08d}"
        name = {"name": f"示范商户{number % merchants + 1}", "settlement_account": account}
        terminal = f"{90000001 + number}"
        await host.enroll(name, terminal, merchant_number)
        known = await host.store.read(lambda session, terminal=terminal: load_till(session, terminal))
        assert known is not None
        accounts[known.merchant_id] = account
        found.append(Till(known))
    await host.store.write(lambda session: _modes(session, clock.now()))
    return Acquirer(host, clock, (card, wallet), (by_card, by_wallet), found, accounts, dice)


def _in_haste(engine: Engine) -> None:
    """No power is cut in a play, so SQLite need not wait for the disk at every commit."""

    def hasten(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA synchronous = OFF").close()

    event.listen(engine, "connect", hasten)
    engine.dispose()


def _modes(session: Any, now: datetime) -> None:
    """Most daily, some weekly, some by hand."""
    for merchant_id in session.scalars(select(Merchant.id).order_by(Merchant.id)).all():
        if merchant_id % 5 == 3:
            choose_mode(session, merchant_id, "card", "weekly", now, weekday=merchant_id % 7 + 1)
        elif merchant_id % 5 == 4:
            choose_mode(session, merchant_id, "card", "manual", now)


def pans(prefix: str) -> Iterator[str]:
    """Test numbers with their check digit (ISO/IEC 7812-1, annex B)."""
    for number in range(CARDS):
        digits = f"{prefix}{number:011d}"
        doubled = (int(digit) * (2 - at % 2) for at, digit in enumerate(reversed(digits)))
        yield digits + str(-sum(value - 9 if value > 9 else value for value in doubled) % 10)


async def gather(work: list[Any]) -> list[Any]:
    """All at once, as tills are."""
    return list(await asyncio.gather(*work))
