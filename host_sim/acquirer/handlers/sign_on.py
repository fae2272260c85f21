"""0800/0810: new working keys under the terminal's TMK, and the number of its batch. F63: operator 3, then the till's
version, which is noted."""

from sqlalchemy.orm import Session

from host_sim.acquirer.desk import Desk
from host_sim.acquirer.hsm import MAC, PIN, TRACK
from host_sim.acquirer.request import APPROVED, Reply, Request
from host_sim.acquirer.updates import number_of
from host_sim.store.schema import FormerKeys, Terminal, TerminalSoftware

OPERATOR_CHARACTERS = 3
UPDATE_WAITS = 6  # the header's host request: ask the terminal management system

_BLOCKS = ("pik_block", "mak_block", "tdk_block")


async def sign_on(request: Request, desk: Desk) -> Reply:
    """New PIK and MAK, and TDK where the profile has one. They hold from this answer on, those before them until the
    first message under these. Until then every sign-on gets the same ones: the 0800 is under no MAC, and a stranger's
    must not cost a till its keys."""
    tmk_block = request.till.tmk_block
    if tmk_block is None:
        return Reply("58")
    hsm, profile = desk.hsm, desk.profile
    made = (
        hsm.generate(PIN, profile.pin_key_bytes),
        hsm.generate(MAC, profile.mac_key_bytes),
        hsm.generate(TRACK, profile.track_key_bytes) if profile.track_key_bytes else None,
    )

    reported = request.text(63)[OPERATOR_CHARACTERS:]
    version = number_of(reported)

    def keep(session: Session) -> tuple[int, tuple[str, str, str | None]]:
        if version is not None:
            session.merge(TerminalSoftware(terminal_id=request.till.id, version=reported, reported_at=request.at))
        terminal = session.get_one(Terminal, request.till.id, with_for_update=True)
        if terminal.pik_block and terminal.mak_block:
            now = (terminal.pik_block, terminal.mak_block, terminal.tdk_block)
            if session.get(FormerKeys, terminal.id) is not None:
                terminal.signed_on_at = request.at
                return terminal.batch_number, now
            session.add(FormerKeys(terminal_id=terminal.id, **dict(zip(_BLOCKS, now, strict=True))))
        terminal.pik_block, terminal.mak_block, terminal.tdk_block = made
        terminal.signed_on_at = request.at
        return terminal.batch_number, made

    batch, held = await desk.store.write(keep)
    if version is not None and version < desk.updates.newest:
        desk.requests[request.till.number] = UPDATE_WAITS
    for block in set(made) - set(held):
        hsm.drop(block or "")
    exported = hsm.export(tmk_block, *held)
    parts = request.subfields
    return Reply(APPROVED, {60: f"{parts['type']}{batch:06d}{parts['network']}", 62: exported})
