"""0800/0810: new working keys under the terminal's TMK, and the number of its batch."""

from sqlalchemy.orm import Session

from host_sim.acquirer.desk import Desk
from host_sim.acquirer.hsm import MAC, PIN
from host_sim.acquirer.request import APPROVED, Reply, Request
from host_sim.store.schema import FormerKeys, Terminal


async def sign_on(request: Request, desk: Desk) -> Reply:
    """New PIK and MAK. They hold from this answer on, and the pair before them until the first message under these.
    Until then every sign-on gets the same pair: the 0800 is under no MAC, and a stranger's must not cost a till its
    keys."""
    tmk_block = request.till.tmk_block
    if tmk_block is None:
        return Reply("58")
    pik_block = desk.hsm.generate(PIN, desk.profile.pin_key_bytes)
    mak_block = desk.hsm.generate(MAC, desk.profile.mac_key_bytes)

    def keep(session: Session) -> tuple[int, str, str]:
        terminal = session.get_one(Terminal, request.till.id, with_for_update=True)
        if terminal.pik_block and terminal.mak_block:
            if session.get(FormerKeys, terminal.id) is not None:
                terminal.signed_on_at = request.at
                return terminal.batch_number, terminal.pik_block, terminal.mak_block
            pair = {"pik_block": terminal.pik_block, "mak_block": terminal.mak_block}
            session.add(FormerKeys(terminal_id=terminal.id, **pair))
        terminal.pik_block, terminal.mak_block, terminal.signed_on_at = pik_block, mak_block, request.at
        return terminal.batch_number, pik_block, mak_block

    batch, pik, mak = await desk.store.write(keep)
    for block in {pik_block, mak_block} - {pik, mak}:
        desk.hsm.drop(block)
    exported = desk.hsm.export(tmk_block, pik, mak, desk.profile.key_layout)
    parts = request.subfields
    return Reply(APPROVED, {60: f"{parts['type']}{batch:06d}{parts['network']}", 62: exported})
