"""The channels' files of each day: written by the channel, spoiled on their way by another process, taken in."""

import json
import subprocess
import sys
from collections import Counter
from datetime import date, time, timedelta
from pathlib import Path

from host_sim.networks.clearing.files import file_name, write_file
from host_sim.networks.clearing.item import FileHead
from host_sim.networks.clearing.switched import switched_items
from host_sim.settlement.reconciliation.engine import Engine
from host_sim.settlement.reconciliation.repair import repair
from host_sim.settlement.reconciliation.taking import take_file
from tools.errors import ToolError
from tools.quarter.acquirer import Acquirer
from tools.quarter.when import at

TAKEN_AT = time(4, 0)


class Clearing:
    """folder: sent/ as the channels wrote them, came/ as we got them, and the answers, which nobody here reads."""

    def __init__(self, acquirer: Acquirer, folder: Path, engine: Engine, seed: int, each: int):
        self.acquirer, self.engine = acquirer, engine
        self.sent, self.came, self.answers = folder / "sent", folder / "came", folder / "answers.jsonl"
        self.sent.mkdir()
        self.came.mkdir()
        self.answers.touch()
        line = [sys.executable, "-m", "host_sim.networks.clearing.inject", "--serve", "--seed", str(seed)]
        told = subprocess.PIPE
        self._spoiler = subprocess.Popen([*line, "--each", str(each)], stdin=told, stdout=told, text=True)
        self.findings: Counter[str] = Counter()
        self.repaired = 0

    async def day(self, day: date, spoil: bool = True, last: bool = False) -> None:
        """The files of a clearing day, taken in the next morning, and what has waited long enough repaired.

        spoil: on their way something happens to them. last: of those to which it does; nothing comes late.
        """
        store, now = self.acquirer.host.store, at(day + timedelta(days=1), TAKEN_AT)
        self.acquirer.clock.time = now
        for channel in self.acquirer.channels:
            channel.keep()
            name = file_name(FileHead(channel.name, day), channel.form)
            path, items = self.sent / name, switched_items(channel.engine, *self.acquirer.window(day))
            write_file(path, channel.form, FileHead(channel.name, day), items)
            if spoil:
                path = self._spoil(path, last)
            taken = await store.write(lambda session, path=path: take_file(session, self.engine, path, now))
            self.findings.update(taken.found)
        done = await store.write(lambda session: repair(session, now))
        self.repaired += sum(done.cleared.values())

    async def again(self, day: date) -> tuple[int, int]:
        """Every file once more, and repair: how many differences are found, how many repaired."""
        store, now = self.acquirer.host.store, at(day, TAKEN_AT)
        found = 0
        for path in sorted(self.sent.iterdir()):
            came = self.came / path.name
            path = came if came.exists() else path
            taken = await store.write(lambda session, path=path: take_file(session, self.engine, path, now))
            found += sum(taken.found.values())
        done = await store.write(lambda session: repair(session, now, waited=True))
        return found, sum(done.cleared.values())

    def close(self) -> None:
        """End the other process."""
        self._spoiler.communicate()

    def _spoil(self, path: Path, last: bool) -> Path:
        assert self._spoiler.stdin is not None and self._spoiler.stdout is not None
        came = self.came / path.name
        job = [str(path), str(came), str(self.answers), *(["last"] if last else [])]
        self._spoiler.stdin.write("\t".join(job) + "\n")
        self._spoiler.stdin.flush()
        if "injected" not in json.loads(self._spoiler.stdout.readline() or "{}"):
            raise ToolError("the process that spoils files ended", "read what it said above")
        return came
