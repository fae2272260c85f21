"""The ring: what it refuses, what lies on the flash, marks, recovery of each thing that can be torn, room."""

from checks import raises
from journal.torn_flash import SECTOR, TornFlash
from till.journal import layout
from till.journal.errors import JournalError
from till.journal.ring import Ring

KEY = b"journal test key"
# the first record of a journal under that key: kind 10, body "body 1"; a flash in the field must stay readable
GOLDEN = "4a52102f00000001000000000000001000060cf4563861d2b34611a48a3eddba3856b20f5e881ff2c3e7eb26da5634e7"


def opened(flash, key=KEY):
    ring = Ring(flash, key)
    ring.open()
    return ring


def filled(count=5, sectors=6):
    flash = TornFlash(sectors)
    ring = opened(flash)
    for number in range(1, count + 1):
        assert ring.append(0x10, b"body %d" % number, number - 1) == number
    return flash, ring


def contents(ring):
    return [(record.sequence, record.kind, record.ref, record.body()) for record in ring.records()]


# ---- refused


def test_devices_that_are_none():
    raises(JournalError, Ring, TornFlash(5), KEY)
    flash = TornFlash(6)
    flash.ioctl = lambda op, arg: 512 if op == 5 else 64
    raises(JournalError, Ring, flash, KEY)
    raises(ValueError, Ring, TornFlash(6), b"short")


def test_what_is_no_journal_is_left_alone():
    for offset in (20, 300, 5 * SECTOR + 4000):
        flash = TornFlash(6)
        flash.image[offset] = 0
        before = bytes(flash.image)
        assert "not a journal" in str(raises(JournalError, opened, flash))
        assert flash.image == before


def test_a_newer_version_is_left_alone():
    for end in (12, 16):  # where its CRC may stand
        flash, _ = filled()
        header = bytearray(layout.sector_header(1, 0, 0))
        header[3] = 3
        header[end : end + 4] = layout.struct.pack(">I", layout.crc32(bytes(header[:end])))
        flash.image[:20] = header
        before = bytes(flash.image)
        assert "version 3: install the firmware" in str(raises(JournalError, opened, flash))
        assert flash.image == before


def test_another_key_is_refused_by_name():
    flash, _ = filled()
    before = bytes(flash.image)
    assert "another key" in str(raises(JournalError, opened, flash, b"some other key16"))
    assert flash.image == before


def test_arguments():
    _, ring = filled()
    raises(JournalError, ring.append, 0, b"")
    raises(JournalError, ring.append, 256, b"")
    raises(JournalError, ring.append, 1, bytes(layout.BODY_MOST + 1))
    raises(JournalError, ring.mark, 1, 19)
    raises(JournalError, ring.append, 0x20, b"", 1, 3)
    raises(JournalError, ring.append, 0x20, b"", 99, 1)
    raises(JournalError, ring.mark, 1, -1)
    raises(JournalError, ring.mark, 1, 0, 0x55)
    raises(JournalError, ring.mark, 99, 0)
    assert ring.get(99) is None and ring.find(0x10, 99) is None


def test_a_changed_bit_is_never_believed():
    flash, ring = filled(3)
    record = ring.get(2)
    begin = record.sector * SECTOR + layout.start_of(record.page)
    for index in range(layout.HEADER_AT, layout.size_of(record.length)):
        flash.image[begin + index] ^= 0x10
        other = Ring(flash, KEY)
        other.sequences, other.starts, other.first = ring.sequences, ring.starts, ring.first
        other.tail, other.head, other.page = ring.tail, ring.head, ring.page
        found = other.get(2)
        assert found is None or raises(JournalError, found.body)
        flash.image[begin + index] ^= 0x10
    assert ring.get(2).body() == b"body 2"


# ---- as it lies there


def test_golden_bytes():
    flash, ring = filled(1)
    header = bytes.fromhex("50544a020000000100000000" + "00000000")
    assert bytes(flash.image[:20]) == header + layout.struct.pack(">I", layout.crc32(header))
    record = bytes(flash.image[20 : 20 + layout.size_of(6)])
    assert record[:20] == b"\xff" * 20
    assert record[20:28] == bytes(6) + layout.struct.pack(">H", layout.crc32(bytes(6)) & 0xFFFF)
    assert record[28:30] == b"JR" and record[30] == 0x10
    assert record[32:46].hex() == "00000001" + "00000000" + "00000010" + "0006"
    assert record.hex()[56:] == GOLDEN
    assert flash.image[20 + len(record) : SECTOR] == b"\xff" * (SECTOR - 20 - len(record))
    ring.append(0x20, b"it", 1, 2)
    second = bytes(flash.image[256 : 256 + layout.size_of(2)])
    assert second[20:26].hex() == "00000010" + "0400" and ring.get(1).is_marked(2)


def test_records_of_every_size():
    flash = TornFlash(24)
    ring = opened(flash)
    sizes = [0, 1, 15, 16, 17, 176, 177, 192, 193, 432, 433, 448, 449, layout.BODY_MOST - 1, layout.BODY_MOST]
    bodies = [bytes([size & 0xFF]) * size for size in sizes * 4]
    for number, body in enumerate(bodies):
        ring.append(0x20, body, number)
    for reader in (ring, opened(flash)):
        assert [record.body() for record in reader.records()] == bodies
        for record in reader.records():
            assert record.page + record.pages <= 16
    assert ring.get(len(bodies)).copy().body() == bodies[-1]


def test_the_view_is_used_again_and_copy_keeps():
    _, ring = filled(3)
    views = list(ring.records())
    assert views[0] is views[1] is views[2]
    copies = [record.copy() for record in ring.records()]
    assert [record.sequence for record in copies] == [1, 2, 3]
    assert [record.body() for record in copies] == [b"body 1", b"body 2", b"body 3"]
    assert [record.sequence for record in ring.records(2)] == [2, 3]


def test_marks():
    flash, ring = filled(3)
    ring.mark(2, 0)
    ring.mark(2, 16)
    programs = flash.programs
    ring.mark(3, 5)
    assert flash.programs == programs + 1
    for reader in (ring, opened(flash)):
        record = reader.get(2)
        assert [slot for slot in range(17) if record.is_marked(slot)] == [0, 16]
        assert record.body() == b"body 2"
        assert reader.get(3).marks[5] == 0 and not reader.get(1).is_marked(5)


def test_appended_meanwhile_is_not_iterated():
    _, ring = filled(3)
    seen = []
    for record in ring.records():
        seen.append(record.sequence)
        ring.append(0x11, b"more")
        ring.mark(record.sequence, 1)
    assert seen == [1, 2, 3] and len(contents(ring)) == 6
    assert ring.find(0x10, 1).sequence == 2 and ring.find(0x11, 1) is None


# ---- torn


def test_a_record_torn_at_every_byte():
    flash = TornFlash(6)
    ring = opened(flash)
    ring.append(0x10, b"whole")
    before = bytes(flash.image)
    ring.append(0x10, bytes(range(200)))  # two pages
    after = bytes(flash.image)
    begin, end = SECTOR // 16, SECTOR // 16 * 3
    for torn in range(begin, end):
        for bits in (0x00, 0x5A, 0xFF):
            image = bytearray(before)
            image[begin:torn] = after[begin:torn]
            image[torn] = after[torn] | bits
            whole = image == after
            flash.restore(image)
            ring = opened(flash)
            expected = [b"whole", bytes(range(200))] if whole else [b"whole"]
            assert [record.body() for record in ring.records()] == expected, torn
    sequence = ring.append(0x10, b"next")
    assert opened(flash).get(sequence).body() == b"next"


def test_a_torn_mark_counts_and_is_completed():
    flash, ring = filled(3)
    record = ring.get(2)
    at = record.sector * SECTOR + layout.start_of(record.page) + layout.MARKS_AT + 4
    for value in (0xFE, 0x7F, 0xA5, 0x01):
        flash.image[at] = value
        assert opened(flash).get(2).is_marked(4)
        assert flash.image[at] == 0


def test_a_page_begun_that_reads_blank_is_left_out():
    flash, ring = filled(3)
    page = ring.page
    again = opened(flash)
    assert again.page == page + 1
    again.append(0x10, b"further on")
    assert again.get(4).page == page + 1
    assert contents(opened(flash)) == contents(again)


def test_formatting_goes_on_where_it_was_cut():
    flash = TornFlash(8)
    flash.history = []
    opened(flash)
    history, flash.history = flash.history, None
    assert len(history) == 7  # and one lags
    for done in range(len(history)):
        for torn in (0, 7, 15):
            flash.restore()
            for operation in history[:done]:
                flash.apply(operation)
            flash.image[done * SECTOR : done * SECTOR + torn] = history[done][2][:torn]
            ring = opened(flash)
            while ring.reclaim(lambda record: True):
                pass
            for number in range(16):
                ring.append(0x10, b"%d" % number)
            assert len(contents(opened(flash))) == 16


# ---- room


def test_full_is_said_and_nothing_is_erased():
    flash, ring = filled(0)
    count = 0
    while ring.space():
        assert ring.append(0x10, b"x" * 100)
        count += 1
    assert count == (6 - 3) * 16  # one lags, two are kept for reclaiming
    error = raises(JournalError, ring.append, 0x10, b"x")
    assert error.args == ("space", "journal full: settle first")
    assert flash.erases == 0 and len(contents(opened(flash))) == count


def test_reclaiming_keeps_what_lives_and_its_order():
    flash = TornFlash(8)
    ring = opened(flash)
    live = {}
    for number in range(1, 700):
        sequence = ring.append(0x10, b"body %d" % number, number)
        if number % 13 == 0:
            ring.mark(sequence, number % 17)
            live[sequence] = ring.get(sequence).marks
            if len(live) > 20:
                live.pop(min(live))
        erases = flash.erases
        ring.reclaim(lambda record: record.sequence in live)
        assert flash.erases - erases <= 1
        if number % 100 == 0:
            ring = opened(flash)
        kept = [record.sequence for record in ring.records() if record.sequence in live]
        assert kept == sorted(live), number
        order = [record.sequence for record in ring.records()]
        assert order == sorted(order)
    for sequence in live:
        record = ring.get(sequence)
        assert record.body() == b"body %d" % record.ref and record.marks == live[sequence]
    assert max(flash.sector_erases) - min(flash.sector_erases) <= 1


def test_a_record_that_is_gone_is_not_what_lies_in_its_place_now():
    flash = TornFlash(6)
    ring = opened(flash)
    held = ring.get(ring.append(0x10, b"the first", 0))
    newest = 1
    while not (newest > 16 and [one for one in ring.records() if (one.sector, one.page) == (held.sector, held.page)]):
        newest = ring.append(0x10, b"later", 0)
        while ring.reclaim(lambda record, kept=newest - 3: record.sequence > kept):
            pass
        assert newest < 1000
    assert ring.get(1) is None
    assert "the record has moved" in str(raises(JournalError, held.body))


def test_many_copies_come_in_order():
    flash = TornFlash(16)
    ring = opened(flash)
    live = []
    for number in range(1, 500):
        sequence = ring.append(0x10, b"%d" % number)
        if number % 3 == 0 and len(live) < 90:
            live.append(sequence)
        ring.reclaim(lambda record: record.sequence in live)
    assert sum(1 for record in ring.records() if record.copied) > 64  # more than are looked up at a time
    order = [record.sequence for record in ring.records() if record.sequence in live]
    assert order == live
    assert next(ring.records(live[40])).sequence == live[40]


def test_a_ring_of_nothing_but_live_records_is_not_copied_for_ever():
    flash, ring = filled(0)
    while ring.space():
        ring.append(0x10, b"x")
    for _ in range(100):
        if not ring.reclaim(lambda record: True):
            break
    assert flash.erases <= 2 * 6
    assert not ring.reclaim(lambda record: True)


def test_a_sector_that_holds_nothing_is_passed_over():
    flash = TornFlash(8)
    flash.stuck = (1,)
    ring = opened(flash)
    for number in range(1, 400):
        newest = ring.append(0x10, b"%d" % number)
        ring.reclaim(lambda record, newest=newest: record.sequence > newest - 7)
    bodies = [record.body() for record in opened(flash).records()]
    assert bodies[-5:] == [b"395", b"396", b"397", b"398", b"399"]


def test_a_sector_that_fails_while_written_to():
    """It is left, what is marked in it goes forward with its mark, and in time the log leaves it for good."""
    flash, ring = filled(3, 8)
    flash.stuck = (0,)
    assert ring.append(0x10, b"x") == 4
    ring.mark(1, 1)
    ring.mark(1, 5)
    for reader in (ring, opened(flash)):
        assert [record.sequence for record in reader.records()] == [1, 2, 3, 4]
        assert reader.get(1).is_marked(1) and reader.get(1).is_marked(5) and not reader.get(1).is_marked(2)
        assert reader.get(1).body() == b"body 1" and reader.get(4).sector == reader.get(1).sector == 1
    live = [1, 3]
    for number in range(5, 600):
        newest = ring.append(0x10, b"%d" % number)
        ring.reclaim(lambda record, newest=newest: record.sequence in live or record.sequence > newest - 5)
        if number % 100 == 0:
            ring = opened(flash)
            assert [record.body() for record in ring.records()][:2] == [b"body 1", b"body 3"]
    assert flash.sector_erases[0] > 1 and flash.sector_erases[2] > 4


def test_a_board_of_worn_sectors_says_so():
    flash, ring = filled(3, 12)
    flash.stuck = tuple(range(12))
    assert "worn" in str(raises(JournalError, ring.append, 0x10, b"x"))
    flash.stuck = ()
    assert len(contents(opened(flash))) == 3
