"""What the tests need from the system, installed by apt-get on Debian where we may, named everywhere else.

Standard library only. Never fails: a test that lacks something is skipped, and listed at the end with its reason.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path


def _node() -> bool:
    """Node 18 or newer is there."""
    node = shutil.which("node")
    if node is None:
        return False
    said = subprocess.run([node, "--version"], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    major = said.stdout.strip().lstrip("v").split(".")[0]
    return major.isdigit() and int(major) >= 18


def _unifont() -> bool:
    return Path("/usr/share/unifont/unifont.hex").exists()


def _chromium() -> bool:
    return shutil.which("chromium") is not None


def _postgresql() -> bool:
    """A server's programs, of any version."""
    return any(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or shutil.which("initdb") is not None


def _pcscd() -> bool:
    return shutil.which("pcscd", path="/usr/sbin:/usr/bin:/sbin:/bin") is not None


def _vpcd() -> bool:
    return Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so").exists()


def _ccid() -> bool:
    return Path("/usr/lib/pcsc/drivers/serial/libccidtwin.so").exists()


def _winscard() -> bool:
    return Path("/usr/include/PCSC/winscard.h").exists()


def _npm() -> bool:
    return shutil.which("npm") is not None or (Path(__file__).parent.parent / "build/pico/node_modules").exists()


def _chinese_font() -> bool:
    """Where Debian's packages put the fonts that statements are set in."""
    return any(Path("/usr/share/fonts").rglob("NotoSansCJK*")) or any(Path("/usr/share/fonts").rglob("wqy-*.tt[cf]"))


# (Debian package, is it there, what it is for)
PCSC = (
    ("pcscd", _pcscd, "the PC/SC service, for card readers of this machine"),
    ("libccid", _ccid, "PC/SC's drivers for USB and serial readers"),
    ("gcc", lambda: shutil.which("gcc") is not None, "to build pyscard"),
    ("swig", lambda: shutil.which("swig") is not None, "to build pyscard"),
    ("libpcsclite-dev", _winscard, "to build pyscard"),
)
SPARK = (("default-jre-headless", lambda: shutil.which("java") is not None, "Java, to run PySpark"),)
EMULATED = (
    ("nodejs", _node, "Node 18 or newer, for the emulated board's client of the bus"),
    ("npm", _npm, "npm, to get the emulator of the Pico"),
)
NEEDED = (
    *PCSC,
    *EMULATED,
    ("vsmartcard-vpcd", _vpcd, "virtual PC/SC readers, to test with"),
    ("chromium", _chromium, "Chromium, to use the desk as people do"),
    ("postgresql", _postgresql, "PostgreSQL, to run the host on it as several processes would"),
    ("fonts-wqy-microhei", _chinese_font, "a Chinese font, to set statements in Chinese"),
    ("unifont", _unifont, "GNU Unifont, to check that the till's font is the one that `make fonts` makes"),
)


def missing(needed: Sequence[tuple[str, Callable[[], bool], str]] | None = None) -> list[tuple[str, str]]:
    """(package, what for) of everything that is not there."""
    return [(package, purpose) for package, present, purpose in (needed or NEEDED) if not present()]


def installer() -> list[str] | None:
    """The command before `apt-get`, or None where we may not or cannot install."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], stdin=subprocess.DEVNULL, capture_output=True).returncode == 0:
        return [sudo, "-n"]
    return None


def install(packages: list[str]) -> bool:
    """Install Debian packages; False when that is not possible."""
    before = installer()
    if before is None:
        return False
    apt = [*before, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=120"]
    command = [*apt, "install", "--no-install-recommends", *packages]
    for step in (command, [*apt, "update"], command):
        done = subprocess.run(step, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode == 0 and step is command:
            return True
    print(done.stdout[-800:] + done.stderr[-800:], file=sys.stderr)
    return False


def main() -> None:
    """Install what is missing, or say what to install; with an argument only of pcsc, spark or hil (the emulated
    board)."""
    needed = {"pcsc": PCSC, "spark": SPARK, "hil": EMULATED}.get(" ".join(sys.argv[1:]), NEEDED)
    wanted = missing(needed)
    if not wanted:
        return
    packages = [package for package, _ in wanted]
    if installer() is not None:
        print(f"installing {' '.join(packages)} with apt-get ...", flush=True)
        install(packages)
        wanted = missing(needed)
    for package, purpose in wanted:
        print(f"not installed: {package} ({purpose}); on Debian: apt-get install {package}", flush=True)


if __name__ == "__main__":
    main()
