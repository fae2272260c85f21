"""0800, network codes 390 and 391: a newer version of the till, first what it is, then part by part.
Source: docs/messages.md, message download, F62; docs/update.md."""

from till.link.downloads import LAST, MORE, NOTHING, fetch
from till.link.errors import NoAnswer

OFFER, PART = "update_offer", "update_part"


async def offer(session, question):
    """question: bytes, board, base image and version. Returns header and signature, None where there is nothing newer.
    Raises as fetch() does."""
    flag, data = await fetch(session, OFFER, question)
    return None if flag == NOTHING else data


async def part(session, name, offset):
    """name: of the update. Returns the body's bytes from offset on, as many as the host likes to give at once, None
    where it does not offer it any more. Raises as fetch() does."""
    flag, data = await fetch(session, PART, b"%s%08d" % (name, offset))
    if flag == NOTHING:
        return None
    if flag not in (MORE, LAST) or not data:
        raise NoAnswer()
    return data
