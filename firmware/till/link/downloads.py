"""0800, network codes 370 to 372 and 380 to 382: CA keys and applications, first the list, then one by one.
Source: docs/messages.md, message download, F62."""

from till.link import messages
from till.link.errors import NoAnswer, Refused
from till.link.session import SIGN_ON_AGAIN

NOTHING, ALL, MORE, LAST = b"0123"


async def fetch(session, name, asked=None, background=False):
    """One exchange. name: row of the profile. asked: F62. Returns (flag, bytes behind it). Raises NotSent, NoAnswer,
    NotSignedOn, Refused."""
    async with session.turn(background):
        session.open()
        book = session.book
        fields = messages.download(session.settings, session.profile, name, book.coming_trace(), book.batch, asked)
        answer = await session.ask(name, fields, background)
    response = answer.get(39, "")
    if response != "00":
        if response in SIGN_ON_AGAIN:
            session.forget_keys()
        raise Refused(response)
    data = bytes(answer[62])
    if not data or not NOTHING <= data[0] <= LAST:
        raise NoAnswer()
    return data[0], data[1:]
