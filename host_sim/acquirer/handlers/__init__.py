"""One module a message. Each has one coroutine: a checked request and the desk in, a reply out."""

from collections.abc import Awaitable, Callable

from host_sim.acquirer.desk import Desk
from host_sim.acquirer.handlers.by_code import qr_query, qr_scan, qr_show
from host_sim.acquirer.handlers.download import download
from host_sim.acquirer.handlers.echo import echo
from host_sim.acquirer.handlers.enquiry import enquiry
from host_sim.acquirer.handlers.offline import offline
from host_sim.acquirer.handlers.parameters import parameters
from host_sim.acquirer.handlers.refund import refund
from host_sim.acquirer.handlers.reversal import reversal
from host_sim.acquirer.handlers.sale import sale
from host_sim.acquirer.handlers.script_result import script_result
from host_sim.acquirer.handlers.settle import settle
from host_sim.acquirer.handlers.sign_on import sign_on
from host_sim.acquirer.handlers.upload import upload_end, upload_item
from host_sim.acquirer.handlers.void import void
from host_sim.acquirer.request import Reply, Request

Handler = Callable[[Request, Desk], Awaitable[Reply]]

HANDLERS: dict[str, Handler] = {
    "sign_on": sign_on,
    "echo": echo,
    "parameters": parameters,
    "enquiry": enquiry,
    "download": download,
    "sale": sale,
    "void": void,
    "refund": refund,
    "offline": offline,
    "reversal": reversal,
    "script_result": script_result,
    "settle": settle,
    "upload_item": upload_item,
    "upload_end": upload_end,
    "qr_scan": qr_scan,
    "qr_show": qr_show,
    "qr_query": qr_query,
    "qr_void": void,
    "qr_refund": refund,
    "qr_reversal": reversal,
    "qr_upload": upload_item,
}
"""By the name of the profile's message."""
