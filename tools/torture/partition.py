"""The flash model as a block device of MicroPython's extended protocol."""

SECTOR = 4096


class Partition:
    """nor: host_sim.rig.nor.Nor, all of it."""

    def __init__(self, nor):
        self.nor = nor
        self.programs_once = nor.once

    def readblocks(self, block, into, offset=0):
        self.nor.read_into(block * SECTOR + offset, into)

    def writeblocks(self, block, data, offset=0):
        self.nor.program(block * SECTOR + offset, bytes(data))

    def ioctl(self, op, arg):
        if op == 4:
            return self.nor.size // SECTOR
        if op == 5:
            return SECTOR
        if op == 6:
            self.nor.erase(arg * SECTOR)
        return 0
