"""Trace numbers (F11): each message its own, none that an undecided payment still holds."""

from micropython import const

from till.journal.shelf import Shelf

TRACE_MOST = const(999999)


class Traces(Shelf):
    """trace: the last number given out."""

    def __init__(self, ring):
        Shelf.__init__(self, ring)
        self.trace = 0
        self._taken_trace = None  # the next one that may not be used, 0 for none, None where it is not known

    def coming_trace(self):
        """The number that next_trace() would give, without taking it."""
        trace = self.trace
        while True:
            trace += 1
            if trace > TRACE_MOST:
                trace, self._taken_trace = 1, None
            if self._taken_trace is None:
                self._taken_trace = self._open_trace_from(trace)
            if trace != self._taken_trace:
                return trace
            self._taken_trace = None

    def next_trace(self):
        """F11 of the next message: 1..999999, passing over any that an undecided payment holds."""
        self.trace = self.coming_trace()
        return self.trace

    def _open_trace_from(self, trace):
        lowest = 0
        for payment in self.undecided():
            if payment.trace >= trace and (not lowest or payment.trace < lowest):
                lowest = payment.trace
        return lowest
