"""What the page needs, as plain values: a whole picture for who has just come, and patches of what changed since."""

import asyncio
from base64 import b64encode
from datetime import datetime
from typing import Any

from host_sim.acquirer.till_left import LeftError, decide
from host_sim.acquirer.undoing import undo_now
from host_sim.console import views
from host_sim.console.fields import masked
from host_sim.console.recorder import payment_key
from host_sim.console.shop import Shop
from host_sim.console.ways import WAYS
from host_sim.console.work_list import mend, work_list
from host_sim.rig.stage import SHANGHAI, TERMINAL
from host_sim.rig.wiring import BUZZER_PIN, GREEN_PIN, RED_PIN
from host_sim.settlement.calendar import business_day

SLIPS_SHOWN, MESSAGES_SHOWN, ATTEMPTS_SHOWN = 12, 60, 60


class Feed:
    """shop: open. Each method gives one part of the page's state under its key."""

    def __init__(self, shop: Shop):
        self._shop = shop

    def screen(self) -> dict[str, Any]:
        """The glass, a bit a pixel, row by row, and the same as text for those who listen."""
        rows = self._shop.counter.display.pixels()
        bits = b"".join(int(bytes(row).translate(_DIGITS), 2).to_bytes(16, "big") for row in rows)
        return {"screen": b64encode(bits).decode()}

    def text(self) -> dict[str, Any]:
        return {"screenText": [line.strip() for line in self._shop.watch.lines]}

    def pins(self) -> dict[str, Any]:
        levels = self._shop.counter.pins.levels
        return {"green": levels[GREEN_PIN], "red": levels[RED_PIN], "buzzer": levels[BUZZER_PIN]}

    def power(self) -> dict[str, Any]:
        counter = self._shop.counter
        return {"powered": counter.powered, "deaths": len(counter.deaths), "boots": counter.boots}

    def cards(self) -> dict[str, Any]:
        """Those that this till can read, as its firmware stands."""
        rack = self._shop.rack
        return {
            "held": self._shop.hand.held,
            "cards": [
                {
                    "name": kind.name,
                    "tone": kind.tone,
                    "title": kind.title,
                    "says": kind.says,
                    "number": masked(rack.profiles[kind.name]["pan"]) if kind.name in rack.profiles else "",
                    "way": kind.way,
                }
                for way in WAYS
                if way in self._shop.watch.ways.found
                for kind in rack.kinds.values()
                if kind.way == way
            ],
        }

    async def balances(self) -> dict[str, Any]:
        """What the issuer holds for each card, and its wallet for each phone, in fen."""
        shop = self._shop
        if not shop.office.up:
            return {}
        numbers = {name: profile["pan"] for name, profile in shop.rack.profiles.items()}
        issuer = shop.office.host.issuer
        read = {name: lambda pan=pan: issuer.balance_fen(pan) for name, pan in numbers.items()}
        held = {name: await asyncio.to_thread(one) for name, one in read.items()}
        if "scan" in shop.watch.ways.found:
            held |= await asyncio.to_thread(shop.phones.balances)
        return {"balances": held}

    def world(self) -> dict[str, Any]:
        office = self._shop.office
        return {"world": {**self._shop.switches.state(), "host": office.up, "hostTrouble": office.trouble}}

    def clock(self) -> dict[str, Any]:
        now = self._shop.world.now().astimezone(SHANGHAI)
        day = business_day(now)
        return {"clock": now.isoformat(timespec="seconds"), "businessDay": day.isoformat()}

    def paper(self) -> dict[str, Any]:
        """The newest slips, oldest first, those of earlier runs too."""
        kept = self._shop.archive.slips(SLIPS_SHOWN)
        return {"slips": [{"number": number, "text": slip["text"], "at": slip["at"]} for number, slip in kept]}

    async def payments(self) -> dict[str, Any]:
        """What the host has, and between it what was begun at the till and is not at the host, newest first."""
        shop = self._shop
        attempts = shop.attempts.newest(ATTEMPTS_SHOWN)
        keys = {key for attempt in attempts for key in attempt.keys}
        rows, there = await shop.office.books.read(
            lambda session: (views.payments(session), views.of_keys(session, TERMINAL, keys))
        )
        known = {payment_key(row["batch"], row["trace"]) for row in there}
        rows += [attempt.row(shop.recorder.story) for attempt in attempts if not known & attempt.keys]
        rows.sort(key=lambda row: datetime.fromisoformat(row["at"]), reverse=True)
        return {"payments": rows[: views.PAYMENTS_MOST]}

    def messages(self) -> dict[str, Any]:
        """The newest frames on the till's line, newest first."""
        found = [event for event in self._shop.recorder.events if event["lane"] == "wire"]
        return {"messages": found[: -MESSAGES_SHOWN - 1 : -1]}

    def log(self) -> dict[str, Any]:
        return {"log": list(self._shop.log)[:-201:-1]}

    def mail(self) -> dict[str, Any]:
        return {"mails": self._shop.mailbox.mails()}

    async def batches(self) -> dict[str, Any]:
        return {"batches": await self._shop.office.books.read(views.batches)}

    async def ledger(self) -> dict[str, Any]:
        day = business_day(self._shop.world.now())
        return {"ledger": await self._shop.office.books.read(lambda session: views.ledger(session, day))}

    async def worklist(self) -> dict[str, Any]:
        now = self._shop.world.now()
        return {"worklist": await self._shop.office.books.read(lambda session: work_list(session, now))}

    async def repair(self) -> list[str]:
        """The one command of the work list. Gives what was done, in Chinese and in English."""
        now = self._shop.world.now()
        return await self._shop.office.host.store.write(lambda session: mend(session, now))

    async def decide(self, message_id: int, stands: bool) -> list[str]:
        """A person's word on a reversal that a till gave up. Gives what was done, in Chinese and in English."""
        host = self._shop.office.host
        now = self._shop.world.now()
        try:
            undo = await host.store.write(lambda session: decide(session, message_id, stands, now))
        except LeftError as error:
            return [f"不能这样处理：请选择“成立”，再退货。（{message_id}）", str(error)]
        if undo is not None:
            await undo_now(host.desk, undo)
        return ["已记录，终端会来询问结果。", "Noted: the till asks for it."]

    async def whole(self) -> dict[str, Any]:
        """For a page that has just been opened."""
        parts: dict[str, Any] = {}
        for part in (
            self.screen(),
            self.text(),
            self.pins(),
            self.power(),
            self.cards(),
            self.world(),
            self.clock(),
            self.paper(),
            await self.balances(),
            await self.payments(),
        ):
            parts |= part
        return parts


_DIGITS = b"01" + bytes(254)
