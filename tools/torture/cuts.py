"""Cuts of a day: the flash as it was before an operation, that operation not begun, torn or done, and the verdict."""

from host_sim.rig.nor import AFTER, BEFORE, SCATTERED, TORN, Nor
from tools.torture.chance import Chance
from tools.torture.judge import judge
from tools.torture.world import World

HOWS = (TORN, TORN, SCATTERED, BEFORE, AFTER)


class Cuts:
    """day: Day. The flash goes through it once; cuts must come in the order of their operations."""

    def __init__(self, day):
        self.day = day
        self._base = Nor(day.sectors * 4096, Chance(0), once=day.once)
        self._world = World()
        self._done = self._told = 0
        self._flash = Nor(day.sectors * 4096, Chance(0), once=day.once)

    def _upto(self, operation):
        while self._done < operation:
            self._base.apply(self.day.history[self._done])
            self._done += 1
        log = self.day.log
        while self._told < len(log) and log[self._told][0] <= operation:
            self._world.apply(log[self._told][1])
            self._told += 1

    def prepare(self, operation, seed):
        """The flash after the cut, and the world as it was. seed: of what the tear leaves."""
        self._upto(operation)
        chance = Chance(seed)
        flash = self._flash
        flash.random = chance
        flash.restore(self._base.snapshot())
        flash.noisy = bool(seed & 1)
        flash.apply(self.day.history[operation], HOWS[chance.randrange(len(HOWS))])
        return flash, self._world.copy(), chance

    def single(self, operation, seed):
        """One cut. Raises Verdict."""
        flash, world, _ = self.prepare(operation, seed)
        judge(flash, world)

    def double(self, operation, seed):
        """The same, and a second cut while the till starts again or finishes what waits. Raises Verdict."""
        flash, world, chance = self.prepare(operation, seed)
        second_cut(flash, world, chance)
        judge(flash, world)


def second_cut(flash, world, chance):
    """Starts the till, and cuts the power at one of its first operations."""
    from host_sim.rig.nor import PowerCut
    from tools.torture.shop import Shop

    flash.cut(1 + chance.randrange(12), HOWS[chance.randrange(3)])
    try:
        shop = Shop(flash, world)
        if not shop.book.settling:
            shop.drain()
    except PowerCut:
        pass
    flash.cut(0, AFTER)
