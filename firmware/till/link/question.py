"""A message to the host that is no payment: what it asks stands in F62, and so does the answer. Source:
docs/messages.md."""

from till.link import messages
from till.link.errors import Refused
from till.link.session import SIGN_ON_AGAIN


async def answer_to(session, name, said=None, background=False):
    """F62 of the answer, b"" where it has none. name: row of the profile. said: F62 as bytes. Raises NotSent, NoAnswer,
    NotSignedOn, Refused."""
    async with session.turn(background):
        await session.open(background)
        book = session.book
        fields = messages.question(session.settings, session.profile, name, book.coming_trace(), book.batch, said)
        answer = await session.ask(name, fields, background)
    response = answer.get(39, "")
    if response != "00":
        if response in SIGN_ON_AGAIN:
            session.forget_keys()
        raise Refused(response)
    return bytes(answer.get(62, b""))
