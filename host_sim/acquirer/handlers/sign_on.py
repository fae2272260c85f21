"""0800/0810: new working keys under the terminal's TMK, and the number of its batch."""

from sqlalchemy.orm import Session

from host_sim.acquirer.desk import Desk
from host_sim.acquirer.hsm import MAC, PIN
from host_sim.acquirer.request import APPROVED, Reply, Request
from host_sim.store.schema import Terminal


async def sign_on(request: Request, desk: Desk) -> Reply:
    """New PIK and MAK. They hold from this answer on; a terminal that does not get it signs on again."""
    tmk_block = request.till.tmk_block
    if tmk_block is None:
        return Reply("58")
    pik_block = desk.hsm.generate(PIN, desk.profile.pin_key_bytes)
    mak_block = desk.hsm.generate(MAC, desk.profile.mac_key_bytes)
    exported = desk.hsm.export(tmk_block, pik_block, mak_block, desk.profile.key_layout)

    def keep(session: Session) -> int:
        terminal = session.get_one(Terminal, request.till.id)
        terminal.pik_block, terminal.mak_block, terminal.signed_on_at = pik_block, mak_block, request.at
        return terminal.batch_number

    batch = await desk.store.write(keep)
    parts = request.subfields
    return Reply(APPROVED, {60: f"{parts['type']}{batch:06d}{parts['network']}", 62: exported})
