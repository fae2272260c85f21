"""The compiler for the boards, from Debian's packages where we may install them."""

import shutil
from pathlib import Path

from tools import system_packages
from tools.errors import ToolError

NEEDED = (
    ("gcc-arm-none-eabi", "arm-none-eabi-gcc"),
    ("cmake", "cmake"),
    ("ninja-build", "ninja"),
    ("gcc", "gcc"),
    ("make", "make"),
    ("dpkg-dev", "dpkg-source"),
)
LIBRARIES = ("libnewlib-arm-none-eabi", "libstdc++-arm-none-eabi-newlib")


def missing() -> list[str]:
    packages = [package for package, program in NEEDED if shutil.which(program) is None]
    headers = Path("/usr/lib/arm-none-eabi/include"), Path("/usr/include/newlib")
    if "gcc-arm-none-eabi" in packages or not any(path.exists() for path in headers):
        packages += LIBRARIES
    return packages


def install() -> None:
    """ToolError where something lacks and cannot be installed."""
    packages = missing()
    if not packages:
        return
    print(f"installing {' '.join(packages)} with apt-get ...", flush=True)
    if system_packages.installer() is None or not system_packages.install(packages) or missing():
        raise ToolError("the compiler for the boards is not here", f"install it: apt-get install {' '.join(packages)}")
