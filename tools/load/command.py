"""`make load`: what one host process takes, in payments a second and in processor time, beside the bare limit."""

import asyncio
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from tools.errors import ToolError
from tools.load.crowd import Crowd, Paid
from tools.load.limit import bare_commits

WARM_UP = 40  # payments: connections, prepared statements, the day's accounts
RATE, SECONDS, TILLS = 100.0, 10.0, 8
END_S = 20
ROOT = Path(__file__).parents[2]


def command(
    rate: Annotated[float, typer.Option(min=0, max=5_000, help="Payments a second; 0: all it can.")] = RATE,
    seconds: Annotated[float, typer.Option(min=0.5, max=600, help="How long.")] = SECONDS,
    tills: Annotated[int, typer.Option(min=1, max=100, help="Terminals, each with its own connection.")] = TILLS,
) -> None:
    """Load the host with contactless sales and say what one costs."""
    figures = measure(rate, seconds, tills)
    for name, value in figures.items():
        print(f"{name:28} {value}")


def measure(rate: float, seconds: float, tills: int) -> dict[str, Any]:
    """One run in a folder of its own. Raises ToolError where the host did not start or refused a payment."""
    with tempfile.TemporaryDirectory(prefix="picotill-load-") as folder:
        line = [sys.executable, "-m", "tools.load.serving", folder, str(tills)]
        with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as host:
            try:
                paid, spent = asyncio.run(_run(host, rate, seconds))
                host.communicate(timeout=END_S)
            finally:
                if host.poll() is None:
                    host.kill()
        bare_a_second, bare_cpu_ms = bare_commits(Path(folder) / "bare.sqlite", max(1, paid.approved))
    if paid.refused:
        raise ToolError(f"payments were refused: {paid.refused}", "run it again; if it stays, the host is broken")
    return {
        "payments": paid.approved,
        "payments offered": paid.offered,
        "payments a second": round(paid.a_second, 1),
        "host CPU ms a payment": round(spent["cpu_s"] / paid.approved * 1000, 2),
        "answer ms p50": round(paid.time_ms(50), 1),
        "answer ms p95": round(paid.time_ms(95), 1),
        "answer ms p99": round(paid.time_ms(99), 1),
        "units a commit": round(spent["units"] / spent["commits"], 2),
        "bare commits, payments/s": round(bare_a_second, 1),
        "bare CPU ms a payment": round(bare_cpu_ms, 3),
        "host / bare, payments/s": round(paid.a_second / bare_a_second, 3),
    }


async def _run(host: subprocess.Popen[str], rate: float, seconds: float) -> tuple[Paid, dict[str, Any]]:
    said = await asyncio.to_thread(_read, host)
    crowd = Crowd(said["port"], said["enrolled"])
    await crowd.sign_on()
    await crowd.pay(RATE, WARM_UP / RATE)
    await _figures(host)
    paid = await crowd.pay(rate, seconds)
    spent = await _figures(host)
    await crowd.leave()
    return paid, spent


async def _figures(host: subprocess.Popen[str]) -> dict[str, Any]:
    assert host.stdin is not None
    host.stdin.write("\n")
    host.stdin.flush()
    return await asyncio.to_thread(_read, host)


def _read(host: subprocess.Popen[str]) -> dict[str, Any]:
    assert host.stdout is not None
    line = host.stdout.readline()
    if not line:
        raise ToolError("the host ended before it was asked to", "see what it said above")
    return json.loads(line)
