# heap: 700k
import asyncio

from checks import raises
from till.flows import settle
from till.flows.errors import Stopped
from till.link.errors import BadMac, NoAnswer, NotSent


class Book:
    settling = "TOTALS"


class Session:
    keys = True

    def signed_on(self):
        return self.keys

    def forget_keys(self):
        self.keys = False


class Till:
    def __init__(self):
        self.book, self.session = Book(), Session()


def settled(till, error):
    """settle() with a host whose first step ends like that."""

    async def with_host(_):
        raise error

    really, settle._with_host = settle._with_host, with_host
    try:
        asyncio.run(settle.settle(till))
    finally:
        settle._with_host = really


def test_an_answer_whose_mac_is_wrong_costs_the_keys_so_that_the_next_try_signs_on_first():
    till = Till()
    assert raises(Stopped, settled, till, BadMac()).args[0] == "settle-no-answer"
    assert not till.session.signed_on()


def test_no_answer_and_no_link_leave_them():
    for error, told in ((NoAnswer(), "settle-no-answer"), (NotSent(), "no-link")):
        till = Till()
        assert raises(Stopped, settled, till, error).args[0] == told
        assert till.session.signed_on()
