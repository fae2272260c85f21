"""`picotill`: every tool under one name. Modules are imported when their command runs, so that --help is at once.

Exit status: 0 done, 1 it failed (one line says what, one what to do next), 2 the command line was wrong, 130 Ctrl-C.
"""

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from tools.errors import ToolError

# name: (module, attribute, line of help). The attribute is a function, a Typer or a command, with its own options.
LAZY = {
    "card": ("tools.card", "command", "The test cards of the rack: list, make, show."),
    "demo": ("tools.demo", "command", "Play one business day on the real firmware and balance it."),
    "flash": ("tools.flash", "command", "Put the till of this source tree on a board."),
    "image": ("tools.image", "command", "Build a release image of the till for a board."),
    "host": ("tools.host", "command", "Serve terminals: the settlement host alone, on SQLite or PostgreSQL."),
    "provision": ("tools.provision", "command", "Give a till on a board its settings and its master key."),
    "diagnose": ("tools.diagnose", "command", "What a board tells of itself: heap, flash, journal, check values."),
    "line": ("tools.line", "command", "Carry the serial line of a till without a radio on to its host."),
    "reset": ("tools.reset", "command", "Back to the factory: the keys of a till on a board go, if nothing waits."),
    "run": ("tools.run", "command", "Open the desk: the whole system on one web page."),
    "update": ("tools.update", "command", "A newer version of the till, over the line: make, sign, look at one."),
    "torture": ("tools.torture.command", "command", "Cut the power of the journal, a hundred thousand times."),
    "simulate": ("tools.simulate.command", "command", "Many tills and one host, and everything fails."),
    "simulate-defects": ("tools.simulate.defences", "command", "Plant defects and see the simulation find each."),
    "flash-figures": ("tools.torture.figures", "command", "What a transaction costs the flash, beside littlefs."),
    "queue": ("tools.queue_file", "command", "What a till handed over in a file: open it, feed it to the host."),
    "scan": ("tools.secrets_scan", "command", "Look for card data and keys in files, in every usual encoding."),
    "emv-figures": ("tools.emv_figures", "command", "Commands, bytes and kernel time of recorded payments."),
    "replay": ("tools.replay", "command", "Play a recorded card to the till's kernel, as JSON."),
    "tlv": ("tools.tlv", "command", "Name the data objects of a card, as JSON."),
    "reconcile": ("tools.reconcile.command", "command", "Take in clearing files, show differences, repair them."),
    "pcsc": ("tools.pcsc", "command", "Offer a PC/SC reader to the till as its contact reader."),
}


def load(name: str) -> Any:
    """The command behind a lazy name, imported now."""
    module, attribute, _ = LAZY[name]
    found = getattr(importlib.import_module(module), attribute)
    if hasattr(found, "make_context"):
        return found
    if not isinstance(found, typer.Typer):
        function, found = found, typer.Typer(add_completion=False)
        found.command()(function)
    return typer.main.get_command(found)


class LazyGroup(TyperGroup):
    """A group whose lazy commands are only names and a line of help until one is run."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and args[0] in LAZY and args[0] in self.commands:
            self.commands[args[0]] = load(args[0])
        return super().resolve_command(ctx, args)


cli = typer.Typer(
    name="picotill",
    cls=LazyGroup,
    help="A card-payment terminal in MicroPython and the host it settles with. Test cards only.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
check = typer.Typer(help="Gates that the code must pass.", no_args_is_help=True, cls=TyperGroup)


def _stub() -> None:
    """Stands in the list of commands until the real one is loaded."""


for _name, (_module, _, _help) in LAZY.items():
    if importlib.util.find_spec(_module) is not None:
        cli.command(_name, help=_help)(_stub)


@cli.command()
def decode(
    message: Annotated[str, typer.Argument(help="The whole frame in hex, or - to read it from stdin.")],
    profile: Annotated[str, typer.Option(help="The acquirer's profile that it follows.")] = "cup-3des",
    codec: Annotated[str, typer.Option(help="Whose codec: host, or till for the firmware's own.")] = "host",
    mak: Annotated[str | None, typer.Option(help="A MAC key in hex, to check field 64 by.")] = None,
) -> int:
    """Show a message as JSON, field by field, without card number, track, PIN or keys."""
    from tools.decode import run

    return run(sys.stdin.read() if message == "-" else message, profile, codec, mak)


@cli.command()
def fonts(
    check_only: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 when a font is stale.")] = False,
    unifont: Annotated[Path | None, typer.Option(help="GNU Unifont as a .hex file.")] = None,
    extra: Annotated[str | None, typer.Option(help="More characters to have.")] = None,
) -> int:
    """Make the till's fonts again out of GNU Unifont, for the texts in use."""
    from tools import fonts as made

    return made.run(check_only, unifont or made.UNIFONT, made.EXTRA if extra is None else extra)


@check.command()
def portability(
    firmware: Annotated[Path | None, typer.Option(help="The firmware folder.")] = None,
) -> int:
    """Everything in firmware/ that MicroPython does not have, or takes for something else."""
    from tools import portability as gate

    return gate.main(firmware or gate.FIRMWARE)


@check.command("gates")
def gates() -> int:
    """ruff, pyright, portability and the import arrows: `make check` without the tests."""
    from tools import checks

    return checks.main()


cli.add_typer(check, name="check")


def run(arguments: list[str] | None = None) -> int:
    """Run a command line and return its exit status; nothing but SystemExit of Python itself comes out."""
    try:
        status = typer.main.get_command(cli).main(args=arguments, prog_name="picotill", standalone_mode=False)
    except ToolError as error:
        print(f"picotill: {error.what}\n  next: {error.do_next}", file=sys.stderr)
        return 1
    except TyperException as error:
        return _usage(error)
    except (KeyboardInterrupt, typer.Abort):
        status = 130
    if status == 130:
        print("picotill: stopped", file=sys.stderr)
    return status if isinstance(status, int) else 0


def _usage(error: TyperException) -> int:
    context = getattr(error, "ctx", None)
    message = error.format_message() if hasattr(error, "format_message") else str(error)  # type: ignore[attr-defined]
    if not message:  # no arguments at all: the help has been asked for, in effect
        return 0
    command = context.command_path if context is not None else "picotill"
    print(f"picotill: {message}\n  next: {command} --help", file=sys.stderr)
    return 2


def app() -> None:
    """The console script."""
    sys.exit(run())


if __name__ == "__main__":
    app()
