"""0800/0810, F60.3 360: how the terminal settles, as its merchant wishes and the host confirms.

F62: mode M by hand, D daily, W weekly, R each payment at once; day of the week 1 to 7 or 0; hhmm. `?00000` only asks.
"""

import re

from sqlalchemy.orm import Session

from host_sim.acquirer.desk import Desk
from host_sim.acquirer.request import APPROVED, Reply, Request
from host_sim.store.schema import SettlementMode

_WISH = re.compile(r"[?MR]00000|D0([01]\d|2[0-3])[0-5]\d|W[1-7]([01]\d|2[0-3])[0-5]\d")
ASKS = "?"
BY_HAND = "M00000"


async def parameters(request: Request, desk: Desk) -> Reply:
    """Keep what is wished; say what holds. The same wish again changes nothing."""
    wish = (request.data(62) or b"").decode("ascii", "replace")
    if _WISH.fullmatch(wish) is None:
        return Reply("30")
    return await desk.store.write(lambda session: _keep(session, request, wish))


def _keep(session: Session, request: Request, wish: str) -> Reply:
    kept = session.get(SettlementMode, request.till.id, with_for_update=True)
    if wish.startswith(ASKS):
        wish = kept.mode if kept is not None else BY_HAND
    elif kept is not None:
        kept.mode = wish
    else:
        session.add(SettlementMode(terminal_id=request.till.id, mode=wish))
    return Reply(APPROVED, {62: wish.encode()})
