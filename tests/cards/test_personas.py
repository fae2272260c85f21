"""The till's kernel against every persona, inserted and tapped, with downloaded keys and parameters and a real issuer.

Kernel, card, issuer and expectation were each written from the books, apart from one another.
"""

import pytest

from host_sim.networks.issuer import Issuer
from host_sim.rig.cards.emv.personas import card_number, persona, personas
from tests.cards.bench import KEYS, pay, tapped
from tests.host.bench import HandClock


@pytest.mark.parametrize("name", list(personas()))
def test_the_kernel_makes_of_a_persona_what_the_books_say(name, issuer, aids, store):
    row = persona(name)
    got, expect = pay(row, issuer, aids, store), dict(row["expect"])
    if expect["results"]:  # the identifier is the issuer's number of the order
        expect["results"] = expect["results"][:2] + f"{issuer.orders(card_number(row))[0][0]:08x}"
    assert got == {key: expect[key] for key in got}
    assert ("tvr" in got) == bool(expect["tvr"])


@pytest.mark.parametrize("name", [name for name in personas() if persona(name)["expect"]["tap"] != "none"])
def test_what_comes_of_a_tap(name, tmp_path, aids, store):
    issuer = Issuer(f"sqlite:///{tmp_path / 'issuer.db'}", KEYS, HandClock())
    try:
        assert tapped(persona(name), issuer, aids, store) == persona(name)["expect"]["tap"]
    finally:
        issuer.close()
