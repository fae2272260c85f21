"""What must not hurt the till: a broken part, a wrong date, a mute host, somebody in a hurry, a new owner."""

from pathlib import Path

import pytest

from host_sim.rig.supply import SupplyError
from tests.flows.shop import at_the_till

DISPLAY = 0x3C
SIGN_ON, SIGN_ON_ANSWER, REVERSAL, MTI_AT = b"\x08\x00", b"\x08\x10", b"\x04\x00", 13
DATE_AT = MTI_AT + 2 + 8 + 3 + 3  # behind MTI, bitmap, F11 and F12
TODAY, TOMORROW = b"\x11\x23", b"\x11\x24"  # F13 of the first day


class Broken:
    """A display that no longer acknowledges."""

    def start(self, read):
        return False

    def stop(self): ...


@at_the_till()
async def test_a_part_that_fails_ends_the_flow_and_not_the_till(shop):
    await shop.open()
    card = shop.card()
    await shop.sale(100, card)
    chips = shop.counter._i2c._chips
    whole, chips[DISPLAY] = chips[DISPLAY], Broken()
    await shop.press("5")
    await shop.person.pause(3)
    chips[DISPLAY] = whole
    await shop.person.pause(30)
    await shop.press("cancel")
    await shop.person.pause(30)
    await shop.sale(200, card)
    assert shop.moved() == [("sale", -100), ("sale", -200)]
    assert b"fault OSError" in shop.counter.supply.output
    shop.counter.supply.output = b""  # that one was meant


@at_the_till()
async def test_new_keys_are_refused_while_payments_wait(shop):
    await shop.open()
    await shop.sale(100, shop.card())
    shop.counter.power_cut()
    with pytest.raises(SupplyError, match="settle them first"):
        await shop.stage.provision(terminal="90000002")
    shop.counter.deaths.clear()
    await shop.open()
    await shop.settled()


@at_the_till()
async def test_the_date_of_a_sign_on_does_not_give_up_a_reversal(shop):
    """An 0810 is under no MAC. A wrong date in it must not end what the customer is owed."""

    def silent(direction, data):
        return None if direction == "answer" or data[MTI_AT : MTI_AT + 2] == REVERSAL else data

    spoiled = []

    def another_day(direction, data):
        if direction == "answer" and data[MTI_AT : MTI_AT + 2] == SIGN_ON_ANSWER:
            assert data[DATE_AT : DATE_AT + 2] == TODAY
            spoiled.append(shop.world.now_us)
            return data[:DATE_AT] + TOMORROW + data[DATE_AT + 2 :]
        return data

    await shop.open()
    shop.link.intercept = silent
    await shop.tap(5_000, shop.card())
    await shop.answer("no-answer")
    assert shop.moved() == [("sale", -5_000)]
    shop.counter.power_cut()
    shop.link.intercept = another_day
    await shop.counter.power_on()
    await shop.standing()
    await shop.person.until(lambda: ("reversal", 5_000) in shop.moved(), "the reversal at the issuer", 300_000_000)
    assert spoiled


@at_the_till()
async def test_a_mute_host_keeps_nobody_waiting_longer_than_one_answer(shop):
    """The background signs on to a host that says nothing; a person need not wait for that too."""
    asked = []

    def mute(direction, data):
        if direction == "answer":
            return None
        asked.append(shop.world.now_us)
        return data

    shop.link.intercept = mute
    await shop.counter.power_on()
    await shop.word("menu-sign-on")
    count = len(asked)
    await shop.person.until(lambda: len(asked) > count, "the background's sign-on", 300_000_000)
    began_us = shop.world.now_us
    await shop.press("7")
    await shop.person.sees("T30")  # its own sign-on was not answered, so the clock is not set
    assert shop.world.now_us - began_us < 33_000_000


@at_the_till()
async def test_a_key_pressed_too_early_does_not_take_the_result_away(shop):
    await shop.open()
    await shop.amount(9_900)
    shop.link.latency_us = 1_500_000
    shop.counter.field.present(shop.card(100))
    await shop.word("wait-success")
    await shop.press("confirm", "confirm")
    await shop.person.pause(5)
    shop.counter.field.remove()
    await shop.answer("51")


@at_the_till()
async def test_the_till_signs_on_again_when_the_host_asks_for_it(shop):
    asked = []

    def listening(direction, data):
        if data[MTI_AT : MTI_AT + 2] == SIGN_ON:
            asked.append(shop.world.now_us)
        return data

    await shop.open()
    card = shop.card()
    shop.link.intercept = listening
    shop.stage.host.ask_terminal("90000001", 3)
    await shop.sale(100, card)
    await shop.person.until(lambda: bool(asked), "a new sign-on")
    await shop.idle()
    await shop.sale(200, card)
    assert len(asked) == 1
    assert shop.moved() == [("sale", -100), ("sale", -200)]


def times_in_memory(process: int, text: bytes) -> int:
    """How often a text stands in what a process has written to."""
    found = 0
    with open(f"/proc/{process}/maps") as maps, open(f"/proc/{process}/mem", "rb") as memory:
        for line in maps:
            span, rights = line.split()[:2]
            if "rw" not in rights or "[v" in line:
                continue
            begin, end = (int(part, 16) for part in span.split("-"))
            memory.seek(begin)
            try:
                found += memory.read(end - begin).count(text)
            except OSError:
                continue
    return found


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="this system shows no process's memory (Linux does)")
@at_the_till()
async def test_the_pin_is_nowhere_in_the_tills_memory_once_it_is_sent(shop):
    await shop.open()
    pin = "975318"
    await shop.tap(150_000, shop.card(pin=pin))
    await shop.word("enter-pin")
    await shop.type(pin)
    await shop.sees("*" * len(pin))
    process = shop.counter.supply._process.pid
    assert times_in_memory(process, pin.encode()), "the search finds it while it is typed"
    await shop.press("confirm")
    await shop.word("tear-off")
    assert not times_in_memory(process, pin.encode())
