"""`picotill replay`: payments recorded from the rack, whole, cut, damaged; files that are no recording."""

import json

import pytest

from host_sim.networks.issuer import Issuer
from host_sim.rig.cards.emv.personas import card_number, persona
from tests.cards.bench import KEYS
from tests.cards.make_recordings import FOLDER, RECORDINGS
from tests.cards.make_recordings import recording as recording_of
from tests.host.bench import HandClock
from tools import replay
from tools.cli import run
from tools.errors import ToolError
from tools.recorded_card import KINDS, load

INSERTED = ("good", "pin-on-card", "script-before", "script-after", "cda-forged", "visa-18", "declines-offline", "poor",
            "approves-offline", "short-answers", "false-answer")  # fmt: skip
TAPPED = ("good", "purse", "fdda-forged")


@pytest.fixture(scope="module")
def recordings(tmp_path_factory, aids, store):
    """recording(kind, persona): its JSON, made on first use. Inserted and tapped cards have an issuer each."""
    folder = tmp_path_factory.mktemp("issuers")
    issuers = {kind: Issuer(f"sqlite:///{folder / kind}.db", KEYS, HandClock()) for kind in KINDS}
    made = {}

    def recording(kind, name):
        if (kind, name) not in made:
            made[kind, name] = recording_of(kind, name, issuers[kind], aids, store)
        return json.loads(json.dumps(made[kind, name]))

    yield recording
    for issuer in issuers.values():
        issuer.close()


@pytest.fixture
def played(tmp_path):
    def play(source):
        path = tmp_path / "trace.json"
        path.write_text(json.dumps(source))
        return replay.replayed(load(path))

    return play


@pytest.mark.parametrize("name", INSERTED)
def test_inserted(name, recordings, played):
    expect, told = persona(name)["expect"], played(recordings("contact", name))
    assert (told["outcome"], told["error"]) == (expect["outcome"], None)
    assert (told["tvr"], told["tsi"], told["cvm_results"]) == (expect["tvr"], expect["tsi"], expect["cvm"])
    assert told["arc"] == expect["arc"]
    assert told["left_recording"] is None and not told["unexpected"] and not told["not_asked"]
    assert [row["exchange"] for row in told["commands"]] == list(range(len(told["commands"])))
    assert not any(row.get("other_data") for row in told["commands"])  # to the byte what the recorded till sent


@pytest.mark.parametrize("name", TAPPED)
def test_tapped(name, recordings, played):
    told = played(recordings("contactless", name))
    expected = {"approved": "online", "approved_offline": "approved", "card_error": "declined", "declined": "declined"}
    assert told["outcome"] == expected[persona(name)["expect"]["tap"]], told["error"]
    assert told["left_recording"] is None and not told["not_asked"]
    tags = {row["tag"]: row["value"] for row in told["tags"]}
    assert tags["84"] == told["aid"] if told["aid"] else tags["84"].startswith("A000000333")
    assert tags["9F36"] == "002A" and "9F10" in tags and "82" in tags


def test_nothing_of_the_card_is_told(recordings, played):
    for kind in KINDS:
        name = "pin-on-card" if kind == "contact" else "good"
        source, row = recordings(kind, name), persona(name)
        text, number = json.dumps(played(source)), card_number(row)
        assert number in json.dumps(source) and number not in text and number[:-1] not in text
        block = f"2{len(row['pin']):X}{row['pin']}"
        assert (block in json.dumps(source)) == (kind == "contact") and block not in text


def test_formats_of_answers_are_taken_apart(recordings, played):
    tags = {row["tag"]: row for row in played(recordings("contact", "short-answers"))["tags"]}
    assert len(tags["82"]["value"]) == 4 and tags["94"]["name"] == "application file locator"
    assert tags["9F27"]["value"] == "40" and len(tags["9F26"]["value"]) == 16


def test_a_command_that_was_not_recorded(recordings, played):
    source = recordings("contact", "pin-on-card")
    asked = next(at for at, one in enumerate(source["exchanges"]) if one["c"].startswith("80ca9f17"))
    del source["exchanges"][asked]
    told = played(source)
    assert told["left_recording"]["c"].startswith("80CA9F17") and told["left_recording"]["command"] == asked
    assert told["left_recording"]["expected"].startswith("0020")
    assert told["commands"][asked]["status"] == "6D00" and told["commands"][asked]["exchange"] is None
    assert len(told["unexpected"]) == 1
    assert told["outcome"] == "approved"  # a card that does not tell its tries left is asked all the same


def test_a_recording_that_asked_more_and_a_longer_way_round(recordings, played):
    source = recordings("contact", "good")
    source["exchanges"].insert(3, {"c": "80ca9f3600", "r": "9f360200056a82"})
    told = played(source)
    assert told["not_asked"] == [3] and told["outcome"] == "approved" and told["left_recording"] is None
    # as T=0 has it: the answer is fetched, and a command without Le is the same command
    first = source["exchanges"][0]
    source["exchanges"][0:1] = [
        {"c": first["c"][:-2], "r": f"61{len(first['r']) // 2 - 2:02x}"},
        {"c": f"00c00000{len(first['r']) // 2 - 2:02x}", "r": first["r"]},
    ]
    told = played(source)
    assert told["outcome"] == "approved" and told["left_recording"] is None
    assert told["commands"][1]["c"].startswith("00C0")


def test_other_data_in_a_command_is_told(recordings, played):
    source = recordings("contactless", "good")
    asked = next(one for one in source["exchanges"] if one["c"].startswith("80a8"))
    told = played(source)
    assert not any(row.get("other_data") for row in told["commands"])
    source["amount_fen"] += 100  # the recorded card was asked about another amount
    told = played(source)
    (other,) = [row for row in told["commands"] if row.get("other_data")]
    assert other["c"][:8] == "80A80000" and other["c"] != asked["c"].upper() and told["outcome"] == "online"


@pytest.mark.parametrize(("kind", "name"), [("contact", "good"), ("contactless", "purse")])
def test_cut_anywhere(kind, name, recordings, played):
    source = recordings(kind, name)
    whole = source["exchanges"]
    for length in (*range(0, len(whole), 3), len(whole) - 1):
        told = played({**source, "exchanges": whole[:length]})
        assert told["outcome"] in ("error", "declined", "online", "approved", "reversed")
        if told["outcome"] == "error":
            assert told["error"]["reason"]
        if kind == "contactless" or length < 8:
            assert told["left_recording"]["expected"] is None and told["outcome"] != "approved"


def test_a_recording_that_ends_before_the_host(recordings, played):
    source = recordings("contact", "good")
    last = max(at for at, one in enumerate(source["exchanges"]) if one["c"].startswith("80ae"))
    told = played({**source, "exchanges": source["exchanges"][:last]})
    assert told["outcome"] == "online" and told["cvm_results"] == persona("good")["expect"]["cvm"]


def test_damaged_answers(recordings, played):
    source = recordings("contactless", "good")
    for at in range(len(source["exchanges"])):
        for damage in ("", "90", "9000", "6f0990", "77829999" * 30 + "9000", "70ff" + "ff" * 200 + "9000", "7f" * 500):
            other = json.loads(json.dumps(source))
            other["exchanges"][at]["r"] = damage
            if at == len(source["exchanges"]) - 1 or len(damage) in (4, 1000):
                assert played(other)["outcome"] in ("error", "declined")


def test_what_is_no_recording(tmp_path, capsys):
    good = {"name": "x", "kind": "contact", "amount_fen": 1, "exchanges": [{"c": "00a40400", "r": "6d00"}]}
    path = tmp_path / "trace.json"
    for text in (
        "", "{", "[]", "7", '"x"', "null", "[" * 100_000, "\x00\xff",
        *(json.dumps({**good, key: value}) for key, value in (
            ("name", None), ("name", "n" * 201), ("kind", "both"), ("kind", ["contact"]), ("amount_fen", 0),
            ("amount_fen", "1"), ("amount_fen", True), ("amount_fen", 1.5), ("amount_fen", 10**12), ("exchanges", None),
            ("exchanges", {}), ("exchanges", [1]), ("exchanges", [{"c": "00a40400"}]),
            ("exchanges", [{"c": "00a404", "r": ""}]), ("exchanges", [{"c": "zz", "r": ""}]),
            ("exchanges", [{"c": "00a4040", "r": ""}]), ("exchanges", [{"c": "00a40400", "r": 7}]),
            ("exchanges", [{"c": "00" * 262, "r": ""}]), ("exchanges", [{"c": "00a40400", "r": "00" * 1027}]),
            ("exchanges", [{"c": "00a40400", "r": ""}] * 501),
        )),
    ):  # fmt: skip
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ToolError, match="no recording") as caught:
            load(path)
        assert caught.value.do_next
    with pytest.raises(ToolError, match="cannot be read"):
        load(tmp_path)
    assert run(["replay", str(tmp_path / "nowhere.json")]) == 1
    assert "next: name a file" in capsys.readouterr().err


def test_command_and_exit_status(recordings, tmp_path, capsys):
    path = tmp_path / "trace.json"
    source = recordings("contactless", "good")
    path.write_text(json.dumps(source))
    assert run(["replay", str(path)]) == 0
    first = json.loads(capsys.readouterr().out)
    assert run(["replay", str(path)]) == 0
    assert json.loads(capsys.readouterr().out) == first  # the same each time
    path.write_text(json.dumps({**source, "exchanges": []}))
    assert run(["replay", str(path)]) == 1
    assert json.loads(capsys.readouterr().out)["commands"][0]["status"] == "6D00"


def test_shipped_recordings():
    assert sorted(path.stem for path in FOLDER.iterdir()) == sorted(RECORDINGS)
    for file, (kind, name) in RECORDINGS.items():
        told, expect = replay.replayed(load(FOLDER / f"{file}.json")), persona(name)["expect"]
        assert told["kind"] == kind and told["left_recording"] is None and not told["not_asked"]
        if kind == "contact":
            assert (told["outcome"], told["tvr"]) == (expect["outcome"], expect["tvr"])


def test_figures(capsys):
    assert run(["emv-figures", "--times", "1"]) == 0
    rows = [line.split("|") for line in capsys.readouterr().out.splitlines() if line.startswith("|")][2:]
    assert len(rows) == len(RECORDINGS)
    counts = {row[1].strip(): [int(cell.replace(",", "")) for cell in row[2:5]] for row in rows}
    for commands, sent, received in counts.values():
        assert 3 <= commands <= 40 and 5 * commands <= sent < received < 4000
    assert all(float(row[5].split()[0]) > 0 for row in rows)
