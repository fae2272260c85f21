import asyncio

from checks import raises
from till.link import settlement
from till.link.errors import Refused
from till.wire import cup_3des


class Turn:
    async def __aenter__(self):
        pass

    async def __aexit__(self, kind, error, trace):
        pass


class Book:
    batch = 7


class Session:
    """Answers every question with that F39."""

    settings = {"terminal_id": "90000001", "merchant_id": "898110000000001", "currency": "156", "operator": "01"}
    profile = cup_3des
    book = Book()

    def __init__(self, response):
        self.response, self.keys = response, True

    def turn(self):
        return Turn()

    async def ask(self, name, fields):
        return {39: self.response, 48: "0" * 62}

    def forget_keys(self):
        self.keys = False


def end(session):
    return asyncio.run(settlement.end(session, 12, 3, True))


def test_a_host_that_cannot_check_the_mac_costs_the_keys():
    """Else each try to settle meets the same answer, and the batch never ends."""
    session = Session("A0")
    assert raises(Refused, end, session).args[0] == "A0"
    assert not session.keys


def test_another_refusal_leaves_them():
    for response in ("96", "77", "95", "30"):
        session = Session(response)
        assert raises(Refused, end, session).args[0] == response
        assert session.keys


def test_an_answer_that_takes_it_leaves_them():
    session = Session("00")
    end(session)
    assert session.keys
