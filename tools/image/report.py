"""What an image takes of a board, beside what the board has."""

from collections.abc import Iterator

from tools.image.boards import ROOT
from tools.image.make import Built


def lines(built: Built) -> Iterator[str]:
    board, told = built.board, built.told
    place = built.folder.relative_to(ROOT)
    heap = told["heap"]["end"] - told["heap"]["start"]
    sectors = sum(count for _, count in told["partitions"].values())
    yield f"{place}/firmware.uf2"
    yield f"flash: image {told['bytes'] // 1024} KB of {told['storage'] // 1024} KB; " \
          f"partitions {sectors * 4} KB of {(board.flash_bytes - told['storage']) // 1024} KB"  # fmt: skip
    yield f"RAM: {board.ram_bytes // 1024} KB, of which MicroPython's heap {heap // 1024} KB"
