"""A question to the host that a person waits for."""

from till.flows.errors import Stopped
from till.flows.sign_on import sign_on
from till.link.errors import NoAnswer, NotSent, NotSignedOn, Refused


async def asked(till, ask, *screen):
    """What the coroutine function ask gives, under the given screen, signed on first where that is needed. Stopped says
    why there is no answer: no-link, host-silent, or the host's response code."""
    if not till.session.signed_on():
        await sign_on(till)
    till.ui.show(*screen)
    try:
        return await ask()
    except (NotSent, NotSignedOn):
        raise Stopped("no-link")
    except NoAnswer:
        raise Stopped("host-silent")
    except Refused as error:
        raise Stopped(error.args[0])
