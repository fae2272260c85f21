"""One business day on the real firmware, and the proof that everybody counted the same."""

from tools.demo.command import command

__all__ = ["command"]
