"""From a question and a reply to the answer's bytes: what is echoed, what is stamped, and the MAC."""

from host_sim.acquirer.codec import MAC_BYTES, MAC_FIELD, Codec, maced_part
from host_sim.acquirer.desk import Desk
from host_sim.acquirer.profiles import Fields
from host_sim.acquirer.request import Reply, Request, Till

ECHOED = (2, 3, 4, 11, 14, 25, 41, 42, 49, 60)


def answer_mti(mti: str) -> str:
    """The type of the answer to a question: its function digit and one.

    >>> answer_mti("0200"), answer_mti("0220"), answer_mti("0800")
    ('0210', '0230', '0810')
    """
    return f"{mti[:2]}{int(mti[2]) + 1}{mti[3]}"


def is_question(mti: str | None) -> bool:
    """Whether an answer can be made to this type at all: an answer is never answered."""
    return mti is not None and len(mti) == 4 and mti.isdigit() and mti[2] in "0246"


async def full_answer(request: Request, reply: Reply, desk: Desk, codec: Codec) -> bytes:
    """Every field that the presence table gives the answer and that there is."""
    wanted = request.rule.answer
    fields: Fields = {number: request.fields[number] for number in ECHOED if number in request.fields}
    local = request.till.local(request.at)
    fields |= {12: f"{local:%H%M%S}", 13: f"{local:%m%d}", 32: desk.institution}
    if 15 in wanted and 15 not in reply.fields:
        fields[15] = f"{request.till.business_date(request.at):%m%d}"
    if 37 in wanted and 37 not in reply.fields:
        fields[37] = await desk.references.take(request.at)
    if 44 in wanted and 44 not in reply.fields:
        fields[44] = desk.institutions(desk.switch.route(request.account) if {2, 44} & set(request.fields) else None)
    fields |= reply.fields
    fields[39] = reply.response
    chosen = {number: fields[number] for number in wanted if number in fields}
    return sealed(answer_mti(request.mti), chosen, request.till if request.rule.mac else None, desk, codec)


def bare_answer(mti: str, known: Fields, response: str, codec: Codec) -> bytes:
    """The answer to a question that was not understood or not proved: what lets the terminal find its question, and
    why. Without F64."""
    return codec.encode(answer_mti(mti), {**known, 39: response})


def sealed(mti: str, fields: Fields, till: Till | None, desk: Desk, codec: Codec) -> bytes:
    """The message with F64 where a terminal with a MAK is given."""
    if till is None or till.mak_block is None:
        return codec.encode(mti, fields)
    body = codec.encode(mti, {**fields, MAC_FIELD: bytes(MAC_BYTES)})
    covered = maced_part(body)
    return covered + desk.hsm.mac(till.mak_block, desk.profile.mac_algorithm, covered)
