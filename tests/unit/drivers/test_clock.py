"""The clock device: time passes while the till computes, and a wait counts from when it begins."""

import asyncio

from till.drivers.clock import Clock, Signal


class Board:
    def __init__(self):
        self.ms = 1000

    def now(self):
        return self.ms

    def sleep(self, until_ms):
        raise AssertionError("nobody rests here")


def waiting(clock, *arguments):
    return asyncio.create_task(clock.wait(*arguments))


def test_a_wait_counts_from_when_it_begins_however_long_was_computed_before():
    board = Board()
    clock = Clock(board.now, board.sleep)

    async def script():
        board.ms += 60  # a slip drawn, say
        wait = waiting(clock, (), 50)
        await asyncio.sleep(0)
        deadline, event = clock._waits[0]
        assert deadline == 1110
        board.ms = 1109
        event.set()  # too early: it goes on waiting
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not wait.done() and clock._waits[0][0] == 1110
        board.ms = 1110
        clock._waits[0][1].set()
        assert await wait is None
        assert not clock._waits

    asyncio.run(script())


def test_a_signal_that_came_with_the_deadline_counts():
    board = Board()
    clock = Clock(board.now, board.sleep)
    signal = Signal()

    async def script():
        wait = waiting(clock, (signal,), 50)
        await asyncio.sleep(0)
        board.ms += 70
        signal.set()
        clock._waits[0][1].set()
        assert await wait is signal

    asyncio.run(script())


def test_date_goes_on_while_the_till_computes():
    board = Board()
    clock = Clock(board.now, board.sleep)
    assert clock.epoch() is None
    board.ms = 5500
    clock.set_local(2026, 11, 23, 9, 0, 0)
    board.ms = 7000
    assert clock.local() == (2026, 11, 23, 9, 0, 2)
