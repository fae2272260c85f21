"""Many cuts, by number: every cut follows from the seed and its number alone, on either runtime.

micropython tools/torture/run.py CUTS SEED [once]      from the repository's folder: cuts under MicroPython
"""

import sys

A_DAY = 2000  # cuts of one day; then another day is written
DOUBLE_EVERY = 6  # of six cuts one is a double one: a fifth as many as single ones
_SPREAD = 7919


def plan(cuts):
    """How many tries there are for that many single cuts: a fifth as many double ones come on top."""
    return cuts + cuts // (DOUBLE_EVERY - 1)


def tries(seed, first, last, once=False):
    """Does the tries first..last-1. Yields (number, Verdict or None), a day at a time."""
    from tools.torture.cuts import Cuts
    from tools.torture.day import Day

    for day in range(first // A_DAY, (last + A_DAY - 1) // A_DAY):
        begin, end = max(first, day * A_DAY), min(last, (day + 1) * A_DAY)
        script = Day(seed * 1009 + day, once)
        cuts = Cuts(script)
        for operation, number in sorted([(_operation(script, number), number) for number in range(begin, end)]):
            yield number, _try(cuts, operation, number, seed)


def _operation(script, number):
    """Which operation the power goes at: they all have their turn."""
    return (number % A_DAY) * _SPREAD % len(script.history)


def _try(cuts, operation, number, seed):
    from tools.torture.judge import Verdict

    try:
        one = cuts.double if number % DOUBLE_EVERY == DOUBLE_EVERY - 1 else cuts.single
        one(operation, seed * 1000003 + number)
    except Verdict as verdict:
        return verdict
    return None


def main(arguments):
    """Under MicroPython: prints a line for each verdict, and the figures."""
    cuts, seed, once = int(arguments[0]), int(arguments[1]), "once" in arguments
    failed = done = 0
    for number, verdict in tries(seed, 0, plan(cuts), once):
        done += 1
        if verdict is not None:
            failed += 1
            print("cut %d: %s: %s" % ((number,) + verdict.args))
    print("done %d failed %d" % (done, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    for entry in ("", ".", "firmware"):
        sys.path.append(entry)
    sys.exit(main(sys.argv[1:]))
