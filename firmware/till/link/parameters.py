"""How the till settles, as the host confirms it: mode M by hand, D daily, W weekly, R each payment at once, then the
day of the week (1 Monday, 0 none) and hhmm. Source: docs/messages.md, message parameters."""

from till.link import messages
from till.link.errors import NoAnswer, Refused
from till.link.session import SIGN_ON_AGAIN

MODES = "MDWR"
BY_HAND = "M00000"


async def confirmed_mode(session, wish):
    """Tells the host the wish and returns what holds from now on. Raises NotSent, NoAnswer, NotSignedOn, Refused."""
    async with session.turn():
        session.open()
        book = session.book
        fields = messages.parameters(session.settings, session.profile, book.coming_trace(), book.batch, wish)
        answer = await session.ask("parameters", fields)
    response = answer.get(39, "")
    if response != "00":
        if response in SIGN_ON_AGAIN:
            session.forget_keys()
        raise Refused(response)
    mode = bytes(answer[62]).decode()
    if len(mode) != len(BY_HAND) or mode[0] not in MODES or not mode[1:].isdigit():
        raise NoAnswer()
    return mode
