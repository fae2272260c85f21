"""`picotill update`: a newer version of the till for boards in the field: a key, an update, its signature."""

from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperGroup

KEY = Path("var/update-key.pem")
command = typer.Typer(help="A newer version of the till, over the line.", no_args_is_help=True, cls=TyperGroup)


@command.command()
def key(
    path: Annotated[Path, typer.Option("--key", help="Where the private key goes, readable by its owner only.")] = KEY,
) -> int:
    """Make the key that updates are signed with; what is printed goes into the tills' settings."""
    from tools.update.signing import make_key, modulus

    private = make_key(path)
    print(f"private key: {path}; keep it away from the host and from the tills")
    print(f'for docs/provisioning.md\'s settings: "update_key": "{modulus(private).hex()}"')
    return 0


@command.command()
def build(
    out: Annotated[Path, typer.Argument(help="The file to write, with .update at its end.")],
    base: Annotated[
        Path, typer.Option(help="What the tills have: a folder of build/image, or for laptops a firmware folder.")
    ],
    board: Annotated[str, typer.Option(envvar="BOARD", help="What the tills are: pico, or unix for laptops.")] = "pico",
    source: Annotated[Path | None, typer.Option(help="The newer firmware folder, if not this source tree's.")] = None,
) -> int:
    """Compile the modules that differ from the tills' base image into an update, not signed yet."""
    from tools.image.boards import FIRMWARE
    from tools.update.package import build as built

    package, names = built(board, base, source or FIRMWARE)
    out.write_bytes(package.pack())
    print(f"{out}: version {package.text} for {board} on base {package.base}, {len(names)} modules, "
          f"{len(package.body)} bytes; next: picotill update sign {out}")  # fmt: skip
    return 0


@command.command()
def sign(
    path: Annotated[Path, typer.Argument(help="The update; it is signed in place.")],
    key: Annotated[Path, typer.Option(help="The private key.")] = KEY,
) -> int:
    """Sign an update. From then on a host can offer it: picotill host --updates FOLDER."""
    from tools.update.package import read
    from tools.update.signing import load_key, signed

    package = signed(read(path), load_key(key))
    path.write_bytes(package.pack())
    print(f"{path}: version {package.text}, signed")
    return 0


@command.command()
def show(path: Annotated[Path, typer.Argument(help="An update.")]) -> int:
    """What an update is, and for which tills."""
    from tools.update.package import read

    package = read(path)
    state = f"signed, {8 * len(package.signature)} bits" if package.signature else "not signed"
    print(f"version {package.text} for {package.board} on base {package.base}, {len(package.body)} bytes, {state}")
    return 0
