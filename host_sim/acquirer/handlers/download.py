"""0800/0810, F60.3 370 to 372 and 380 to 382: CA public keys and applications, first the list, then one by one. 390 and
391 are for the till itself (update.py).

F62 of a list's request: `1` and two digits, the first entry wanted; of its answer: `0` nothing, `1` all of it, `2` more
follows, `3` the last part, then the entries. For one entry the request has the objects that name it, the answer `1` and
all of it, or `0`. The end of the keys is answered with the certificates that are revoked, the end of the
applications with the cards of the exception file.
"""

import asyncio
from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from host_sim.acquirer.desk import Desk
from host_sim.acquirer.handlers.update import ALL, LAST, MORE, NOTHING, offer, part
from host_sim.acquirer.request import APPROVED, Reply, Request
from host_sim.acquirer.terminal_parameters import (
    Entry,
    application_entries,
    ca_entries,
    exception_list,
    revocation_list,
    versions,
)
from host_sim.store.schema import TerminalTables

PART_BYTES = 480  # of entries in one answer

LISTS: dict[str, Callable[[], Sequence[Entry]]] = {"372": ca_entries, "382": application_entries}
ONE: dict[str, Callable[[], Sequence[Entry]]] = {"370": ca_entries, "380": application_entries}
ENDS = ("371", "381")
GIVEN = {"371": "ca_keys", "381": "applications"}
"""What a terminal has whole when it ends a download."""
UPDATES = {"390": offer, "391": part}


async def download(request: Request, desk: Desk) -> Reply:
    """What is asked for, the same however often."""
    network, asked = request.subfields["network"], request.data(62)
    if network in UPDATES:
        return Reply("30") if asked is None else UPDATES[network](desk.updates, asked)
    if network in ENDS:
        data = revocation_list() if network == "371" else exception_list(desk.exceptions)
        version = getattr(await asyncio.to_thread(versions, desk.exceptions), GIVEN[network])
        await desk.store.write(lambda session: _given(session, request.till.id, GIVEN[network], version))
        return Reply(APPROVED, {62: ALL + data if data else NOTHING})
    if asked is None:
        return Reply("30")
    if network in LISTS:
        if len(asked) != 3 or not asked.isdigit() or asked[:1] != b"1":
            return Reply("30")
        entries = await asyncio.to_thread(LISTS[network])
        return Reply(APPROVED, {62: listed(entries, int(asked[1:]))})
    entries = await asyncio.to_thread(ONE[network])
    found = next((entry.whole for entry in entries if entry.asked == asked), None)
    return Reply(APPROVED, {62: NOTHING if found is None else ALL + found})


def _given(session: Session, terminal_id: int, what: str, version: str) -> None:
    row = session.get(TerminalTables, terminal_id, with_for_update=True)
    if row is None:
        row = TerminalTables(terminal_id=terminal_id)
        session.add(row)
    setattr(row, what, version)


def listed(entries: Sequence[Entry], first: int) -> bytes:
    """One part of the list: flag, then entries from first on, as many as fit."""
    part, taken = b"", first
    while taken < len(entries) and len(part) + len(entries[taken].listed) <= PART_BYTES:
        part += entries[taken].listed
        taken += 1
    if not part:
        return NOTHING
    if taken < len(entries):
        return MORE + part
    return (LAST if first else ALL) + part
