"""Every persona at the counter, with the real firmware under MicroPython, its own download of keys, its journal, the
host and the issuer; held against what the books say of the persona."""

import pytest

from host_sim.rig.cards.emv.personas import personas
from tests.cards.at_the_till import Visit, downloaded
from tests.flows.shop import Shop, at_the_till

GROUPS = 4


def _named(group: int, tapped: bool) -> list[str]:
    """Each group has a till of its own. A card without antenna is not tapped."""
    names = [name for name, row in personas().items() if not tapped or row["expect"]["tap"] != "none"]
    return names[group::GROUPS]


@pytest.mark.parametrize("group", range(GROUPS))
@at_the_till()
async def test_inserted(shop: Shop, group: int) -> None:
    await downloaded(shop)
    wrong = {}
    for name in _named(group, False):
        visit = Visit(shop, name)
        ended = await visit.insert()
        got, expect = visit.told(ended), visit.expected()
        if got != expect:
            wrong[name] = sorted(set(map(str, got.items())) ^ set(map(str, expect.items())))
    assert not wrong
    assert not shop.issuer.unbalanced()
