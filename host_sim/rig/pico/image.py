"""A release image of the till for the Raspberry Pi Pico, and where things lie in the flash behind it."""

import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

FLASH_BYTES = 2 * 1024 * 1024
SECTOR = 4096
SECRET_MAGIC = b"PTSECRET"


class ImageError(Exception):
    """An image that cannot be used. args: why, and what to do."""


class Image(NamedTuple):
    """firmware: the bytes from the flash's start on. heap: addresses of MicroPython's heap (start, end). storage: where
    the partitions begin in the flash. partitions: (first sector, sectors) from there, by name."""

    firmware: bytes
    heap: dict[str, int]
    storage: int
    partitions: Mapping[str, tuple[int, int]]

    def address(self, partition: str) -> int:
        return self.storage + self.partitions[partition][0] * SECTOR

    def put(self, flash: bytearray) -> None:
        """Flashes the firmware, as the boot ROM would; what lies behind it stays."""
        flash[: len(self.firmware)] = self.firmware

    def put_secret(self, flash: bytearray, secret: bytes) -> None:
        """The board's secret, as the board itself would have made it (firmware/boards/shared/secret.py)."""
        body = SECRET_MAGIC + secret
        record = body + zlib.crc32(body).to_bytes(4, "little")
        self._put(flash, "secret", record.ljust(SECTOR, b"\xff"))

    def put_settings(self, flash: bytearray, sectors: bytes) -> None:
        self._put(flash, "settings", sectors)

    def _put(self, flash: bytearray, partition: str, data: bytes) -> None:
        if len(data) > self.partitions[partition][1] * SECTOR:
            raise ImageError(f"{len(data)} bytes do not fit the partition {partition}: give it more sectors")
        flash[self.address(partition) : self.address(partition) + len(data)] = data


def load(folder: Path) -> Image:
    """The image that `make image` left in a folder: firmware.bin and image.json."""
    try:
        told = json.loads((folder / "image.json").read_text())
        firmware = (folder / "firmware.bin").read_bytes()
    except OSError as error:
        raise ImageError(f"no image in {folder.name} ({error.strerror}): run `make image BOARD=pico`") from None
    partitions = {name: (first, count) for name, (first, count) in told["partitions"].items()}
    return Image(firmware, told["heap"], told["storage"], partitions)
