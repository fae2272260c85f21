"""Everything that happens at the counter, one event after another, each redacted before it gets here.

Events of one piece of work, from the first key on the idle screen until the till is idle again, make a story. A story
knows the payments (batch and trace) that it was about, so that a payment's timeline can be told."""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from host_sim.rig.world import World

EVENTS_MOST = 20_000
BACKGROUND = 0
OWN = ("sale", "void", "refund")

Event = dict[str, Any]


class Recorder:
    """world: whose clock stamps events. added: called with each event. story: the number of the one under way, or 0.
    taken: called with each event, those of earlier runs first."""

    def __init__(self, world: World):
        self._world = world
        self.events: deque[Event] = deque(maxlen=EVENTS_MOST)
        self.added: list[Callable[[Event], object]] = []
        self.taken: list[Callable[[Event], object]] = []
        self.story = BACKGROUND
        self._stories = 0
        self._number = 0
        self.stories: dict[str, set[int]] = {}  # "batch/trace" to stories
        self.records: dict[str, set[int]] = {}  # "batch/trace" to sequences of the till's journal
        self._of_record: dict[int, int] = {}  # a record's sequence to the story that wrote it
        self.batch = 0  # the till's, as the line said last

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
        lane = event["lane"]
        if lane == "journal" and event["kind"] == "record" and event["record"] in OWN and event["story"]:
            self._of_record[event["sequence"]] = event["story"]
            while len(self._of_record) > EVENTS_MOST:
                del self._of_record[next(iter(self._of_record))]
        if lane == "wire" and event["batch"] and event["name"] != "offline":
            self.batch = event["batch"]
        if event.get("payment") and event["story"] and (lane in ("paper", "screen") or event.get("opens")):
            self._belongs(event["payment"], event["story"])
        for told in self.taken:
            told(event)

    def _belongs(self, key: str, story: int) -> None:
        self.stories.setdefault(key, set()).add(story)
        own = {sequence for sequence, made in self._of_record.items() if made == story}
        self.records.setdefault(key, set()).update(own)

    def of(self, batch: int, trace: int) -> list[Event]:
        """The events of a payment: its stories, its messages, the marks of its records."""
        key = payment_key(batch, trace)
        stories = self.stories.get(key, set())
        for story in stories:
            self._belongs(key, story)
        return self._found({key}, stories, self.records.get(key, set()))

    def of_story(self, story: int, keys: Iterable[str]) -> list[Event]:
        """The events of a story, and what happened later to the payments that it was about."""
        own = {sequence for sequence, made in self._of_record.items() if made == story}
        return self._found(set(keys), {story}, own)

    def _found(self, keys: set[str], stories: set[int], records: set[int]) -> list[Event]:
        return [
            event
            for event in self.events
            if event["story"] in stories
            or event.get("payment") in keys
            or (event["lane"] == "journal" and (event.get("sequence") in records or event.get("ref") in records))
        ]

    def load(self, events: Iterable[Event]) -> None:
        """What earlier runs have kept. One that is not an event is passed over."""
        for event in events:
            try:
                number, story = event["n"], event["story"]
                self._take(event)
            except (KeyError, TypeError):
                continue
            self._number = max(self._number, number)
            self._stories = max(self._stories, story)


def payment_key(batch: int, trace: int) -> str:
    return f"{batch:06d}/{trace:06d}"
