"""0820/0830: is anybody there?"""

from host_sim.acquirer.desk import Desk
from host_sim.acquirer.request import APPROVED, Reply, Request


async def echo(_request: Request, _desk: Desk) -> Reply:
    """Yes."""
    return Reply(APPROVED)
