"""MicroPython's `micropython` module for CPython, so that the pure firmware parts run in CPython's unit tests.

`viper` and `native` leave a function as it is; the pointer types that viper code uses without importing them become
builtins that look at the same memory: ptr8, ptr16 and ptr32 are unsigned views, as on the 64-bit unix port. Viper's
arithmetic wraps at the machine word and Python's does not: code that relies on wrapping masks its results.
"""

import builtins


def const(value):
    """The value itself. Source: MicroPython library reference, `micropython.const`."""
    return value


def native(function):
    """The function, unchanged."""
    return function


def viper(function):
    """The function, unchanged; its ptr8, ptr16 and ptr32 are the views below."""
    return function


def _view(code):
    """Make a pointer type: a memoryview of any writable or read-only buffer in units of `code`."""

    def pointer(buffer):
        return memoryview(buffer).cast("B").cast(code)

    return pointer


def opt_level(level=None):
    """No optimisation levels here: 0 when asked, nothing when set."""
    return 0 if level is None else None


def kbd_intr(character):
    """CPython has its own Ctrl-C: nothing to do."""


builtins.ptr8 = _view("B")
builtins.ptr16 = _view("H")
builtins.ptr32 = _view("I")
builtins.uint = int
