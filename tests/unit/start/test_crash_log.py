"""The crash record: what a power cut leaves first, then counting, then a full sector."""

from crash import TEXT_MOST, CrashLog

PAGES = 16


class Flash:
    """One sector. tear: how much of the next write is done, in bytes; None all of it."""

    def __init__(self):
        self.image = bytearray(b"\xff" * 4096)
        self.tear = None
        self.erases = 0

    def ioctl(self, op, arg):
        if op == 5:
            return 4096
        assert op == 6 and arg == 0
        self.erases += 1
        self.image[:] = b"\xff" * 4096
        return 0

    def readblocks(self, block, into, offset=0):
        into[:] = self.image[offset : offset + len(into)]

    def writeblocks(self, block, data, offset=0):
        assert offset % 256 == 0 and len(data) == 256
        for at in range(256 if self.tear is None else self.tear):
            self.image[offset + at] &= data[at]


def test_a_torn_page_counts_for_nothing_and_the_next_stands_behind_it():
    for tear in (1, 8, 100, 255):
        flash = Flash()
        log = CrashLog(flash)
        log.note("first a.py:1")
        flash.tear = tear
        log.note("torn b.py:2")
        flash.tear = None
        assert (log.row(), log.last()) == (1, "first a.py:1"), tear
        log.note("third c.py:3")
        assert (log.row(), log.last()) == (2, "third c.py:3"), tear


def test_rubbish_is_no_record():
    flash = Flash()
    flash.image[:] = bytes(range(256)) * 16
    log = CrashLog(flash)
    assert (log.row(), log.last()) == (0, "")
    log.note("x")
    assert (log.row(), log.last(), flash.erases) == (1, "x", 1)


def test_faults_in_a_row_and_a_steady_run_between():
    log = CrashLog(Flash())
    assert (log.row(), log.last()) == (0, "")
    log.steady()
    for count in (1, 2, 3):
        log.note("fault %d" % count)
        assert log.row() == count
    log.steady()
    assert (log.row(), log.last()) == (0, "fault 3")
    log.note("again")
    assert (log.row(), log.last()) == (1, "again")


def test_a_steady_run_without_a_fault_before_writes_nothing():
    flash = Flash()
    log = CrashLog(flash)
    log.steady()
    assert flash.image == b"\xff" * 4096
    log.note("x")
    log.steady()
    before = bytes(flash.image)
    log.steady()
    assert bytes(flash.image) == before


def test_the_row_goes_on_when_the_sector_is_full():
    flash = Flash()
    log = CrashLog(flash)
    for count in range(1, 2 * PAGES + 5):
        log.note("fault %d" % count)
        assert (log.row(), log.last()) == (count, "fault %d" % count)
    assert flash.erases == 2


def test_a_long_text_is_cut_and_a_board_without_the_partition_remembers_nothing():
    log = CrashLog(Flash())
    log.note("x" * 500)
    assert log.last() == "x" * TEXT_MOST
    log = CrashLog(None)
    log.note("x")
    log.steady()
    assert (log.row(), log.last()) == (0, "")
