"""The release image that the emulated boards of the tests run."""

import pytest

from host_sim.rig.pico.emulator import EmulatorMissing, find
from host_sim.rig.pico.image import Image, ImageError, load
from tools.image.boards import BOARDS, image_folder


def pico_image() -> Image:
    """The image of the sources as they are. Skips where it, or the emulator, is not here."""
    try:
        find()
        return load(image_folder(BOARDS["pico"]))
    except (EmulatorMissing, ImageError) as error:
        pytest.skip(str(error))
