"""What happens in a simulated town: who does what at which till, and what fails on the way. All of it from a seed."""

import random
from collections.abc import Iterator
from typing import NamedTuple

CARDS = 6  # of each till: they are tapped, but for two; one has no money
POOR, CHIP, STRIPE = 3, 4, 5
TILLS_MOST, ACTS_MOST = 8, 16
ACTS = {"sale": 10, "void": 3, "refund": 3, "send_now": 1, "sign_on": 1, "settle": 1, "reprint": 1}
FAULTS = {
    "line_down": 6, "lose": 6, "delay": 3, "double": 2, "hold": 2, "truncate": 2, "corrupt": 3, "slow": 1,
    "cut_flash": 5, "cut_link": 5, "cut_print": 2, "kill_host": 4, "clock": 1, "wrong_keys": 2,
}  # fmt: skip
FAULT_SHARE = 0.8  # of a fault before an act
LATE, NIGHT = "late", "night"
LATE_SHARE, NIGHT_SHARE = 0.3, 0.4  # of the days
KEYS = ("1", "2", "3", "0", "cancel", "clear", "menu", "confirm", "up", "down")
DIRECTIONS = ("request", "answer")
CUTS = ("before", "torn", "scattered", "after")


class Step(NamedTuple):
    """One thing that somebody does, or that fails, at a till on a day. what: of ACTS, FAULTS, or "line_up"; LATE, the
    shops open shortly before the business day ends; NIGHT, nobody closes: what is under way and what fails goes on the
    next day. given: what it needs, a tuple of plain values."""

    day: int
    till: int
    what: str
    given: tuple[int | str, ...] = ()

    def __str__(self) -> str:
        return f"day {self.day} till {self.till} {self.what} {' '.join(map(str, self.given))}".rstrip()


def draw(seed: int, tills: int, days: int, acts: int) -> list[Step]:
    """The schedule of a seed, in the order in which each till follows it. acts: of each till on each day."""
    chance = random.Random(f"schedule {seed}")
    steps: list[Step] = []
    for day in range(1, days + 1):
        late = chance.random() < LATE_SHARE
        for till in range(tills):
            steps += [Step(day, till, LATE)] if late else []
            steps += _day(chance, day, till, acts)
            steps += [Step(day, till, NIGHT)] if day < days and chance.random() < NIGHT_SHARE else []
    return steps


def _day(chance: random.Random, day: int, till: int, acts: int) -> Iterator[Step]:
    down = 0
    for number in range(acts):
        if chance.random() < FAULT_SHARE:
            what = chance.choices(list(FAULTS), list(FAULTS.values()))[0]
            yield Step(day, till, what, _given(chance, what))
            if what == "line_down":
                down = chance.randint(1, 3)
        what = chance.choices(list(ACTS), list(ACTS.values()))[0]
        if number < 2:
            what = "sale"
        yield Step(day, till, what, _act(chance, what, (day * TILLS_MOST + till) * ACTS_MOST + number))
        if down == 1:
            yield Step(day, till, "line_up")
        down = max(0, down - 1)


def _act(chance: random.Random, what: str, number: int) -> tuple[int | str, ...]:
    """number: of the act, so that no two sales are of the same amount."""
    if what == "sale":
        card = chance.randrange(CARDS) if chance.random() < 0.6 else 0
        most = 5 if chance.random() < 0.1 else 1
        return (card, _unlike(chance.randrange(1, 25) * 1000 * most, number))
    if what == "void":
        return (chance.randrange(3),)
    if what == "refund":
        return (chance.randrange(3), _unlike(chance.randrange(1, 5) * 100, number))
    return ()


def _unlike(about_fen: int, number: int) -> int:
    return about_fen + number


def _given(chance: random.Random, what: str) -> tuple[int | str, ...]:
    direction, skip = chance.choice(DIRECTIONS), chance.choice((0, 0, 0, 1, 2))
    if what == "lose":
        return (direction, skip, chance.choice((1, 1, 2, 4)))
    if what == "delay":
        return (direction, skip, chance.choice((3, 12, 29, 45, 120)))
    if what in ("double", "hold"):
        return (direction, skip)
    if what == "truncate":
        return (direction, skip, chance.randrange(1, 60))
    if what == "corrupt":
        return (direction, skip, chance.randrange(0, 300), chance.randrange(1, 256))
    if what == "slow":
        return (chance.choice((400, 3000, 9000)),)
    if what == "cut_flash":
        return (chance.randint(1, 12), chance.choice(CUTS))
    if what == "cut_link":
        return (chance.randint(1, 8),)
    if what == "cut_print":
        return (chance.randint(1, 12),)
    if what == "kill_host":
        return (chance.randint(1, 8), chance.choice(("before", "after")), chance.choice((1, 20, 90)))
    if what == "clock":
        return (chance.choice((-420, -60, 60, 420)),)
    if what == "wrong_keys":
        return (chance.randrange(6), *chance.choices(KEYS, k=chance.randint(1, 3)))
    return ()
