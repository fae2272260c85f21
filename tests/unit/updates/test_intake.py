"""Taking updates in: what is refused first, then one that is taken, then the power cut at every write."""

from checks import raises
from till.update.errors import UpdateError
from till.update.header import number_of, version_of
from till.update.slot import TRIALS, Slot
from updates.maker import BASE, MODULUS, SECTOR, SECTORS, Board, Off, package

BODY = bytes([at * 7 & 0xFF for at in range(5000)])
SMALL = bytes(range(200)) + b"\xff" * 300 + b"end"
V2, V3 = 2000, 3000
ROOM = (SECTORS - 1) * SECTOR


def refusal(board, offered, **more):
    return raises(UpdateError, board.intake(**more).offered, offered).args[0]


def test_what_is_not_for_this_till_is_refused_before_anything_is_written():
    board = Board()
    head, _ = package(V2, BODY)
    assert refusal(board, head, modulus=None) == "update-no-key"
    assert refusal(board, head, modulus=MODULUS - 2) == "update-forged"
    for broken in (b"", head[:71], head[:-1], head + b"\0", b"X" + head[1:]):
        assert refusal(board, broken) == "update-damaged"
    for at in range(72):
        changed = head[:at] + bytes((head[at] ^ 1,)) + head[at + 1 :]
        assert refusal(board, changed) in ("update-damaged", "update-forged"), at
    assert refusal(board, package(V2, BODY, board="toaster")[0]) == "update-other"
    assert refusal(board, package(V2, BODY, base="f" + BASE[1:])[0]) == "update-other"
    assert refusal(board, package(V2, BODY, length=ROOM + 1)[0]) == "update-other"
    for version in (0, 999, 1000):
        assert refusal(board, package(version, BODY)[0]) == "update-old"
    assert [flash.count for flash in board.flash] == [0, 0]


def test_a_body_that_is_not_the_signed_one_is_thrown_away():
    board = Board()
    head, _ = package(V2, BODY)
    wrong = BODY[:-1] + b"\0"
    assert raises(UpdateError, board.take, head, wrong).args[0] == "update-damaged"
    assert Slot(board.flash[0]).header() is None and board.start() == "0.1.0"
    assert board.take(head, BODY) == len(BODY)
    assert board.start() == version_of(V2)


def test_more_or_less_than_the_header_says_is_refused():
    board = Board()
    intake = board.intake()
    intake.offered(package(V2, BODY)[0])
    for _ in intake.begin():
        pass
    for data in (b"", BODY + b"\0"):
        assert raises(UpdateError, list, intake.add(data)).args[0] == "update-damaged"
    assert not intake.is_complete()


def test_versions_only_grow_and_slots_take_turns():
    board = Board()
    for number, slot in ((V2, 0), (V3, 1), (V3 + 1, 0), (V3 + 5, 1)):
        board.take(*package(number, SMALL))
        assert board.start() == version_of(number) and board.running == slot
        board.comes_up()
        for old in (number, number - 1, 1000):
            assert refusal(board, package(old, SMALL)[0]) == "update-old"
    assert number_of("1.2.3") == 1002003 and version_of(1002003) == "1.2.3"
    for wrong in ("1.2", "1.2.3.4", "1.2.1000", "1.-2.3", "a.b.c", ""):
        raises(ValueError, number_of, wrong)


def test_one_that_never_comes_up_is_left_after_three_starts_and_not_taken_again():
    board = Board()
    board.take(*package(V2, SMALL))
    board.start()
    board.comes_up()
    board.take(*package(V3, BODY))
    assert [board.start() for _ in range(TRIALS)] == [version_of(V3)] * TRIALS
    assert board.start() == version_of(V2) == board.start()
    assert refusal(board, package(V3, BODY)[0]) == "update-failed"
    board.take(*package(V3 + 1, BODY))
    assert board.start() == version_of(V3 + 1)
    Slot(board.flash[board.running]).found_bad()  # as when it cannot even be loaded
    assert board.start() == version_of(V2)


def test_one_that_came_up_stays_however_often_it_starts():
    board = Board()
    board.take(*package(V2, SMALL))
    board.start()
    board.comes_up()
    assert {board.start() for _ in range(TRIALS + 3)} == {version_of(V2)}


def test_what_another_board_or_nobody_has_accepted_does_not_count():
    board = Board()
    board.take(*package(V2, SMALL))
    flash = board.flash[0]
    for at in range(256, 272):
        flash.image[at] ^= 1
        assert board.start() == "0.1.0"
        flash.image[at] ^= 1
    flash.image[SECTOR + 3] ^= 1  # the body has changed on flash
    assert board.start() == "0.1.0"
    flash.image[SECTOR + 3] ^= 1
    assert board.start() == version_of(V2)


def played(before, how, left):
    """A board on which V2 runs takes V3, and the power goes at the left-th operation from now. Returns the board, or
    None where nothing was left to cut."""
    board = Board()
    board.take(*package(V2, SMALL))
    board.start()
    board.comes_up()
    if before is not None:  # something older lies where the new one goes
        board.flash[1].image[:] = before
    flash = board.flash[1]
    flash.left, flash.part = left, how
    try:
        board.take(*package(V3, BODY))
    except Off:
        return board
    return None


def test_the_power_goes_at_every_write_and_the_till_starts_whole_and_goes_on():
    older = Board()
    older.take(*package(1500, bytes(9000)))
    before = bytes(older.flash[0].image)
    for how in (0, 77, 255):
        left = 0
        asked = []
        while True:
            left += 1
            board = played(before, how, left)
            if board is None:
                break
            assert board.start() in (version_of(V2), version_of(V3)), (how, left)
            if board.version() == version_of(V2):
                asked.append(board.take(*package(V3, BODY)))
                assert board.start() == version_of(V3), (how, left)
            board.comes_up()
            assert board.start() == version_of(V3)
        assert left > 20 and min(asked) <= 256 < max(asked) == len(BODY)  # it goes on, and does not begin anew


def test_the_power_goes_at_the_marks_of_a_start():
    for how in (0, 100, 255):
        for step in range(1, 3):
            board = Board()
            board.take(*package(V2, SMALL))
            flash = board.flash[0]
            flash.left, flash.part = step, how
            try:
                board.start()
                board.comes_up()
            except Off:
                pass
            assert board.start() == version_of(V2), (how, step)
            board.comes_up()
            assert {board.start() for _ in range(TRIALS + 1)} == {version_of(V2)}
