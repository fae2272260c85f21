"""Tracks that came under the terminal's track key, in clear from here on."""

from dataclasses import replace

from host_sim.acquirer.desk import Desk
from host_sim.acquirer.hsm import HsmError
from host_sim.acquirer.request import Request

TRACKS = (35, 36)
SECURITY = 53
ENCIPHERED, DIGIT = "1", 2
"""What the third digit of F53 says."""


class TrackError(ValueError):
    """Tracks that cannot be read. args: reason; no track."""


def open_tracks(request: Request, desk: Desk) -> Request:
    """The question with F35 and F36 in clear. In a file that a terminal handed over they are so already.

    Raises TrackError: a terminal that has a track key uses it, one that has none cannot, and a block is a block.
    """
    there = [number for number in TRACKS if number in request.fields]
    if not there or request.handed_over:
        return request
    key = request.till.tdk_block
    said = str(request.fields.get(SECURITY, ""))[DIGIT : DIGIT + 1] == ENCIPHERED
    if said != (key is not None):
        raise TrackError("field 53 says other than the terminal's keys how its tracks come: sign on")
    if key is None:
        return request
    try:
        opened = {number: desk.hsm.open_track(key, request.text(number)) for number in there}
    except HsmError as error:
        raise TrackError(f"{error.args[0]} {error.args[1]}") from None
    return replace(request, fields={**request.fields, **opened})
