"""MicroPython's sources: a checkout of the user's, or Debian's source packages put together as the rp2 port wants them.

Debian has no binary packages of MicroPython's ports to boards, but the sources of all parts: micropython, pico-sdk,
tinyusb, mbedtls. They come through the machine's own apt, from the mirror that it is set up with, into build/image.
Only the compiler is installed (tools/image/toolchain.py).
"""

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

from tools.errors import ToolError
from tools.image.boards import BUILD

VERSIONS = {
    "micropython": "1.26.1+ds-1",
    "pico-sdk-source": "2.1.1-1",
    "tinyusb-source": "0.18.0+dfsg-1",
    "mbedtls": "3.6.6-0.1~deb13u1",
}
PACKAGES, SOURCES = ("pico-sdk-source", "tinyusb-source"), ("micropython", "mbedtls")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
INSTEAD = "or give a checkout: make image MICROPYTHON_SRC=path"


def run(command: list[str], folder: Path, what: str, environment: dict[str, str] | None = None) -> None:
    """Quietly; the end of what it said goes into the error. ToolError when it fails."""
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **(environment or {})}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
    )  # fmt: skip
    if done.returncode:
        last = next((line for line in reversed(done.stdout.splitlines()) if line.strip()), "it said nothing")
        (BUILD / "failed.log").write_text(done.stdout)
        raise ToolError(f"{what} failed ({last.strip()[:200]})", "read build/image/failed.log, and try again")


def mirror() -> str:
    """Where this machine's own apt takes Debian from."""
    for path in (*Path("/etc/apt/sources.list.d").glob("*.sources"), Path("/etc/apt/sources.list")):
        if not path.exists():
            continue
        for line in path.read_text().splitlines():
            found = re.match(r"(?:URIs:|deb)\s+(?:\[[^]]*\]\s+)?(\S*/debian/?)(?:\s|$)", line)
            if found:
                return found[1]
    raise ToolError("this machine has no Debian mirror in /etc/apt", f"use Debian, {INSTEAD}")


def checkout(path: str) -> Path:
    """A user's own sources."""
    root = Path(path).expanduser().resolve()
    if not (root / "py" / "mpconfig.h").exists():
        raise ToolError(f"{path} is no checkout of MicroPython", "name the folder that has py/ and ports/")
    if not (root / "lib" / "tinyusb" / "src").exists():
        raise ToolError(f"{path} lacks its submodules", "run there: make -C ports/rp2 submodules")
    return root


def debian() -> Path:
    """Debian's sources, unpacked and joined, in build/image; done once for these versions."""
    key = hashlib.sha256(repr(sorted(VERSIONS.items())).encode()).hexdigest()[:12]
    root = BUILD / f"sources-{key}"
    if (root / "ready").exists():
        return root / "micropython"
    if shutil.which("apt-get") is None or shutil.which("dpkg-source") is None or not KEYRING.exists():
        raise ToolError("no apt-get and dpkg-source here", f"use Debian with dpkg-dev, {INSTEAD}")
    shutil.rmtree(root, ignore_errors=True)
    _download(root)
    _join(root)
    (root / "ready").touch()
    return root / "micropython"


def _download(root: Path) -> None:
    apt = root / "apt"
    for folder in ("lists/partial", "cache/archives/partial"):
        (apt / folder).mkdir(parents=True)
    address = mirror()
    lines = [f"{kind} [signed-by={KEYRING}] {address} {suite} main\n" for kind, suite in
             (("deb", "trixie"), ("deb-src", "trixie"), ("deb-src", "sid"))]  # fmt: skip
    (apt / "sources.list").write_text("".join(lines))
    options = [
        "-qq", "-o", f"Dir::State::lists={apt / 'lists'}", "-o", f"Dir::Etc::sourcelist={apt / 'sources.list'}",
        "-o", "Dir::Etc::sourceparts=-", "-o", f"Dir::Cache={apt / 'cache'}", "-o", "APT::Sandbox::User=root",
    ]  # fmt: skip
    print("getting MicroPython's sources through apt-get ...", flush=True)
    run(["apt-get", *options, "update"], root, "apt-get update")
    named = [f"{name}={VERSIONS[name]}" for name in PACKAGES]
    run(["apt-get", *options, "download", *named], root, "apt-get download")
    named = [f"{name}={VERSIONS[name]}" for name in SOURCES]
    run(["apt-get", *options, "source", "--download-only", *named], root, "apt-get source")


def _join(root: Path) -> None:
    for name in PACKAGES:
        (found,) = root.glob(f"{name}_*.deb")
        run(["dpkg", "-x", str(found), str(root / name)], root, f"unpacking {name}")
    for name in SOURCES:  # without Debian's patches: they are for the unix port
        (found,) = root.glob(f"{name}_*.dsc")
        command = ["dpkg-source", "--no-check", "--skip-patches", "-x", found.name, name]
        run(command, root, f"unpacking {name}")
    sdk = root / "pico-sdk-source/usr/src/pico-sdk"
    tinyusb = root / "tinyusb-source/usr/src/tinyusb"
    _link(sdk / "lib/tinyusb", tinyusb)
    lib = root / "micropython/lib"
    for name, target in (("pico-sdk", sdk), ("tinyusb", tinyusb), ("mbedtls", root / "mbedtls")):
        _link(lib / name, target)
    (lib / "micropython-lib").mkdir(exist_ok=True)
    (lib / "micropython-lib/README.md").write_text("nothing of it is used\n")  # the build looks for this file
    shutil.rmtree(root / "apt")


def _link(place: Path, target: Path) -> None:
    if place.is_symlink():
        place.unlink()
    elif place.is_dir():
        place.rmdir()
    place.symlink_to(target)
