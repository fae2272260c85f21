"""The demo: one day played once in this process, and looked at from all sides; four more as a user plays them.

The command line is run at the same time as the rest, since a day takes seconds: see `days`.
"""

import asyncio
import io
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from rich.cells import cell_len
from rich.console import Console

from host_sim.clock import SystemClock
from host_sim.host import Host
from host_sim.networks.tdes import check_value
from host_sim.rig.stage import PIN, START
from host_sim.rig.supply import HEAP_MOST
from host_sim.settlement.calendar import business_day
from tools import cli
from tools.demo import balance, business, secrets
from tools.demo.balance import PLACES, compare, gather, plant
from tools.demo.business import BALANCED, FIRST_BATCH, play, verdict
from tools.demo.kept import MARK, OURS, prepare
from tools.demo.show import Show, frame, side_by_side
from tools.errors import ToolError
from tools.secrets_scan import files, search

ROOT = Path(__file__).parents[2]
RUN = [sys.executable, "-c", "import sys; from tools.cli import run; sys.exit(run(sys.argv[1:]))", "demo"]
DAY_S = 100
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80"}


def start(*options: str, encoding: str = "utf-8") -> subprocess.Popen:
    """The command, in a session of its own so that what it leaves behind can be told. encoding: the terminal's."""
    return subprocess.Popen(
        [*RUN, *options], cwd=ROOT, env={**ENVIRONMENT, "PYTHONIOENCODING": encoding}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", start_new_session=True,
    )  # fmt: skip


def left_behind(session: int) -> list[str]:
    """Processes of that session that are still there."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = entry.read_text().rpartition(")")
        except OSError:
            continue  # it has ended meanwhile
        if rest.split()[0] != "Z" and int(rest.split()[3]) == session:
            found.append(name)
    return found


@pytest.fixture(scope="module")
def days(tmp_path_factory):
    """Two days on the command line, under way while the first tests run: --break issuer, and another seed in a
    terminal that knows ASCII only."""
    folder = tmp_path_factory.mktemp("days")
    running = {
        "broken": start("--break", "issuer", "--json", str(folder / "broken.json"), "--keep", str(folder / "kept")),
        "other": start("--seed", "2", "--json", str(folder / "other.json"), "--no-slips", encoding="ascii"),
    }
    yield SimpleNamespace(folder=folder, **running)
    for process in running.values():
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def day(tmp_path_factory, days):
    """The day of seed 1: outcome, folder, what was printed, and the stage with everything that it knew."""
    folder = tmp_path_factory.mktemp("day")
    prepare(folder)
    seen: list = []
    gathered = secrets.gather_secrets

    async def gather_and_keep(stage, tap):
        seen.extend((stage, tap))
        return await gathered(stage, tap)

    business.gather_secrets = gather_and_keep
    try:
        printed = io.StringIO()
        show = Show(Console(file=printed, width=80))
        outcome = asyncio.run(play(show, folder, seed=1, pictures=True))
    finally:
        business.gather_secrets = gathered
    return SimpleNamespace(folder=folder, outcome=outcome, printed=printed.getvalue(), stage=seen[0], tap=seen[1])


def ended(process: subprocess.Popen) -> tuple[int, list[str], list[str]]:
    out, err = process.communicate(timeout=DAY_S)
    return process.returncode, out.splitlines(), err.splitlines()


# ---- the day itself
def test_the_day_is_balanced_and_says_so_last(day, capsys):
    console = Console(width=80)
    assert day.outcome.differs == [] and day.outcome.leaks == []
    assert verdict(console, day.outcome) == 0
    assert capsys.readouterr().out.splitlines() == [BALANCED] == ["balanced: slips = batch = host = ledger"]


def test_figures_are_whole_and_the_heap_is_below_its_limit(day):
    figures = day.outcome.figures
    names = {
        "till": {"heap_imported", "heap_peak_above_imported", "heap_limit_above_imported", "boots"},
        "flash": {"bytes_programmed", "programs", "erases", "bytes_in_use"},
        "host": {"authorisations", "authorisation_ms_median", "authorisation_ms_most"},
        "day": {"net_fen", "slips", "mails", "virtual_s", "wall_s", "bus_messages", "bus_sha256"},
    }
    assert {part: set(values) for part, values in figures.items()} == names
    assert all(value for part in figures.values() for value in part.values()), "a figure that is not measured"
    assert 0 < figures["till"]["heap_peak_above_imported"] < figures["till"]["heap_limit_above_imported"] == HEAP_MOST
    assert json.loads((day.folder / "figures.json").read_text()) == figures


def test_what_the_till_printed_is_kept(day):
    assert day.stage.tmk_check in (day.folder / "till.log").read_text()


def test_what_is_kept_is_what_may_be_replaced(day):
    names = {file.name for file in day.folder.iterdir()}
    assert {"host.sqlite", "issuer.sqlite", "flash.bin", "host.log", "till.log", "slips.txt", "slip-01.png"} <= names
    assert names == {name for name in names if any(Path(name).match(pattern) for pattern in OURS)}


# ---- one fen in the wrong place
def broken(day, folder: Path, place: str) -> list[str]:
    """What the books say after one fen was planted at a place in a copy of them."""
    shutil.copytree(day.folder, folder)
    slips, totals = plant(place, folder, list(day.outcome.slips), day.outcome.totals)

    async def compared() -> list[str]:
        urls = (f"sqlite:///{folder / name}.sqlite" for name in ("host", "issuer"))
        host = Host(*urls, SystemClock(), os.urandom, day.stage.lmk)
        try:
            stage = SimpleNamespace(host=host)
            return compare(await gather(stage, slips, totals, FIRST_BATCH, business_day(day.stage.world.now())))
        finally:
            await host.stop()

    return asyncio.run(compared())


@pytest.mark.parametrize("place", PLACES)
def test_one_fen_is_found_and_its_place_named_first(day, tmp_path, capsys, place):
    differs = broken(day, tmp_path / "copy", place)
    assert differs and differs[0].startswith(f"{place}: ")
    assert verdict(Console(width=80), business.Outcome([], None, {}, differs)) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"differs: {place}: ") and lines[-1].startswith("not balanced: look at ")


def test_every_line_of_the_ledger_is_proved(day, tmp_path, monkeypatch):
    """Not the channel's side only, which is compared payment by payment: the second line of the first entry."""
    execute = balance._execute
    monkeypatch.setattr(balance, "_execute", lambda path, statement: execute(path, statement.replace("= 1", "= 2")))
    differs = broken(day, tmp_path / "copy", "ledger")
    assert differs and all(line.startswith("ledger: proof ") for line in differs)


def test_books_that_nobody_touched_agree(day, tmp_path, monkeypatch):
    monkeypatch.setattr(balance, "_execute", lambda *_: None)
    assert broken(day, tmp_path / "copy", "host") == []


# ---- the secrets of the day
def test_the_secrets_are_the_right_ones(day):
    """The till's settings open under a key gathered here, and hold the TMK gathered here; and so on down to the PIN."""
    found = {secret.kind: secret.value for secret in day.outcome.secrets}
    image = (day.folder / "flash.bin").read_bytes()
    opened = []
    for sector in (image[:4096], image[4096:8192]):
        if sector[:4] == b"TILL":  # the header is described in firmware/till/keys/vault.py
            length, iv = int.from_bytes(sector[6:8], "big"), sector[12:28]
            cipher = Cipher(AES(found["till key 'vault cipher'"]), CBC(iv)).decryptor()
            opened.append(json.loads(cipher.update(sector[256 : 256 + -(-length // 16) * 16])[:length]))
    assert opened and opened[0]["tmk"] == found["TMK"].hex()
    assert check_value(found["TMK"]).hex().upper() == day.stage.tmk_check
    for name, at in (("PIK", 16), ("MAK", 36), ("TDK", 56)):
        keys = [secret.value for secret in day.outcome.secrets if secret.kind == name]
        checks = {download[at : at + secrets.CHECK_BYTES] for download in day.tap.key_downloads}
        assert {check_value(key) for key in keys} == checks
    pan = found["PAN of card 'rich'"]
    field = bytes.fromhex("0000" + pan[-13:-1])
    clear = [secret.value for secret in day.outcome.secrets if secret.kind == "PIN block in clear"]
    fields = {bytes(a ^ b for a, b in zip(block, field, strict=True)).hex() for block in clear}
    assert f"06{PIN}ffffffff" in fields
    assert len(day.tap.pin_blocks) == 2 == len([s for s in day.outcome.secrets if s.kind == "PIN block under the PIK"])


def test_labels_of_the_tills_keys_are_the_firmwares():
    source = "".join(file.read_text() for file in (ROOT / "firmware" / "till").rglob("*.py"))
    for label in secrets.TILL_KEYS + secrets.JOURNAL_KEYS:
        assert f'"{label}"' in source


def test_every_kind_of_secret_is_gathered(day):
    kinds = {secret.kind for secret in day.outcome.secrets}
    wanted = {"the host's LMK", "the till's fuses", "manager's password", "TMK", "PIK", "MAK", "PIN"}
    wanted |= {"PIN block in clear", "PIN block under the PIK", "PIN block under the ZPK"}
    wanted |= {f"{what} of card '{name}'" for what in ("PAN", "track 2", "UDK") for name in ("rich", "poor", "third")}
    assert wanted <= kinds


def test_every_file_is_searched(day):
    assert {place for place, _ in files([day.folder])} == {file.name for file in day.folder.iterdir()}


def leak(folder: Path, name: str, data: bytes) -> None:
    file = folder / name
    if name.endswith(".sqlite"):
        connection = sqlite3.connect(file)
        connection.execute("CREATE TABLE note (note BLOB)")
        connection.execute("INSERT INTO note VALUES (?)", (data,))
        connection.commit()
        connection.close()
    elif name == "flash.bin":
        image = bytearray(file.read_bytes())
        image[100_000 : 100_000 + len(data)] = data
        file.write_bytes(image)
    else:
        file.write_bytes(file.read_bytes() + data)


PLACES_OF_LEAKS = (
    "flash.bin", "host.sqlite", "issuer.sqlite", "host.log", "till.log", "slips.txt", "printed.txt", "figures.json",
    "notice-1.eml",
)  # fmt: skip


def test_every_secret_of_the_day_is_found_wherever_it_is_left(day, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(day.folder, copy)
    data = b"\n".join(
        value if isinstance(value := secret.value, bytes) else value.encode() for secret in day.outcome.secrets
    )
    for name in PLACES_OF_LEAKS:
        leak(copy, name, b"\n" + data + b"\n")
    found = search(day.outcome.secrets, files([copy]))
    assert {finding.place for finding in found} == set(PLACES_OF_LEAKS)
    for place in PLACES_OF_LEAKS:
        kinds = {finding.kind for finding in found if finding.place == place}
        missing = {secret.kind for secret in day.outcome.secrets} - kinds
        assert all(kind.startswith("PAN of") for kind in missing), f"{place}: {missing}"  # told as their track 2


def test_a_leak_is_exit_1_and_names_the_place(day, capsys):
    leaks = [str(finding) for finding in search(day.outcome.secrets, [("host.log", b"PIN=" + PIN.encode())])]
    assert verdict(Console(width=80), business.Outcome([], None, {}, [], leaks)) == 1
    assert capsys.readouterr().out.splitlines() == [
        "secret: host.log at byte 4: PIN as ASCII",
        "not clean: look at the place named first; --keep FOLDER leaves its files",
    ]


def test_a_leak_in_the_day_itself_is_found(tmp_path, monkeypatch):
    """A host that logs what came over the line: the day's own search must say so. Cut short: one scene is enough."""
    from host_sim.acquirer import redaction

    async def morning_and_sale(show, day):
        for _, scene in day.scenes()[:2]:
            await day.stage.act(scene())

    async def proved(show, day, *_):
        redaction.logging.getLogger("picotill.leak").error("card %s", day.rich._profile["pan"])
        return business.Outcome([], None, {})

    monkeypatch.setattr(business, "_scenes", morning_and_sale)
    monkeypatch.setattr(business, "_prove", proved)
    outcome = asyncio.run(play(Show(Console(file=io.StringIO(), width=80)), tmp_path))
    assert [line.partition(" at byte")[0] for line in outcome.leaks] == ["host.log"]


# ---- the command line
def test_break_on_the_command_line(days):
    status, out, err = ended(days.broken)
    assert (status, err) == (1, [])
    assert next(line for line in out if line.startswith("differs: ")).startswith("differs: issuer: ")
    assert out[-1].startswith("not balanced: look at ") and BALANCED not in out


def test_same_seed_is_the_same_day_and_another_seed_is_another(days, day):
    status, out, err = ended(days.other)
    assert (status, err, out[-1]) == (0, [], BALANCED)
    ours = day.outcome.figures["day"]
    same, other = (json.loads((days.folder / f"{name}.json").read_text())["day"] for name in ("broken", "other"))
    assert (same["bus_sha256"], same["bus_messages"]) == (ours["bus_sha256"], ours["bus_messages"])
    assert other["bus_sha256"] != ours["bus_sha256"]
    assert any("????" in line for line in out), "a terminal without Chinese shows ? and the day goes on"


def test_second_day_in_a_row_replaces_the_first_and_ctrl_c_stops_it(days):
    """Played into the folder that the first one left; stopped in the middle of a sale."""
    process = start("--keep", str(days.folder / "kept"), "--no-slips")
    for line in process.stdout:
        if "with PIN" in line:
            break
    began = time.monotonic()
    os.kill(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=10)
    assert time.monotonic() - began < 3
    assert (process.returncode, err) == (130, "picotill: stopped\n")
    assert left_behind(process.pid) == []
    assert (days.folder / "kept" / MARK).exists()


@pytest.mark.parametrize("after", ["", "till: ", "provisioned"], ids=["at once", "while provisioning", "at boot"])
def test_ctrl_c_in_a_terminal_reaches_everybody_and_stops_everybody(after):
    """A terminal signals the whole group, the firmware too: what it says about that is not shown."""
    process = start("--no-slips")
    if after:
        for line in process.stdout:
            if line.startswith(after):
                break
    else:
        time.sleep(1.5)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=10)
    assert (process.returncode, err) == (130, "picotill: stopped\n")
    assert left_behind(process.pid) == []


WRONG = [
    (["--break", "till"], "slip, batch, host, ledger, issuer"),
    (["--screens", "big"], "text, pixels, none"),
    (["--seed", "one"], "integer"),
    (["--seed", "-1"], "greater than or equal to 0"),
    (["--json", "/nowhere/at/all.json"], "name a file in a folder that is there"),
    (["--json", "{}"], "name a file in a folder that is there"),
    (["--keep", "{}"], "name a new or empty folder"),
    (["--keep", "{}/mine.txt"], "name a new or empty one"),
    (["--nothing"], "No such option"),
    (["more"], "unexpected extra argument"),
]


@pytest.mark.parametrize(("options", "says"), WRONG, ids=[" ".join(options) for options, _ in WRONG])
def test_wrong_option_says_what_to_do_and_exits_2(tmp_path, capsys, options, says):
    (tmp_path / "mine.txt").write_text("mine")
    assert cli.run(["demo", *(option.replace("{}", str(tmp_path)) for option in options)]) == 2
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("picotill: ") and says in first
    assert second.startswith("  next: picotill ") and second.endswith(" --help")
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_a_days_folder_with_something_of_the_users_in_it_is_refused(day, tmp_path, capsys):
    copy = tmp_path / "copy"
    shutil.copytree(day.folder, copy)
    (copy / "letter.txt").write_text("mine")
    assert cli.run(["demo", "--keep", str(copy)]) == 2
    assert "letter.txt" in capsys.readouterr().err
    assert {file.name for file in copy.iterdir()} == {file.name for file in day.folder.iterdir()} | {"letter.txt"}


def test_no_micropython_says_what_to_do(monkeypatch, capsys):
    monkeypatch.setenv("MICROPYTHON", "/nowhere/micropython")
    assert cli.run(["demo"]) == 1
    first, second = capsys.readouterr().err.splitlines()
    assert first == "picotill: no MicroPython at /nowhere/micropython"
    assert second.startswith("  next: set MICROPYTHON to ")


def test_a_till_that_dies_is_told_by_its_last_words():
    deaths = ["the firmware ended with 1: Traceback:\n  x\nMemoryError: 512 bytes\n"]
    stage = SimpleNamespace(counter=SimpleNamespace(deaths=deaths))
    error = business.stopped(stage, RuntimeError("waited\nfor long"))
    assert isinstance(error, ToolError)
    assert error.what == "the till's firmware died: MemoryError: 512 bytes" and "till.log" in error.do_next
    stage.counter.deaths = []
    assert business.stopped(stage, RuntimeError("waited\nfor long")).what == "the day stopped: waited for long"


# ---- what a person sees
def test_nothing_printed_is_wider_than_the_terminal(day):
    assert max(cell_len(line) for line in day.printed.splitlines()) <= 80


def test_screens_and_slips_are_printed_whole(day):
    assert "┌────────────────┐ ┌────────────────┐" in day.printed
    for words in ("│    交易成功    │", "│商户存根", "│持卡人存根", "│   示范便利店   │"):
        assert words in day.printed
    assert "16/16" in day.printed and f"{START:%H:%M:%S}   1/16" in day.printed


def test_a_box_counts_a_chinese_character_twice():
    assert frame(["消费", "abc"], 6) == ["┌──────┐", "│消费  │", "│abc   │", "└──────┘"]
    assert side_by_side([["ab", "cd"], ["x"]]) == ["  ab x", "  cd"]
