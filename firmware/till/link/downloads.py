"""0800, network codes 370 to 372 and 380 to 382: CA keys and applications, first the list, then one by one.
Source: docs/messages.md, message download, F62."""

from till.link.errors import NoAnswer
from till.link.question import answer_to

NOTHING, ALL, MORE, LAST = b"0123"


async def fetch(session, name, asked=None, background=False):
    """One exchange. name: row of the profile. asked: F62. Returns (flag, bytes behind it). Raises as answer_to()."""
    data = await answer_to(session, name, asked, background)
    if not data or not NOTHING <= data[0] <= LAST:
        raise NoAnswer()
    return data[0], data[1:]
