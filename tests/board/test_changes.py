"""Which modules go onto a board, in which order, and what a board that is not ours is told."""

from pathlib import Path
from typing import Any

import pytest

from tools.errors import ToolError
from tools.flash import base, subset
from tools.flash.board_facts import Facts
from tools.flash.changes import changes, sources
from tools.flash.compiler import Format, compile_module, format_of, own_version, require
from tools.flash.order import imports, ordered
from tools.flash.staging import Set
from tools.image.base_set import identity, modules, table
from tools.image.boards import BOARDS

PICO = BOARDS["pico"]
RP2040 = 4 << 10 | 3 << 8 | 6


def facts(rows: bytes, free: int = 230_000) -> Facts:
    return Facts("RPI_PICO", "MicroPython", format_of(RP2040), identity(rows) if rows else "", rows, free, 4096, 30)


def tree(folder: Path, **texts: str) -> dict[str, Path]:
    known = {}
    for name, text in texts.items():
        known[name] = folder / f"{name}.py"
        known[name].write_text(text)
    return known


def test_a_module_that_is_changed_or_new_is_sent_and_no_other(tmp_path: Path):
    rows = table(modules(PICO))
    known = dict(modules(PICO))
    assert not changes(facts(rows), known, "pico").modules
    changed, new = tmp_path / "money.py", tmp_path / "new.py"
    changed.write_text(known["till.ui.money"].read_text() + "\n")
    new.write_text("X = 1\n")
    known.update({"till.ui.money": changed, "till.ui.new": new})
    assert set(changes(facts(rows), known, "pico").modules) == {"till.ui.money", "till.ui.new"}


@pytest.mark.parametrize(
    "name",
    ["boot", "_boot", "boards.rp2.overlay", "boards.rp2.start", "boards.shared.machine", "boards.which", "boards.pico",
     "gate"],
)  # fmt: skip
def test_what_runs_before_a_set_can_be_loaded_needs_a_new_base(name: str, tmp_path: Path):
    known = dict(modules(PICO))
    other = tmp_path / "other.py"
    other.write_text(known[name].read_text() + "\n")
    with pytest.raises(ToolError, match=rf"{name} run before"):
        changes(facts(table(modules(PICO))), {**known, name: other}, "pico")


def test_a_module_comes_behind_all_that_it_needs_even_through_unchanged_ones(tmp_path: Path):
    known = tree(
        tmp_path,
        a="import b",
        b="def late():\n    import a\nif True:\n    from c import X",
        c="try:\n    import d\nexcept ImportError:\n    pass\nX = 1",
        d="",
    )
    assert imports(known["b"], known) == ["c"]
    assert ordered({"a", "d"}, known) == ["d", "a"]
    assert ordered({"a", "b", "c", "d"}, known) == ["d", "c", "b", "a"]


def test_a_circle_is_named(tmp_path: Path):
    with pytest.raises(ToolError, match="a -> b -> a"):
        ordered({"a"}, tree(tmp_path, a="import b", b="import a"))


def test_the_source_tree_itself_has_an_order():
    known = modules(PICO)
    order = ordered(set(known), known)
    place = {name: at for at, name in enumerate(order)}
    assert len(order) == len(known)
    assert all(place[needed] < place[name] for name in known for needed in imports(known[name], known))


def test_native_code_is_compiled_for_the_processor():
    assert format_of(RP2040) == Format(6, 3, "armv6m")
    des = modules(PICO)["till.keys.des"]
    code = compile_module("till.keys.des", des, format_of(RP2040))
    assert code[:1] == b"M" and code[1] == 6 and code[2] >> 2 & 0xF == 4
    with pytest.raises(ToolError, match="not known"):
        format_of(15 << 10 | 6)


def test_a_source_that_does_not_compile_says_where(tmp_path: Path):
    bad = tmp_path / "bad.py"
    bad.write_text("def f(:\n")
    with pytest.raises(ToolError, match="till.bad does not compile: .*invalid syntax"):
        compile_module("till.bad", bad, format_of(RP2040))


def test_another_version_of_byte_code_is_refused():
    version, sub_version = own_version()
    require(Format(version, sub_version, ""))
    with pytest.raises(ToolError, match=f"takes .mpy {version}.{sub_version + 1}, this mpy-cross makes"):
        require(Format(version, sub_version + 1, ""))


def test_a_set_is_named_by_all_that_is_in_it():
    one, other = Set("base", {"a": b"1"}), Set("base", {"a": b"2"})
    assert one.folder() != other.folder() != Set("other", {"a": b"2"}).folder()
    assert Set("b", {"a": bytes(4097), "b": b"1"}).blocks(4096) == 3 + 2 + 1


def test_a_stock_image_is_told_what_fits_with_the_numbers():
    first, whole, part = subset.what_fits(facts(b"", 180 * 1024), list(modules(PICO).values()))
    assert "without the till" in first
    assert "180 KB are free" in whole and int(whole.split("would take ")[1].split()[0]) > 180
    assert "--subset drivers" in part and int(part.split("modules, ")[1].split()[0]) < 180


def test_the_subset_is_the_drivers_and_needs_nothing_else():
    named = {target.removesuffix(".py").replace("/", ".") for target in subset.files()}
    known = modules(PICO)
    assert {name for name in known if name.startswith("till.drivers.")} <= named
    assert {needed for name in named for needed in imports(known[name], known)} <= named


def test_a_base_image_goes_onto_the_drive_of_a_board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    class Built:
        folder = tmp_path / "image"

    Built.folder.mkdir()
    (Built.folder / "firmware.uf2").write_bytes(b"UF2\n" * 128)
    made: Any = lambda board, micropython: Built
    monkeypatch.setattr(base, "make", made)
    monkeypatch.setattr(base, "PLACES", (str(tmp_path / "*"),))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ToolError, match="no board waits") as error:
        base.install("pico", "", None, 0)
    assert "hold BOOTSEL" in error.value.do_next
    drive = tmp_path / "RPI-RP2"
    drive.mkdir()
    with pytest.raises(ToolError, match="not the drive of a board"):
        base.install("pico", "", drive, 0)
    (drive / base.MARK).write_text("Model: Raspberry Pi RP2\n")
    assert "copied firmware.uf2" in base.install("pico", "", None, 0)
    assert (drive / "firmware.uf2").read_bytes() == (Built.folder / "firmware.uf2").read_bytes()


def test_a_board_that_nobody_knows_is_refused():
    with pytest.raises(ToolError, match="no board 'toaster'"):
        sources("toaster")
