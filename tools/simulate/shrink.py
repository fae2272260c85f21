"""The shortest schedule found that still shows a failure: delta debugging over its steps.

Source: Zeller, Hildebrandt, Simplifying and Isolating Failure-Inducing Input (2002), ddmin.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


async def shrink(steps: Sequence[T], fails: Callable[[Sequence[T]], Awaitable[bool]], tries: int) -> list[T]:
    """steps: a failing schedule. fails(steps): whether a shorter one fails too; asked at most tries times."""
    left = list(steps)
    parts = 2
    while len(left) >= 2 and tries > 0:
        size = -(-len(left) // parts)
        pieces = [left[at : at + size] for at in range(0, len(left), size)]
        for number in range(len(pieces)):
            rest = [step for at, piece in enumerate(pieces) if at != number for step in piece]
            if tries <= 0:
                break
            tries -= 1
            if await fails(rest):
                left, parts = rest, max(2, parts - 1)
                break
        else:
            if parts >= len(left):
                break
            parts = min(len(left), 2 * parts)
    return left
