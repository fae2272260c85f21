"""`picotill emv-figures`: what a payment costs the card's side: commands, bytes, and the kernel's own time.

Recorded payments (tools/recordings) are played to the firmware's kernel under MicroPython's unix port, so the card, the
reader, the line and the host take no time. A board is slower by two orders; its proportions are the same.
"""

from pathlib import Path
from typing import Annotated

import typer

from tools.recorded_card import load, terminal
from tools.replay import question
from tools.till_side import ask

FOLDER = Path(__file__).parent / "recordings"
HEAD = ("payment", "commands", "bytes to the card", "bytes from it", "kernel")


def figures(path: Path, times: int) -> tuple[str, int, int, int, int]:
    """Of one recording: name, commands, bytes each way, the least of so many kernel times in microseconds."""
    recorded = load(path)
    answer = ask("replay", {**question(recorded, terminal(recorded)), "times": times})
    sent = sum(len(command) // 2 for command, *_ in answer["sent"])
    received = sum(len(reply) // 2 for _, _, _, reply, _ in answer["sent"])
    return f"{path.stem}: {recorded.name}", len(answer["sent"]), sent, received, min(answer["us"])


def command(
    times: Annotated[int, typer.Option(min=1, max=100, help="Runs of each, of which the quickest counts.")] = 9,
) -> None:
    """Print a table of the recorded payments."""
    print(f"| {' | '.join(HEAD)} |\n|{'---|' * len(HEAD)}")
    for path in sorted(FOLDER.glob("*.json")):
        name, commands, sent, received, us = figures(path, times)
        print(f"| {name} | {commands} | {sent:,} | {received:,} | {us / 1000:.1f} ms |")
