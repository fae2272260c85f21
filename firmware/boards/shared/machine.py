"""What can be done with a board: its file says what it is, its family's folder how that is done."""

import sys


class Machine:
    """file: a board file, a module with NAME, FAMILY, PINS, BUSES, HAS and PARTITIONS (boards/pico.py)."""

    def __init__(self, file):
        self._file = file
        self.PARTITIONS = file.PARTITIONS

    def _of_family(self, module):
        name = "boards.%s.%s" % (self._file.FAMILY, module)
        __import__(name)
        return sys.modules[name]

    def Board(self, argument=None):
        """Builds the devices and hands them out as .devices."""
        from boards.shared.board import Board

        return Board(self._file, self._of_family("parts"))

    def developer(self):
        """Whether the developer's pin is held to ground."""
        from boards.shared.buses import held

        return held(self._file.PINS["developer"])

    def prepare(self):
        """Before the till is imported: a developer's modules in place of the frozen ones, where the family can load
        them. Returns how many."""
        return self._of_family("start").prepare()

    def early(self, argument=None):
        """The devices that work before the till is loaded, and what builds the board then."""
        return self.service(), self.Board

    def base(self):
        """Identity of the base image: which modules are frozen in it."""
        return __import__("base_set").ID

    def restart(self):
        from boards.shared.buses import restart

        restart()

    def service(self):
        """The devices that work at the prompt, without a till."""
        from boards.shared.service import service

        return service(self._file, self._of_family("flash").Partition)
