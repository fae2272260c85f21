"""The day's figures: what the till needed and how fast the host was."""

import statistics
from typing import Any

from host_sim.rig.stage import Stage
from host_sim.rig.supply import HEAP_MOST


def figures(stage: Stage, wall_s: float, net_fen: int, mails: int) -> dict[str, Any]:
    """Plain values for --json. Bytes unless a unit says otherwise."""
    counter = stage.counter
    imported = stage.heap_imported
    times_ms = stage.host.authorisation_times_ms()
    return {
        "till": {
            "heap_imported": imported,
            "heap_peak_above_imported": int(counter.notes.get("heap_peak", 0)) - imported,
            "heap_limit_above_imported": HEAP_MOST,
            "boots": counter.boots,
        },
        "flash": {
            "bytes_programmed": counter.nor.bytes_programmed,
            "programs": counter.nor.programs,
            "erases": counter.nor.erases,
            "bytes_in_use": len(counter.nor.image) - counter.nor.image.count(0xFF),
        },
        "host": {
            "authorisations": len(times_ms),
            "authorisation_ms_median": round(statistics.median(times_ms), 2) if times_ms else None,
            "authorisation_ms_most": round(max(times_ms), 2) if times_ms else None,
        },
        "day": {
            "net_fen": net_fen,
            "slips": len(counter.printer.slips),
            "mails": mails,
            "virtual_s": round(stage.world.now_us / 1e6, 3),
            "wall_s": round(wall_s, 2),
            "bus_messages": stage.trace.messages,
            "bus_sha256": stage.trace.digest(),
        },
    }
