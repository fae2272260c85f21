"""`picotill reconcile` at the command line: a file in, the work list in words, repair, and nothing the second time."""

import pytest

from host_sim.networks.clearing.files import write_file
from host_sim.networks.clearing.item import FileHead
from tests.host.shop import MONDAY, Shop
from tests.reconcile.test_clearing_files import SALE
from tools.errors import ToolError
from tools.reconcile.command import command


@pytest.fixture
def database(tmp_path):
    shop = Shop(tmp_path)
    shop.sale(12_050, rrn=SALE.reference)
    shop.session.commit()
    shop.done()
    return f"sqlite:///{tmp_path / 'host.db'}"


def test_a_file_is_taken_in_shown_and_repaired_once(database, tmp_path, capsys):
    path = tmp_path / "unionpay.clr"
    write_file(path, "fixed", FileHead("unionpay", MONDAY), [SALE, SALE._replace(reference="X1")])
    command([path], database=database)
    said = capsys.readouterr().out
    assert "unionpay.clr: long 1, matched 1" in said and "reference X1" in said and said.endswith("open: 1\n")
    command(database=database, mend=True, language="zh")
    assert capsys.readouterr().out == "repaired: 1 to channel; waiting: 0\nopen: 0\n"
    command([path], database=database, mend=True)
    assert capsys.readouterr().out.splitlines() == [
        "unionpay.clr: taken in before",
        "repaired: nothing; waiting: 0",
        "open: 0",
    ]


def test_what_cannot_be_done_is_said_with_what_to_do(database, tmp_path):
    broken = tmp_path / "broken.clr"
    broken.write_bytes(b"HD01")
    for given in ({"files": [broken], "database": database}, {"database": f"sqlite:///{tmp_path / 'none.db'}"}):
        with pytest.raises(ToolError) as error:
            command(**given)
        assert error.value.do_next
    with pytest.raises(ToolError, match="mysql"):
        command([broken], database=database, engine="mysql://x")
