"""What lies in a board's file system, read off its flash by MicroPython's unix port: no board is asked."""

import hashlib
import json
import subprocess
from pathlib import Path

from host_sim.rig.nor import Nor
from host_sim.rig.pico.image import SECTOR, Image
from host_sim.rig.supply import micropython

READ = """
import sys, json, binascii, vfs, os
class Cells:
    def __init__(self, path):
        self.cells = open(path, "rb").read()
    def readblocks(self, block, into, offset=0):
        at = block * 4096 + offset
        into[:] = self.cells[at : at + len(into)]
    def writeblocks(self, block, data, offset=0):
        raise OSError(30)
    def ioctl(self, op, arg):
        return len(self.cells) // 4096 if op == 4 else 4096 if op == 5 else 0
found = {}
try:
    vfs.mount(vfs.VfsLfs2(Cells(sys.argv[1]), progsize=256), "/flash")
    for name, kind, *_ in os.ilistdir("/flash"):
        inner = [name + "/" + one[0] for one in os.ilistdir("/flash/" + name)] if kind == 0x4000 else [name]
        for path in inner:
            with open("/flash/" + path, "rb") as file:
                found["/" + path] = binascii.hexlify(file.read()).decode()
except OSError:
    pass
print(json.dumps(found))
"""


def files(nor: Nor, image: Image, folder: Path) -> dict[str, bytes]:
    """Contents by path; nothing where there is no file system yet."""
    first, count = image.address("files"), image.partitions["files"][1] * SECTOR
    script, cells = folder / "read.py", folder / "files.bin"
    script.write_text(READ)
    cells.write_bytes(bytes(nor.image[first : first + count]))
    done = subprocess.run([micropython(), str(script), str(cells)], capture_output=True, text=True, check=True)
    return {path: bytes.fromhex(data) for path, data in json.loads(done.stdout).items()}


def chosen_set(found: dict[str, bytes]) -> tuple[str, bool]:
    """The folder that /current names, and whether all is there that its list names, to the bit."""
    folder = found.get("/current", b"").decode()
    lines = found.get(f"{folder}/SET", b"").decode().splitlines()[1:]
    rows = [line.split() for line in lines]
    whole = all(
        hashlib.sha256(found.get(f"{folder}/{name.replace('.', '-')}.mpy", b"")).hexdigest() == digest
        for digest, name in rows
    )
    return folder, bool(rows) and whole
