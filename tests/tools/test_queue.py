"""picotill queue: a file that a till wrote, proved and shown without card numbers, and fed to the host in a folder."""

import asyncio
import json
import random

import pytest

from host_sim.clock import SystemClock
from host_sim.console.folder import Folder
from host_sim.host import Host
from host_sim.networks.tdes import xor
from host_sim.rig import stage
from host_sim.rig.stage import MERCHANT, MERCHANT_FIELDS, TERMINAL
from tests.host.till import Card, pack
from till.keys.queue_file import QueueFile
from tools import cli

LMK = bytes(range(32))


def host_in(folder):
    urls = [f"sqlite:///{folder / name}.sqlite" for name in ("host", "issuer")]
    return Host(*urls, SystemClock(), random.Random(5).randbytes, LMK)


def advice(card, trace, amount_fen):
    """0220 of a sale that waited, without F64."""
    fields = {
        2: card.pan, 3: "000000", 4: f"{amount_fen:012d}", 11: f"{trace:06d}", 14: card.expiry, 22: "072", 23: "001",
        25: "00", 35: card.track2, 41: TERMINAL, 42: MERCHANT, 49: "156", 55: card.tap(amount_fen),
        60: "30" + "000001" + "000" + "60", 61: f"000001{trace:06d}1123",
    }  # fmt: skip
    return pack("0220", fields)


@pytest.fixture
def kept(tmp_path):
    """A host's folder with one account of 100 yuan, and what a till's console printed."""
    folder = tmp_path / "var"
    folder.mkdir()
    (folder / "secrets.json").write_text(json.dumps({"lmk": LMK.hex()}))

    async def open_shop():
        host = host_in(folder)
        enrolled = await host.enroll(MERCHANT_FIELDS, TERMINAL, MERCHANT)
        card = Card(host.issuer.issue_card(stage.test_pan(1), "01", "3012", "246810", 10_000))
        await host.stop()
        return enrolled, card

    enrolled, card = asyncio.run(open_shop())
    key = xor(*(bytes.fromhex(part) for part in enrolled["export_components"]))
    file = QueueFile(key, TERMINAL, bytes(16))
    lines = [file.head(), *(file.line(advice(card, 10 + n, fen)) for n, fen in enumerate((6_000, 5_000))), file.end()]
    path = tmp_path / "console.txt"
    path.write_text("\n".join(["boot", *lines, ""]))
    return folder, path, file, card


def run(capsys, *arguments):
    status = cli.run(["queue", *map(str, arguments)])
    said = capsys.readouterr()
    return status, said.out, said.err


def movements(folder):
    host = host_in(folder)
    found = [(one.kind, one.amount_fen) for one in host.issuer.movements()]
    host.issuer.close()
    asyncio.run(host.store.close())
    return found


def test_open_shows_and_takes_nothing(kept, capsys):
    folder, path, file, card = kept
    desk = Folder(folder)
    desk.take()  # the till waits for its receipt number: it must be had while the desk is open
    status, out, _ = run(capsys, "open", path, "--folder", folder)
    refused, _, err = run(capsys, "feed", path, "--folder", folder)
    desk.leave()
    assert refused == 1 and "a desk is already running" in err
    assert status == 0 and file.digest in out and file.receipt in out
    assert "000001/000010" in out and "60.00" in out and card.pan not in out
    assert movements(folder) == []


def test_feed_takes_once_and_again_changes_nothing(kept, capsys):
    folder, path, _, card = kept
    results = []
    for _ in range(2):
        status, out, _ = run(capsys, "feed", path, "--folder", folder, "--json")
        assert status == 0 and card.pan not in out
        results.append([(item["outcome"], item["response"]) for item in json.loads(out)["items"]])
    assert results == [[("taken", "00"), ("refused", "51")], [("known", "00"), ("known", "51")]]
    assert movements(folder) == [("sale", -6_000)]


def test_what_cannot_be_used_says_what_to_do(kept, capsys, tmp_path):
    folder, path, _, _ = kept
    for arguments, words in (
        (("open", path, "--folder", tmp_path / "none"), "holds no host"),
        (("open", tmp_path / "none", "--folder", folder), "cannot be read"),
        (("feed", folder / "secrets.json", "--folder", folder), "PICOTILL-QUEUE"),
    ):
        status, out, err = run(capsys, *arguments)
        assert status == 1 and not out and words in err and "next: " in err, err
    spoiled = path.read_text().splitlines()
    del spoiled[2]
    path.write_text("\n".join(spoiled))
    status, _, err = run(capsys, "feed", path, "--folder", folder)
    assert status == 1 and "damaged" in err and movements(folder) == []
