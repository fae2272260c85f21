"""Terminals that pay one after the other, each on its own connection, together at a rate."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.host.till import Card, Till

AMOUNT_FEN = 100


@dataclass
class Paid:
    """took_s: from the first question to the last answer. times_ms: from question to answer, in the order of answers.
    offered: how many questions were due. refused: answers by code that were no approval."""

    offered: int
    took_s: float = 0.0
    times_ms: list[float] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)

    @property
    def approved(self) -> int:
        return len(self.times_ms) - sum(self.refused.values())

    @property
    def a_second(self) -> float:
        return self.approved / self.took_s

    def time_ms(self, percent: float) -> float:
        """That percentile of the answers' times."""
        ordered = sorted(self.times_ms)
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


class Crowd:
    """enrolled: [{"provisioning", "card"}], what the host gave each terminal and what the issuer wrote on its card."""

    def __init__(self, port: int, enrolled: Sequence[dict[str, Any]]):
        self._tills = [(Till(port, one["provisioning"]), Card(one["card"])) for one in enrolled]

    async def sign_on(self) -> None:
        for till, _ in self._tills:
            await till.connect()
            answer = await till.sign_on()
            assert answer[39] == "00", f"terminal {till.terminal}: sign-on answered {answer[39]}"

    async def pay(self, rate: float, seconds: float) -> Paid:
        """rate: payments a second of all together; each terminal waits for its answer, and makes up what it is behind.
        0: as fast as they are answered."""
        each = int(rate * seconds / len(self._tills))
        paid = Paid(each * len(self._tills))
        began = time.monotonic()
        apart_s = len(self._tills) / rate if rate else 0.0
        await asyncio.gather(
            *(
                self._one(till, card, paid, began + at * apart_s / len(self._tills), apart_s, began + seconds)
                for at, (till, card) in enumerate(self._tills)
            )
        )
        paid.took_s = time.monotonic() - began
        paid.offered = paid.offered or len(paid.times_ms)
        return paid

    async def _one(self, till: Till, card: Card, paid: Paid, first: float, apart_s: float, end: float) -> None:
        number = 0
        while (due := first + number * apart_s) < end and time.monotonic() < end + apart_s:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            asked = time.monotonic()
            _, answer = await till.sale(card, AMOUNT_FEN)
            paid.times_ms.append((time.monotonic() - asked) * 1000)
            if answer[39] != "00":
                paid.refused[answer[39]] = paid.refused.get(answer[39], 0) + 1
            number += 1
            if not apart_s and time.monotonic() >= end:
                return

    async def leave(self) -> None:
        for till, _ in self._tills:
            await till.close()
