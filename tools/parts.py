"""A long run in parts: each is a run of its own, and together they are the whole."""

from tools.errors import ToolError


def part_of(name: str) -> tuple[int, int]:
    """name: K/N, the K-th of N parts, from 1 on."""
    which, _, parts = name.partition("/")
    if not (which.isdigit() and parts.isdigit() and 1 <= int(which) <= int(parts)):
        raise ToolError(f"{name} names no part", "give which of how many: PART=1/4 to PART=4/4")
    return int(which), int(parts)
