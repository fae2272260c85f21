"""Sign-on: working keys, the date and the batch number from the host."""

from till.flows.errors import Stopped
from till.link.errors import KeysWrong, NoAnswer, NotSent, Refused
from till.link.session import SETTLE_FIRST


async def sign_on(till, quietly=False):
    """quietly: a missing link is no reason to stop, because what follows may be allowed without one."""
    till.ui.show("processing", "sign-on", None, "signing-on")
    try:
        await till.session.sign_on(till.last_known_epoch())
        till.signed_off = False
    except NotSent:
        if not quietly:
            raise Stopped("no-link")
    except NoAnswer:
        if not quietly:
            raise Stopped("sign-on-no-answer")
    except KeysWrong:
        raise Stopped("keys-wrong")
    except Refused as error:
        raise Stopped("batch-open" if error.args[0] == SETTLE_FIRST else error.args[0])
