"""picotill card: every persona becomes a file that is a card, and what is shown holds no number, track, key or PIN."""

import json

import pytest

from host_sim.rig.cards.emv.persona_card import PersonaCard
from host_sim.rig.cards.emv.personas import card_number, persona, personas
from tests.rig.terminal import Terminal
from tools import cli


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_list_names_every_persona(capsys):
    assert cli.run(["card", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(personas())
    assert "declined 54" in next(line for line in lines if line.startswith("expired"))


@pytest.mark.parametrize("name", ["pin-on-card", "mastercard", "unproved"])
def test_a_made_card_pays_and_shows_nothing_that_is_secret(here, capsys, name):
    assert cli.run(["card", "make", name]) == 0
    path = here / f"{name}.card.json"
    assert path.stat().st_mode & 0o077 == 0
    written = json.loads(path.read_text())
    card = PersonaCard(written)
    card.contact.power_on()
    answer = Terminal(card.contact.transmit).begin(card.chip.applications[0].aid).generate(0x80)
    assert answer[0x9F27] == b"\x80"
    assert cli.run(["card", "show", str(path)]) == 0
    shown = capsys.readouterr().out
    pan, spec = card_number(persona(name)), written["applications"][0]
    assert f"{pan[:6]}{'*' * (len(pan) - 10)}{pan[-4:]}" in shown and spec["aid"] in shown
    secrets = [pan, *spec["keys"].values(), persona(name)["pin"], *(spec.get("rsa") or {}).values()]
    secrets = [secret for secret in secrets if len(secret) > 5]
    assert secrets and not [secret for secret in secrets if secret.lower() in shown.lower()]


def test_the_same_persona_is_the_same_card_and_another_issuer_s_is_not(here):
    assert [cli.run(["card", "make", "good", "--out", name]) for name in ("a.json", "b.json")] == [0, 0]
    assert cli.run(["card", "make", "good", "--out", "c.json", "--imk", "00112233445566778899AABBCCDDEEFF"]) == 0
    one, two, other = ((here / name).read_text() for name in ("a.json", "b.json", "c.json"))
    assert one == two != other
    assert json.loads(other)["applications"][0]["records"] == json.loads(one)["applications"][0]["records"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["make", "nobody"], "picotill card list"), (["make", "good", "--imk", "12"], "32 hex digits"),
        (["make", "good", "--imk", "zz"], "32 hex digits"), (["show", "none.json"], "card make"),
        (["show", "bad.json"], "make it anew"), (["show", "empty.json"], "make it anew"),
        (["make", "good", "--out", "bad.json"], "--out"),
    ],
)  # fmt: skip
def test_what_goes_wrong_says_what_to_do(here, capsys, arguments, words):
    (here / "bad.json").write_text("{")
    (here / "empty.json").write_text("{}")
    assert cli.run(["card", *arguments]) == 1
    said = capsys.readouterr().err
    assert words in said and "next:" in said
