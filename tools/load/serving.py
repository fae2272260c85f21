"""A host alone in its process, so that its processor time is its own. Told what to do by lines on stdin.

It says {"port", "enrolled"} in one line of JSON; then to each line that comes its figures since the line before. It
ends when stdin does.
"""

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from host_sim.clock import SystemClock
from host_sim.host import Host

BALANCE_FEN = 900_000_000
MERCHANT = "898110000000001"
PIN = "123456"


def pan(number: int) -> str:
    """A card number of the test BIN with its check digit (ISO/IEC 7812-1, annex B)."""
    digits = f"6292520{number:011d}"
    doubled = (int(digit) * (2 - at % 2) for at, digit in enumerate(reversed(digits)))
    return digits + str(-sum(value - 9 if value > 9 else value for value in doubled) % 10)


async def enrol(host: Host, tills: int) -> list[dict[str, Any]]:
    """Terminals of one merchant, and a card with money for each."""
    found = []
    for number in range(tills):
        provisioning = await host.enroll({"name": "示范便利店", "name_en": "Demo Store"}, f"9{number:07d}", MERCHANT)
        card = host.issuer.issue_card(pan(number + 1), "01", "9912", PIN, BALANCE_FEN)
        found.append({"provisioning": provisioning, "card": card})
    return found


async def serve(folder: Path, tills: int) -> None:
    host = Host(
        f"sqlite:///{folder / 'host.sqlite'}",
        f"sqlite:///{folder / 'issuer.sqlite'}",
        SystemClock(),
        os.urandom,
        os.urandom(32),
    )
    await host.start()
    say({"port": host.port, "enrolled": await enrol(host, tills)})
    store = host.store
    before = (0.0, 0, 0)
    while await asyncio.to_thread(sys.stdin.readline):
        now = (time.process_time(), store.commits, store.units)
        cpu_s, commits, units = (new - old for new, old in zip(now, before, strict=True))
        say({"cpu_s": cpu_s, "commits": commits, "units": units})
        before = now
    await host.stop()


def say(facts: dict[str, Any]) -> None:
    print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
