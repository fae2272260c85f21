"""Everything that happens at the counter, one event after another, each redacted before it gets here.

Events of one piece of work, from the first key on the idle screen until the till is idle again, make a story. A story
knows the payments (batch and trace) that it was about, so that a payment's timeline can be told.
"""

import json
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from host_sim.rig.world import World

EVENTS_MOST = 20_000
KEPT_MOST = 4_000
BACKGROUND = 0

Event = dict[str, Any]


class Recorder:
    """world: whose clock stamps events. added: called with each event. story: the number of the one under way, or 0."""

    def __init__(self, world: World):
        self._world = world
        self.events: deque[Event] = deque(maxlen=EVENTS_MOST)
        self.added: list[Callable[[Event], object]] = []
        self.story = BACKGROUND
        self._stories = 0
        self._number = 0
        self.stories: dict[str, set[int]] = {}  # "batch/trace" to stories
        self.records: dict[str, set[int]] = {}  # "batch/trace" to sequences of the till's journal

    def add(self, lane: str, kind: str, **facts: Any) -> Event:
        self._number += 1
        event = {
            "n": self._number,
            "at": self._world.now().isoformat(timespec="milliseconds"),
            "story": self.story,
            "lane": lane,
            "kind": kind,
            **facts,
        }
        self._take(event)
        for told in self.added:
            told(event)
        return event

    def begin(self) -> None:
        """A person begins something, if nothing is under way."""
        if not self.story:
            self._stories += 1
            self.story = self._stories

    def end(self) -> None:
        self.story = BACKGROUND

    def _take(self, event: Event) -> None:
        self.events.append(event)
        if event.get("payment"):
            key = event["payment"]
            own = event["lane"] == "paper" or event.get("opens")
            if event["story"] and own:
                self._belongs(key, event["story"])

    def _belongs(self, key: str, story: int) -> None:
        self.stories.setdefault(key, set()).add(story)
        for event in self.events:
            if event["story"] == story and event["kind"] == "record" and event["record"] in ("sale", "void", "refund"):
                self.records.setdefault(key, set()).add(event["sequence"])

    def of(self, batch: int, trace: int) -> list[Event]:
        """The events of a payment: its stories, its messages, the marks of its records."""
        key = payment_key(batch, trace)
        stories, records = self.stories.get(key, set()), self.records.get(key, set())
        for story in stories:
            self._belongs(key, story)
        return [
            event
            for event in self.events
            if event["story"] in stories
            or event.get("payment") == key
            or (event["lane"] == "journal" and (event.get("sequence") in records or event.get("ref") in records))
        ]

    # ---- over runs
    def save(self, path: Path) -> None:
        """The newest events, for the next run."""
        lines = [json.dumps(event, ensure_ascii=False) for event in list(self.events)[-KEPT_MOST:]]
        path.write_text("\n".join(lines), encoding="utf-8")

    def load(self, path: Path) -> None:
        """What an earlier run saved. A line that cannot be read is passed over."""
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return
        for line in lines[-KEPT_MOST:]:
            try:
                event = json.loads(line)
                self._number = max(self._number, event["n"])
                self._stories = max(self._stories, event["story"])
                self._take(event)
            except (ValueError, KeyError, TypeError):
                continue


def payment_key(batch: int, trace: int) -> str:
    return f"{batch:06d}/{trace:06d}"
