"""A newer version of the till, made from a copy of this source tree, and what offers it."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from tools.image.boards import FIRMWARE
from tools.update.package import build
from tools.update.signing import load_key, make_key, modulus, signed

NEWER = "0.2.0"
SIGN_ON_OLD, SIGN_ON_NEW = "sign-on|签到|Sign on", "sign-on|新签到|Sign on 2"
"""A text that the newer version shows in the menu."""


def newer_tree(folder: Path, version: str = NEWER, changes: Mapping[str, tuple[str, str]] | None = None) -> Path:
    """A firmware folder of that version. changes: by path, what is replaced by what."""
    shutil.copytree(FIRMWARE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    first = {"till/version.py": ('"0.1.0"', f'"{version}"'), "till/ui/strings.py": (SIGN_ON_OLD, SIGN_ON_NEW)}
    for path, (old, new) in {**first, **(changes or {})}.items():
        text = (folder / path).read_text()
        assert old in text, path
        (folder / path).write_text(text.replace(old, new, 1))
    return folder


class Maker:
    """Who makes the tills. folder: its key is there, and what it gives the host to offer."""

    def __init__(self, folder: Path):
        self.folder, self.offers = folder, folder / "offers"
        self.offers.mkdir(parents=True)
        self.key = load_key(folder / "key.pem") if (folder / "key.pem").exists() else make_key(folder / "key.pem")

    def settings(self) -> dict[str, str]:
        """What the tills are told of the key."""
        return {"update_key": modulus(self.key).hex()}

    def publish(self, tree: Path, board: str = "unix", base: Path = FIRMWARE) -> Path:
        """Builds and signs what is newer in a tree; the host offers it."""
        package, _ = build(board, base, tree)
        path = self.offers / f"{package.text}-{board}.update"
        path.write_bytes(signed(package, self.key).pack())
        return path
