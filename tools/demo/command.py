"""`picotill demo`: one business day on the real firmware, headless, balanced at its end."""

import asyncio
import json
import sys
import tempfile
from contextlib import ExitStack
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from host_sim.rig.supply import SupplyError
from tools.demo.balance import PLACES
from tools.demo.business import play, verdict
from tools.demo.kept import prepare, why_not
from tools.demo.show import SCREENS, Show
from tools.errors import ToolError

DAY_MOST_S = 300.0


def command(
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Leave the day's figures in this file.")
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--keep", metavar="FOLDER", help="Keep databases, flash image, logs and slips in this folder."),
    ] = None,
    plant_in: Annotated[
        str | None,
        typer.Option("--break", metavar="PLACE", help=f"Plant one fen and see it found: {', '.join(PLACES)}."),
    ] = None,
    screens: Annotated[
        str, typer.Option(metavar="HOW", help=f"How screens are printed: {', '.join(SCREENS)}.")
    ] = "text",
    slips: Annotated[bool, typer.Option("--slips/--no-slips", help="Print the slips.")] = True,
    seed: Annotated[
        int, typer.Option(min=0, help="Of everything random. The same seed is the same day, to the byte.")
    ] = 1,
) -> int:
    """Play one business day on the real firmware and prove that slips, batch, host, ledger and issuer agree."""
    if plant_in is not None and plant_in not in PLACES:
        raise typer.BadParameter(f"'{plant_in}' is no place: choose one of {', '.join(PLACES)}", param_hint="--break")
    if screens not in SCREENS:
        raise typer.BadParameter(f"'{screens}' is no way: choose one of {', '.join(SCREENS)}", param_hint="--screens")
    if json_file is not None and (json_file.is_dir() or not json_file.absolute().parent.is_dir()):
        what = "is a folder" if json_file.is_dir() else "is in a folder that is not there"
        raise typer.BadParameter(f"'{json_file}' {what}: name a file in a folder that is there", param_hint="--json")
    if folder is not None and (reason := why_not(folder)):
        raise typer.BadParameter(reason, param_hint="--keep")
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without Chinese shows ? and the day goes on
    console = Console(highlight=False)
    with ExitStack() as stack:
        where = folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="picotill-")))
        try:
            prepare(where)
            day = play(Show(console, screens, slips), where, seed, plant_in, pictures=folder is not None)
            outcome = asyncio.run(asyncio.wait_for(day, DAY_MOST_S))
            if json_file is not None:
                json_file.write_text(json.dumps(outcome.figures, indent=2) + "\n", encoding="utf-8")
        except SupplyError as error:
            raise not_started(error) from error
        except TimeoutError:
            what = f"the day took over {DAY_MOST_S:.0f} s"
            raise ToolError(what, "see whether the machine is busy, then play it again") from None
        except OSError as error:
            what = f"{error.filename or 'the day'}: {error.strerror or error}"
            raise ToolError(what, "see that there is room and the right to write, then play it again") from error
        return verdict(console, outcome)


def not_started(error: SupplyError) -> ToolError:
    """The firmware did not come up. Its error says what to do behind the colon where that is known."""
    what, _, do_next = " ".join(str(error).split()).partition(": ")
    if what.startswith("no MicroPython"):
        return ToolError(what, do_next)
    return ToolError(f"{what}: {do_next[-300:]}", "run `picotill check portability`")
