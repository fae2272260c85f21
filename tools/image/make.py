"""Builds one image. What was built from the same files before is found again under its digest."""

import fcntl
import hashlib
import json
import os
import re
import shutil
import struct
import subprocess
from pathlib import Path
from typing import NamedTuple

from tools.errors import ToolError
from tools.image import base_set
from tools.image.boards import BOARDS, BUILD, ROOT, Board, image_folder
from tools.image.sources import checkout, debian, run
from tools.image.toolchain import install

EPOCH = "1757548800"  # SOURCE_DATE_EPOCH: the date that MicroPython shows is that of its release
UF2_BLOCK = 256
ROMFS_BYTES = 4096  # a blank sector before the partitions, without which there is no VfsRom


class Built(NamedTuple):
    """folder: with firmware.bin, firmware.uf2 and image.json. told: what image.json says."""

    board: Board
    folder: Path
    told: dict

    def digest(self) -> str:
        return hashlib.sha256((self.folder / "firmware.bin").read_bytes()).hexdigest()


def make(name: str, micropython: str = "", again: bool = False) -> Built:
    """name: of a board. micropython: a checkout, or "". again: from nothing, into a folder of its own."""
    board = BOARDS.get(name)
    if board is None:
        raise ToolError(f"no board '{name}'", f"name one of {', '.join(BOARDS)}")
    if board.port != "rp2":
        what = f"{name} is built by its port's own tools (ESP-IDF), which Debian has not got"
        raise ToolError(what, "use the commands of docs/boards.md, An image")
    if not micropython and not board.packaged:
        what = f"Debian has no sources of the radio of {name} (cyw43-driver)"
        raise ToolError(what, f"give a checkout with its submodules: make image BOARD={name} MICROPYTHON_SRC=path")
    folder = image_folder(board)
    if again or micropython:
        folder = folder.with_name(folder.name + ("-again" if again else "-checkout"))
    BUILD.mkdir(parents=True, exist_ok=True)
    with open(BUILD / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if again or micropython or not (folder / "image.json").exists():
            install()
            _build(board, checkout(micropython) if micropython else debian(), folder, again)
    return Built(board, folder, json.loads((folder / "image.json").read_text()))


def _build(board: Board, sources: Path, folder: Path, fresh: bool) -> None:
    """fresh: from nothing; else what an earlier build has compiled is used again, as ninja finds it current."""
    # its names are collected once for a configuration of the board: another one begins anew
    configured = hashlib.sha256((board.definition / "mpconfigboard.h").read_bytes()).hexdigest()[:8]
    work = BUILD / (f"work-{folder.name}" if fresh else f"work-{board.name}-{configured}-{sources.parent.name}")
    if fresh:
        shutil.rmtree(work, ignore_errors=True)
    environment = {"SOURCE_DATE_EPOCH": EPOCH, "GIT_DIR": str(BUILD / "no-repository")}
    print(f"building MicroPython with the till for {board.name} ...", flush=True)
    jobs = str(os.cpu_count() or 1)
    run(["make", "-C", "mpy-cross", f"-j{jobs}"], sources, "building mpy-cross", environment)
    base_set.write(board, work / "base")
    prefix = f"-ffile-prefix-map={work}=. -ffile-prefix-map={sources}=micropython -ffile-prefix-map={ROOT}=picotill"
    command = [
        "cmake", "-G", "Ninja", "-S", str(sources / "ports" / board.port), "-B", str(work),
        f"-DMICROPY_BOARD={board.definition.name}", f"-DMICROPY_BOARD_DIR={board.definition}",
        f"-DMICROPY_FROZEN_MANIFEST={board.definition / 'manifest.py'}", f"-DMICROPY_MANIFEST_BASE_SET={work / 'base'}",
        "-Dpicotool_FOUND=0",
    ]  # fmt: skip
    flags = {"CFLAGS": prefix, "CXXFLAGS": prefix, "ASMFLAGS": prefix}  # no path of this machine goes into an assert
    run(command, work, "cmake", {**environment, **flags})
    run(["ninja", "-C", str(work)], work, "building the image", environment)
    folder.mkdir(parents=True, exist_ok=True)
    firmware = (work / "firmware.bin").read_bytes()
    room = board.flash_bytes - board.storage_bytes() - ROMFS_BYTES
    if len(firmware) > room:
        raise ToolError(f"the image has {len(firmware)} bytes, {room} are free", "freeze less, or leave it more flash")
    (folder / "firmware.bin").write_bytes(firmware)
    assert board.family is not None
    (folder / "firmware.uf2").write_bytes(uf2(firmware, board.family))
    (folder / "image.json").write_text(json.dumps(_told(board, work, len(firmware)), indent=1))
    if fresh:
        shutil.rmtree(work)


def _told(board: Board, work: Path, length: int) -> dict:
    """What others want to know of the image: where its heap is, and where the partitions begin."""
    elf = str(work / "firmware.elf")
    listed = subprocess.run(["arm-none-eabi-nm", elf], capture_output=True, text=True, check=True).stdout
    symbols = {name: int(value, 16) for value, name in re.findall(r"^([0-9a-f]+) \S (__GcHeap\w+)$", listed, re.M)}
    return {
        "board": board.name,
        "bytes": length,
        "storage": board.flash_bytes - board.storage_bytes(),
        "partitions": board.partitions(),
        "base": base_set.table(base_set.modules(board)).hex(),
        "heap": {"start": symbols["__GcHeapStart"], "end": symbols["__GcHeapEnd"]},
    }


def uf2(firmware: bytes, family: int) -> bytes:
    """A UF2 file for the flash at 10000000. Source: Microsoft's UF2 specification, "File format"."""
    pieces = [firmware[at : at + UF2_BLOCK] for at in range(0, len(firmware), UF2_BLOCK)]
    out = bytearray()
    for number, piece in enumerate(pieces):
        head = (0x0A324655, 0x9E5D5157, 0x2000, 0x10000000 + number * UF2_BLOCK, UF2_BLOCK, number, len(pieces), family)
        out += struct.pack("<8I", *head) + piece.ljust(476, b"\0") + struct.pack("<I", 0x0AB16F30)
    return bytes(out)
