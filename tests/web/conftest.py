"""A desk of its own process and a real browser in front of it."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from host_sim.console.folder import Folder
from host_sim.host import Host
from host_sim.rig.stage import EMAIL, MERCHANT, MERCHANT_FIELDS, PIN, test_pan
from host_sim.rig.world import World

ROOT = Path(__file__).parents[2]
BROWSER = shutil.which("chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
STRANGERS = 8  # other terminals of the same host, for load
START_S = 30.0


class Desk:
    """A running `picotill run`. output: what it printed so far."""

    def __init__(self, folder: Path, port: int = 0):
        self.folder = folder
        command = [sys.executable, "-m", "tools.cli", "run", "--port", str(port), "--folder", str(folder)]
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
        self.log = folder.with_suffix(".log")
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environment
            )
        self.address = self._wait()

    @property
    def output(self) -> str:
        return self.log.read_text()

    def _wait(self) -> str:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if "the desk is open: " in self.output:
                return self.output.split("the desk is open: ")[1].split()[0]
            assert self.process.poll() is None, self.output
            time.sleep(0.05)
        raise AssertionError(f"the desk did not open: {self.output}")

    def said(self) -> dict[str, Any]:
        """What it wrote into its lock file."""
        return json.loads((self.folder / "desk.lock").read_bytes())

    def cpu_s(self) -> float:
        """Processor time of its own process so far, the firmware's not in it."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def children(self) -> list[int]:
        """Processes that it has started and that still run."""
        found = []
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[1]) == self.process.pid and fields[0] != "Z":
                found.append(int(path.parent.name))
        return found

    def end(self, number: int = signal.SIGINT) -> int:
        """Sends a signal and waits for the end."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise


def alive(pids: list[int]) -> list[int]:
    """Those of the processes that still run after a moment's grace."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        pids = [pid for pid in pids if Path(f"/proc/{pid}").exists()]
        if not pids:
            break
        time.sleep(0.05)
    return pids


def _strangers(folder: Path) -> list[dict[str, Any]]:
    """Enrols other terminals with the host of a shop that has not been opened yet: [{provisioning, card}]."""
    place = Folder(folder)
    place.take()
    lmk, fuses = os.urandom(32), os.urandom(32)
    place.keep_secrets({"lmk": lmk.hex(), "fuses": fuses.hex(), "cards": {}, "begun": False})

    async def enrol() -> list[dict[str, Any]]:
        from host_sim.rig.stage import START

        urls = [f"sqlite:///{folder / name}.sqlite" for name in ("host", "issuer")]
        host = Host(urls[0], urls[1], World(START), os.urandom, lmk)
        found = []
        for number in range(STRANGERS):
            provisioning = await host.enroll(MERCHANT_FIELDS, f"90001{number:03d}", MERCHANT, EMAIL)
            card = host.issuer.issue_card(test_pan(900 + number), "01", "3012", PIN, 900_000_000)
            found.append({"provisioning": provisioning, "card": card})
        await host.stop()
        return found

    found = asyncio.run(enrol())
    place.leave()
    return found


@pytest.fixture(scope="module")
def strangers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """The shop's folder, and the other terminals that its host knows."""
    folder = tmp_path_factory.mktemp("desk") / "var"
    return folder, _strangers(folder)


@pytest.fixture(scope="module")
def desk(strangers: tuple[Path, list[dict[str, Any]]]) -> Iterator[Desk]:
    running = Desk(strangers[0])
    yield running
    running.end()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if BROWSER is None:
        pytest.skip("no chromium: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=BROWSER, args=ARGUMENTS)
        yield running
        running.close()
