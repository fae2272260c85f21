"""How the till settles, as the host confirms it: mode M by hand, D daily, W weekly, R each payment at once, then the
day of the week (1 Monday, 0 none) and hhmm. Source: docs/messages.md, message parameters."""

from till.link.errors import NoAnswer
from till.link.question import answer_to

MODES = "MDWR"
BY_HAND = "M00000"


async def confirmed_mode(session, wish):
    """Tells the host the wish and returns what holds from now on. Raises NotSent, NoAnswer, NotSignedOn, Refused."""
    mode = (await answer_to(session, "parameters", wish.encode())).decode()
    if len(mode) != len(BY_HAND) or mode[0] not in MODES or not mode[1:].isdigit():
        raise NoAnswer()
    return mode
