"""A bar of what has been copied: one line that grows on a terminal, one line a module elsewhere."""

import sys

WIDTH = 30


class Progress:
    def __call__(self, name: str, done: int, whole: int) -> None:
        if not sys.stdout.isatty():
            if done == whole:
                print(f"  {name} {whole} bytes", flush=True)
            return
        filled = WIDTH * done // max(whole, 1)
        line = f"\r  [{'#' * filled}{'.' * (WIDTH - filled)}] {name} {done} of {whole} bytes\x1b[K"
        print(line, end="\n" if done == whole else "", flush=True)
