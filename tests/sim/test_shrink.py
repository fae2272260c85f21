"""Delta debugging over a schedule."""

from tools.simulate.shrink import shrink


async def test_only_what_the_failure_needs_is_left():
    asked = []

    async def fails(steps):
        asked.append(list(steps))
        return {3, 17} <= set(steps)

    assert await shrink(range(40), fails, 1000) == [3, 17]
    assert len(asked) < 60


async def test_what_cannot_be_shortened_stays():
    async def fails(steps):
        return len(steps) == 5

    assert await shrink(range(5), fails, 1000) == [0, 1, 2, 3, 4]


async def test_the_number_of_tries_is_bounded():
    asked = 0

    async def fails(steps):
        nonlocal asked
        asked += 1
        return 3 in steps

    left = await shrink(range(1000), fails, 4)
    assert asked == 4 and 3 in left
