"""Who sent a message: its F64 under the terminal's keys."""

from dataclasses import replace

from sqlalchemy import delete
from sqlalchemy.orm import Session

from host_sim.acquirer.desk import Desk
from host_sim.acquirer.request import Till
from host_sim.store.schema import FormerKeys, Terminal


async def prove(till: Till, covered: bytes, code: bytes, desk: Desk) -> Till | None:
    """The terminal with the keys that F64 is under, None where it is under none.

    An 0800 is under no MAC, so anybody can send one and have new keys made. Until a message proves that the terminal
    has them, those before them hold too.
    """
    algorithm = desk.profile.mac_algorithm
    if till.mak_block is not None and desk.hsm.verify(till.mak_block, algorithm, covered, code):
        if till.former is not None:
            await desk.store.write(lambda session: _forget(session, till))
            for block in till.former:
                desk.hsm.drop(block or "")
        return till
    if till.former is not None and desk.hsm.verify(till.former[1], algorithm, covered, code):
        pik, mak, tdk = till.former
        return replace(till, pik_block=pik, mak_block=mak, tdk_block=tdk)
    return None


def _forget(session: Session, till: Till) -> None:
    """Unless yet another sign-on came in between, the former ones are at their end."""
    if session.get_one(Terminal, till.id).mak_block == till.mak_block:
        session.execute(delete(FormerKeys).where(FormerKeys.terminal_id == till.id))
