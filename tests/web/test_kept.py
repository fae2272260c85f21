"""What the desk keeps of what it saw: bounded, whole after a kill, and folded into attempts again."""

import os
import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from host_sim.console.archive import TRIM_EVERY, Archive
from host_sim.console.attempts import Attempts
from host_sim.console.paper_pdf import slip_pdf
from host_sim.console.recorder import Recorder
from host_sim.console.slips import packed, unpacked
from host_sim.rig.paper import Character, Raster, Row, Slip, Style
from host_sim.rig.screen import load_glyphs
from host_sim.rig.stage import START
from host_sim.rig.world import World
from tests.web.conftest import ROOT


def _event(number: int, text: str = "x") -> dict[str, Any]:
    return {
        "n": number,
        "at": "2026-11-23T01:00:00.000+00:00",
        "story": 1,
        "lane": "key",
        "kind": "pressed",
        "key": text,
    }


def test_the_archive_is_bounded_in_count_and_in_bytes(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "seen.sqlite", events=(100, 6_000), slips=(3, 1_000_000))
    for number in range(1, 3 * TRIM_EVERY):
        archive.keep_event(_event(number))
    for _ in range(5):
        archive.keep_slip({"text": "slip"})
    archive.close()
    again = Archive(tmp_path / "seen.sqlite")
    events = list(again.events())
    assert [event["n"] for event in events] == list(range(events[0]["n"], 3 * TRIM_EVERY)), "the newest, without a gap"
    assert 40 < len(events) < 100 and sum(len(str(event)) for event in events) < 8_000
    assert [number for number, _ in again.slips(10)] == [3, 4, 5]
    assert again.keep_slip({"text": "slip"}) == 6, "no number comes twice"
    again.close()


def test_each_event_stands_once_it_was_kept(tmp_path: Path) -> None:
    program = """
import os, sys
from pathlib import Path
from host_sim.console.archive import Archive
archive = Archive(Path(sys.argv[1]))
for number in range(1, 10_000):
    archive.keep_event({"n": number, "story": 0})
    os.write(1, b"%d\\n" % number)
"""
    path = tmp_path / "seen.sqlite"
    process = subprocess.Popen([sys.executable, "-c", program, str(path)], cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout is not None
    said = 0
    while said < 50:
        said = int(process.stdout.readline())
    os.kill(process.pid, signal.SIGKILL)
    rest = process.stdout.read().split()
    process.wait()
    said = int(rest[-1]) if rest else said
    kept = [event["n"] for event in Archive(path).events()]
    assert kept == list(range(1, len(kept) + 1)) and said <= len(kept) <= said + 1


def test_a_file_that_is_no_database_is_put_aside(tmp_path: Path) -> None:
    path = tmp_path / "seen.sqlite"
    path.write_bytes(b"not a database" * 500)
    archive = Archive(path)
    assert archive.was_damaged and list(archive.events()) == []
    assert (tmp_path / "seen.damaged").read_bytes().startswith(b"not a database")
    archive.keep_event(_event(1))
    with sqlite3.connect(path) as file:
        file.execute("UPDATE event SET body = '{'")
    assert list(archive.events()) == [], "one that cannot be read is passed over"
    archive.close()


def test_a_slip_comes_back_dot_for_dot() -> None:
    slip, glyphs = Slip(), load_glyphs()
    plain, bold = Style(), Style(bold=True, width=2, height=2)
    slip.parts = [
        Row((Character("消", 2, bold), Character("费", 2, bold)), "center"),
        Row((Character("A", 1, plain), Character("元", 2, plain), Character("b", 1, Style(inverse=True))), "left"),
        30,
        Raster(2, 3, bytes(range(6)), "right"),
    ]
    again = unpacked(packed(slip, datetime(2026, 11, 23, tzinfo=UTC)))
    assert again.parts == slip.parts and again.text() == slip.text() and again.png(glyphs) == slip.png(glyphs)
    assert slip_pdf(again, glyphs)[:5] == b"%PDF-"


def _recorder() -> tuple[Recorder, Attempts]:
    recorder, attempts = Recorder(World(START)), Attempts()
    recorder.taken.append(attempts.take)
    return recorder, attempts


def _typed(recorder: Recorder) -> None:
    recorder.begin()
    recorder.add("key", "pressed", key="7")
    recorder.add("screen", "seen", lines=["消费", "请核对", "7.00元", ""])


ENDS = {
    "T14": (["交易已取消", "未扣款", "代码 T14"], "cancelled"),
    "T53": (["Needs the link", "Wait for the link", "Code T53"], "cannot be taken offline"),
    "T99": (["终端故障", "请重启终端", "代码 T99"], "fault"),
    "T88": (["新的原因", "请照做", "代码 T88"], "新的原因"),
}


@pytest.mark.parametrize("code", ENDS)
def test_an_attempt_says_its_cause_by_the_code_on_the_screen(code: str) -> None:
    lines, words = ENDS[code]
    recorder, attempts = _recorder()
    _typed(recorder)
    assert attempts.newest(9)[0].row(recorder.story)["state"] == "underway"
    recorder.add("screen", "seen", lines=lines)
    recorder.add("screen", "seen", lines=["请输入收款金额"], idle=True)
    recorder.end()
    row = attempts.newest(9)[0].row(recorder.story)
    assert (row["state"], row["code"], row["amountFen"], row["kind"]) == ("notAtHost", code, 700, "sale")
    assert words in row["why"][1]


def test_an_amount_that_was_cleared_again_is_no_attempt_and_a_menu_neither() -> None:
    recorder, attempts = _recorder()
    for keys in ("7", "menu"):
        recorder.begin()
        recorder.add("key", "pressed", key=keys)
        recorder.add(
            "screen", "seen", lines=["主菜单", "1 消费撤销"] if keys == "menu" else ["消费", "请输入金额", "0.07元"]
        )
        recorder.add("screen", "seen", lines=["请输入收款金额"], idle=True)
        recorder.end()
    assert attempts.newest(9) == []


def test_an_offline_sale_is_joined_with_what_is_sent_later_even_without_paper() -> None:
    recorder, attempts = _recorder()
    recorder.add("wire", "message", batch=1, name="sign_on", direction="answer")
    _typed(recorder)
    recorder.add("journal", "record", record="sale", sequence=12, ref=0, bytes=9)
    recorder.add("screen", "seen", lines=["离线已受理", "7.00元", "凭证号 000031"], payment="000001/000031")
    story = recorder.story
    recorder.add("screen", "seen", lines=["请输入收款金额"], idle=True)
    recorder.end()
    assert attempts.newest(9)[0].row(0)["state"] == "offlineWaits"
    later = recorder.add("wire", "message", batch=1, name="offline", direction="request", payment="000001/000031")
    mark = recorder.add("journal", "mark", mark="accepted", record="sale", sequence=12)
    told = recorder.of(1, 31)
    assert later in told and mark in told and [event for event in told if event["lane"] == "key"]
    assert told == recorder.of_story(story, attempts.newest(9)[0].keys)


def test_an_attempt_cut_off_by_a_kill_is_told_after_the_next_start() -> None:
    recorder, _ = _recorder()
    _typed(recorder)
    again, attempts = _recorder()
    again.load([*recorder.events, {"n": "no event"}])
    row = attempts.newest(9)[0].row(again.story)
    assert row["state"] == "notAtHost" and "desk was closed" in row["why"][1]
    again.begin()
    assert again.add("key", "pressed", key="1")["story"] == 2, "a new story has a new number"
