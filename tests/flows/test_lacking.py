"""A board with nothing but a stripe head: what it lacks the till neither offers nor waits for."""

from pathlib import Path

from tests.flows.shop import VERSION, Shop, at_the_till
from tests.flows.test_swipe import pin, track

FIRMWARE = Path(__file__).parents[2] / "firmware"
PROGRAM = f"""
import sys
sys.path.insert(0, {str(FIRMWARE)!r})
import main
import boards.unix

early = boards.unix.early


def lacking(argument):
    devices, finish = early(argument)

    def built():
        board = finish()
        for name in ("nfc", "contact", "scanner"):
            setattr(board.devices, name, None)
        return board

    return devices, built


boards.unix.early = lacking
main.start(sys.argv[1])
"""


@at_the_till()
async def test_a_till_of_a_stripe_head_alone(shop: Shop):
    program = shop.stage.folder / "lacking.py"
    program.write_text(PROGRAM)
    await shop.counter.power_on(str(program))
    await shop.idle()
    await shop.menu("menu", "8")
    lines = await shop.word("qr", "qr-show")
    assert not any(shop.words["qr-scan"] in line for line in lines)
    await shop.press("cancel")
    await shop.menu(*VERSION)
    assert "--" in " ".join(await shop.sees("NFC"))
    await shop.press("cancel")
    await shop.menu("menu", "6", "9")
    for _ in range(4):
        await shop.press("confirm")
    await shop.idle()
    await shop.amount(1200)
    await shop.person.swipe(track(shop, "120"))
    await pin(shop)
    await shop.done("approved")
    assert shop.moved() == [("sale", -1200)]
