"""What a person at the counter would see, for a terminal: screens side by side like a strip of film, slips in pairs."""

from collections.abc import Callable
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from host_sim.rig.screen import COLUMNS as SCREEN_COLUMNS
from host_sim.rig.screen import braille
from host_sim.rig.stage import SHANGHAI, Stage

SLIP_COLUMNS = 32
ROW_MOST, COPIES = 8, 2
INDENT, GAP = "  ", " "
SCREENS = ("text", "pixels", "none")


def frame(lines: list[str], columns: int) -> list[str]:
    """The lines in a box of that many columns inside; a Chinese character takes two."""
    edge = "─" * columns
    body = [f"│{line}{' ' * max(0, columns - cell_len(line))}│" for line in lines]
    return [f"┌{edge}┐", *body, f"└{edge}┘"]


def side_by_side(boxes: list[list[str]]) -> list[str]:
    """Boxes in one row, their tops at one height."""
    height = max(map(len, boxes))
    widths = [cell_len(box[0]) for box in boxes]
    padded = [box + [" " * width] * (height - len(box)) for box, width in zip(boxes, widths, strict=True)]
    return [(INDENT + GAP.join(row)).rstrip() for row in zip(*padded, strict=True)]


class Strip:
    """Boxes of one width, printed by the row when a row is full."""

    def __init__(self, say: Callable[[str], None], columns: int, room: int, most: int = ROW_MOST):
        self._say, self._columns = say, columns
        self.most = min(most, max(1, (room - len(INDENT) + len(GAP)) // (columns + 2 + len(GAP))))
        self._boxes: list[list[str]] = []

    def add(self, lines: list[str]) -> None:
        self._boxes.append(frame(lines, self._columns))
        if len(self._boxes) == self.most:
            self.flush()

    def flush(self) -> None:
        if self._boxes:
            self._say("\n".join(side_by_side(self._boxes)))
        self._boxes = []

    def __len__(self) -> int:
        return len(self._boxes)


class Show:
    """Prints the day as it happens, and keeps what it printed in `said`."""

    def __init__(self, console: Console, screens: str = "text", slips: bool = True):
        self.console, self.screens, self.slips = console, screens, slips
        self.said: list[str] = []
        wide = 64 if screens == "pixels" else SCREEN_COLUMNS
        self._screens = Strip(self.say, wide, console.width)
        self._slips = Strip(self.say, SLIP_COLUMNS, console.width, COPIES)
        self._stage: Stage | None = None
        self._last: list[str] = []

    def watch(self, stage: Stage) -> None:
        """From now on what happens on that stage is shown."""
        self._stage = stage
        if self.slips:
            stage.counter.on_slip = self.slip
        if self.screens != "none":
            stage.person.looked = self.screen

    def say(self, text: str, style: str = "") -> None:
        """A line or more as they are: no markup, no wrapping."""
        self.said.append(text)
        self.console.print(Text(text, style=style), soft_wrap=True)

    def scene(self, number: int, count: int, title: str) -> None:
        assert self._stage is not None
        at = self._stage.world.now().astimezone(SHANGHAI)
        self.say(f"\n{at:%H:%M:%S}  {number:2}/{count}  {title}", "bold")

    def slip(self, slip: Any) -> None:
        if len(self._slips) + 1 == self._slips.most:  # this one fills the row: what was seen before comes first
            self._screens.flush()
        self._slips.add(slip.text().splitlines())

    def screen(self) -> None:
        """A screen that stands: one that is as it was when it was looked at before is not shown again."""
        assert self._stage is not None
        lines = self._stage.person.screen()
        if lines == self._last or not any(lines):
            return
        self._last = lines
        if self.screens == "pixels":
            lines = braille(self._stage.counter.display.pixels()).splitlines()
        self._screens.add(lines)

    def flush(self) -> None:
        """What waits for its row to fill, now."""
        self._screens.flush()
        self._slips.flush()
