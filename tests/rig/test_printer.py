import io
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from host_sim.rig.paper import CELL_DOTS, INK, MARGIN_DOTS, PAPER, PX, Raster
from host_sim.rig.printer import EscPosPrinter, Line
from host_sim.rig.screen import Glyphs, load_glyphs
from host_sim.rig.uart import Line as Wire
from host_sim.rig.world import World

INIT, CHINESE, LATIN, CUT = b"\x1b@", b"\x1c&", b"\x1c.", b"\x1dV\x01"


def printer():
    world = World(datetime(2026, 11, 23, 1, tzinfo=UTC))
    machine = EscPosPrinter(world)
    Wire(world, machine, world.changed).open(115200)
    return machine


def lines(data):
    machine = printer()
    machine.receive(INIT + data + CUT)
    assert machine.unknown == 0 and len(machine.slips) == 1
    return machine.slips[0].lines


def test_lines_of_plain_text():
    assert lines(b"SALE\r\n\nTotal  1.00\n") == [
        Line("SALE", False, False, "left"), Line("", False, False, "left"), Line("Total  1.00", False, False, "left")
    ]  # fmt: skip


def test_what_is_on_the_line_is_printed_by_the_cut():
    assert [line.text for line in lines(b"abc")] == ["abc"]


def test_bold_size_and_alignment():
    data = (
        b"\x1bE\x01bold\n\x1bE\x00"
        + b"\x1d!\x11big\n\x1d!\x00"
        + b"\x1b!\x10tall\n\x1b!\x28wide\n\x1b!\x00"
        + b"\x1ba\x01mid\n\x1ba\x32end\n\x1ba\x00"
        + b"half \x1bE\x01bold\n"
    )
    assert lines(data) == [
        Line("bold", True, False, "left"), Line("big", False, True, "left"), Line("tall", False, True, "left"),
        Line("wide", True, True, "left"), Line("mid", False, False, "center"), Line("end", False, False, "right"),
        Line("half bold", True, False, "left"),
    ]  # fmt: skip


def test_alignment_counts_only_at_the_beginning_of_a_line():
    assert [line.align for line in lines(b"a\x1ba\x01b\nc\n")] == ["left", "left"]


def test_chinese_and_latin():
    data = CHINESE + "消费".encode("gb18030") + LATIN + b" 12.00\n" + b"\xb3\n"
    assert [line.text for line in lines(data)] == ["消费 12.00", "│"]  # code page 437 outside Chinese mode


def test_esc_at_leaves_chinese_mode_and_every_style():
    data = CHINESE + b"\x1bE\x01\x1d!\x33\x1ba\x02" + INIT + b"A\xb3\n"
    assert lines(data) == [Line("A│", False, False, "left")]


def test_bytes_that_are_no_character_are_counted():
    machine = printer()
    machine.receive(CHINESE + b"\xff\xff" + b"\xc4\x20A\n" + CUT)
    assert machine.garbled == 2
    assert machine.slips[0].lines[0].text == "\ufffd\ufffdA"


def test_a_line_breaks_where_the_paper_ends():
    machine = printer()
    machine.receive(b"x" * 33 + b"\n" + b"\x1d!\x10" + b"y" * 17 + b"\n\x1d!\x00")
    machine.receive(CHINESE + "中".encode("gb18030") * 16 + "国".encode("gb18030") + b"\n" + CUT)
    assert [line.text for line in machine.slips[0].lines] == ["x" * 32, "x", "y" * 16, "y", "中" * 16, "国"]
    assert machine.wrapped == 3


def test_tabs_go_to_every_eighth_column():
    assert [line.text for line in lines(b"ab\tc\t\td\n")] == ["ab      c               d"]


@pytest.mark.parametrize("data", [b"a\nb" + CUT, CHINESE + "凭证号".encode("gb18030") + b" 000012\x1bE\x01!\n" + CUT])
def test_bytes_may_come_one_by_one(data):
    whole, single = printer(), printer()
    whole.receive(data)
    for byte in data:
        single.receive(bytes([byte]))
    assert whole.slips[0].lines == single.slips[0].lines and single.unknown == 0


def test_each_cut_ends_a_slip_and_is_told():
    machine, told = printer(), []
    machine.cut = told.append
    machine.receive(b"one\n" + CUT + b"two\n\x1dV\x42\x30three\n")
    assert [slip.text() for slip in machine.slips] == ["one", "two"] and told == machine.slips
    assert machine.slips[1].parts[-1] == 0x30
    assert [line.text for line in machine.paper.lines] == ["three"]
    machine.receive(CUT + CUT + b"\x1bd\x04" + CUT)
    assert len(machine.slips) == 3 and machine.blank_cuts == 2


def test_feeds_are_paper_without_lines():
    machine = printer()
    machine.receive(b"a\x1bd\x02b\x1bJ\x07" + CUT)
    assert machine.slips[0].text() == "a\nb" and [p for p in machine.slips[0].parts if isinstance(p, int)] == [60, 7]


def test_a_raster_picture():
    machine = printer()
    machine.receive(b"above\x1dv0\x00\x02\x00\x03\x00")
    machine.receive(b"\xff\x00\x0a\x1b\x10\x04" + b"below\n" + CUT)  # data that looks like commands
    parts = machine.slips[0].parts
    assert parts[1] == Raster(2, 3, b"\xff\x00\x0a\x1b\x10\x04", "left")
    assert machine.slips[0].text() == "above\nbelow" and machine.unknown == 0


# mode, width in bytes, rows
@pytest.mark.parametrize(
    "mode, width, rows", [(0, 0, 1), (0, 1, 0), (5, 1, 1), (0, 73, 1), (0, 1, 2305), (0, 0xFFFF, 0xFFFF)]
)
def test_a_raster_that_does_not_fit_is_counted_and_passed_over(mode, width, rows):
    machine = printer()
    machine.receive(b"\x1dv0" + bytes([mode, width & 255, width >> 8, rows & 255, rows >> 8]) + b"ok\n" + CUT)
    assert machine.unknown == 1 and machine.slips[0].text() == "ok"


@pytest.mark.parametrize(
    "data, unknown", [(b"\x1bz", 1), (b"\x1dq\x1cq", 2), (b"\x10\x14", 1), (b"\x07", 1), (b"\x1dV\x09", 1)]
)
def test_sequences_it_does_not_know_are_counted_and_passed_over(data, unknown):
    machine = printer()
    machine.receive(data + b"ok\n" + CUT)
    assert machine.unknown == unknown and machine.slips[0].text() == "ok"


def test_settings_without_effect_on_paper_are_known():
    settings = b"\x1b2\x1b3\x1e\x1bt\x00\x1bR\x0f\x1b \x00\x1bM\x00\x1bc5\x00\x1bp\x00\x32\x32\x1dL\x00\x00"
    assert lines(settings + b"ok")[0].text == "ok"


# ---- status
@asynccontextmanager
async def desk():
    world = World(datetime(2026, 11, 23, 1, tzinfo=UTC))
    machine = EscPosPrinter(world)
    wire = Wire(world, machine, world.changed)
    wire.open(115200)
    world.open()
    world.begin()
    try:
        yield world, machine, wire
    finally:
        world.end()
        await world.close()


async def asked(world, wire, data):
    wire.from_till(data)
    await world.sleep(50_000)
    return wire.take(100)


@pytest.mark.parametrize("what, good, empty", [(1, 0x12, 0x1A), (2, 0x12, 0x32), (3, 0x12, 0x12), (4, 0x12, 0x72)])
async def test_status_in_real_time(what, good, empty):
    async with desk() as (world, machine, wire):
        question = b"\x10\x04" + bytes([what])
        assert await asked(world, wire, question) == bytes([good])
        machine.paper_out = True
        assert await asked(world, wire, question) == bytes([empty])
        machine.paper_out = False
        assert await asked(world, wire, question) == bytes([good])
        assert await asked(world, wire, b"\x10\x04\x09") == b"" and machine.unknown == 1


async def test_without_paper_it_waits_and_goes_on():
    async with desk() as (world, machine, wire):
        wire.from_till(b"one\n")
        await world.sleep(10_000)
        machine.paper_out = True
        assert await asked(world, wire, b"two\n\x10\x04") == b""
        assert await asked(world, wire, b"\x04three\n" + CUT) == b"\x72"  # the question came in two pieces
        assert machine.slips == [] and machine.paper.text() == "one"
        machine.paper_out = False
        assert machine.slips[0].text() == "one\ntwo\nthree" and machine.unknown == 0
        assert await asked(world, wire, b"\x1dr\x01") == b"\x00"


async def test_the_buffer_without_paper_is_bounded():
    async with desk() as (world, machine, wire):
        machine.paper_out = True
        await asked(world, wire, b"x\n" * 3000)
        await world.sleep(1_000_000)
        assert machine.lost == 6000 - 4096
        machine.paper_out = False
        assert len(machine.paper.lines) == 2048


def test_another_baud_rate_prints_nothing():
    machine = printer()
    machine.line.open(9600)
    machine.receive(b"abc\n")
    assert machine.garbled == 4 and machine.paper.parts == []


def test_power_lost_loses_the_line_but_not_the_paper():
    machine = printer()
    machine.receive(b"\x1bE\x01one\ntw")
    machine.reset()
    machine.receive(b"three\n")
    assert [(line.text, line.bold) for line in machine.paper.lines] == [("one", True), ("three", False)]
    slip = machine.tear()
    assert slip is machine.slips[0] and machine.tear() is None


# ---- the picture
def test_the_picture_shows_glyphs_three_times_as_large_as_they_are():
    glyphs = Glyphs(["0041:" + "80" * 16, "4E2D:" + "8000" * 16])
    machine = printer()
    machine.receive(b"\x1ba\x02A" + CHINESE + "中".encode("gb18030") + b"\n" + CUT)
    picture = Image.open(io.BytesIO(machine.slips[0].png(glyphs)))
    assert picture.size == ((384 + 2 * MARGIN_DOTS) * PX, (30 + 2 * MARGIN_DOTS) * PX)
    assert {picture.getpixel((x, 60)) for x in range(MARGIN_DOTS * PX)} == {PAPER}
    inked = [x for x in range(picture.width) if picture.getpixel((x, (MARGIN_DOTS + 15) * PX)) == INK]
    first = (MARGIN_DOTS + 384 - 3 * CELL_DOTS) * PX
    assert inked == [first + n for n in (0, 1, 2)] + [first + CELL_DOTS * PX + n for n in (0, 1, 2)]


def test_a_narrow_glyph_stands_in_the_middle_of_two_cells():
    machine = printer()
    machine.receive(CHINESE + "×".encode("gb18030") + b"\n" + CUT)
    picture = Image.open(io.BytesIO(machine.slips[0].png(Glyphs(["00D7:" + "80" * 16]))))
    inked = [x for x in range(picture.width) if picture.getpixel((x, (MARGIN_DOTS + 15) * PX)) == INK]
    assert inked == [(MARGIN_DOTS + CELL_DOTS // 2) * PX + n for n in (0, 1, 2)]


def test_a_character_without_glyph_is_a_box_and_blank_is_blank():
    machine = printer()
    machine.receive(b"? \n" + CUT)
    picture = Image.open(io.BytesIO(machine.slips[0].png(Glyphs([]))))
    inked = {x for x in range(picture.width) for y in range(picture.height) if picture.getpixel((x, y)) == INK}
    assert inked and max(inked) < (MARGIN_DOTS + CELL_DOTS) * PX


def test_the_same_slip_is_the_same_picture():
    data = b"\x1dB\x01 A \x1dB\x00\x1b-\x01u\x1b-\x00\n\x1dv0\x00\x01\x00\x02\x00\xaa\x55" + CUT
    pictures = []
    for _ in range(2):
        machine = printer()
        machine.receive(data)
        pictures.append(machine.slips[0].png(load_glyphs()))
    assert pictures[0] == pictures[1]


@given(st.lists(st.binary(max_size=80), max_size=20), st.booleans())
def test_no_bytes_upset_it(chunks, empty):
    machine = printer()
    machine.paper_out = empty
    for chunk in chunks:
        machine.receive(chunk)
    machine.paper_out = False
    assert len(machine._buffer) < 8 + 72 * 2304
    assert len(machine.paper.lines) + sum(len(slip.lines) for slip in machine.slips) <= sum(map(len, chunks))


@given(st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=32))
def test_text_comes_out_as_it_went_in(text):
    assert lines(text.encode() + b"\n")[0].text == text
