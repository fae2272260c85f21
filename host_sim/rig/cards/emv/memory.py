"""What a card keeps without power: counters, blocks, PIN tries, changed data and the log, one set an application."""

import json
import os
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

LOG_MOST = 10
ATC_MOST = 0xFFFF


@dataclass
class State:
    """One application's memory. amounts in fen. pin: digits, "" where the card has none. changed: records and data
    objects that scripts wrote over, hex by "record SFI.number" or by tag. log: hex, the newest first."""

    atc: int = 0
    last_online_atc: int = 0
    offline_count: int = 0
    offline_fen: int = 0
    balance_fen: int = 0
    pin: str = field(default="", repr=False)
    pin_tries: int = 3
    pin_tries_most: int = 3
    blocked: bool = False
    online_incomplete: bool = False
    issuer_failed: bool = False
    script_failed: bool = False
    scripts: int = 0
    changed: dict[str, str] = field(default_factory=dict, repr=False)
    log: list[str] = field(default_factory=list)

    def note(self, entry: bytes) -> None:
        self.log = [entry.hex(), *self.log][:LOG_MOST]


class Memory:
    """States by AID in upper-case hex, and whether the whole card is blocked.

    initial: the values that differ from State's, by AID. path: a JSON file that is read when there is one and written
    whole after every change; without it the memory lives as long as the object.
    """

    def __init__(self, initial: dict[str, dict[str, Any]], blocked: bool = False, path: Path | None = None):
        self.path, self.blocked = path, blocked
        self.states = {aid: State(**values) for aid, values in initial.items()}
        if path is not None and path.exists():
            kept = json.loads(path.read_text(encoding="utf-8"))
            self.blocked = kept["blocked"]
            known = {one.name for one in fields(State)}
            for aid, values in kept["states"].items():
                if aid in self.states:
                    self.states[aid] = State(**{name: value for name, value in values.items() if name in known})
        self._written = self._text()

    def _text(self) -> str:
        states = {aid: asdict(state) for aid, state in self.states.items()}
        return json.dumps({"blocked": self.blocked, "states": states}, indent=1)

    def keep(self) -> None:
        """Writes what has changed; a power cut leaves the old file or the new one."""
        if self.path is None or (text := self._text()) == self._written:
            return
        new = self.path.with_name(self.path.name + ".new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.path)
        self._written = text
