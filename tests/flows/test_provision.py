"""Before the first payment: no settings, a wrong master key, and what a till says about it."""

import pytest
from psec import tr31

from host_sim.acquirer.key_blocks import in_key_block, key_check
from host_sim.networks.tdes import check_value
from host_sim.rig.stage import MERCHANT, MERCHANT_FIELDS, TERMINAL
from host_sim.rig.supply import SupplyError
from tests.flows.shop import SIGN_ON, at_the_till


def enrolling_with(shop, changed):
    """The next enrolment comes back with other values."""
    enroll = shop.stage.host.enroll

    async def enrolled(*facts):
        return {**await enroll(*facts), **changed}

    shop.stage.host.enroll = enrolled


@at_the_till(provisioned=False)
async def test_without_settings_it_says_what_to_do(shop):
    await shop.counter.power_on()
    for key in ("confirm", "menu", "5", "cancel"):
        await shop.answer("not-provisioned", acknowledge=False)
        await shop.press(key)
    await shop.person.pause(3_600)
    await shop.answer("not-provisioned")
    assert shop.link.sent_bytes == 0


@at_the_till(provisioned=False)
async def test_a_master_key_that_is_not_the_one_announced_is_not_taken(shop):
    enrolling_with(shop, {"tmk_check": "00000000"})
    with pytest.raises(SupplyError, match=r"check value is [0-9A-F]{8} and not the one announced: export "):
        await shop.stage.provision()
    shop.counter.deaths.clear()
    await shop.counter.power_on()
    await shop.answer("not-provisioned", acknowledge=False)


@at_the_till(provisioned=False)
async def test_a_master_key_that_is_not_the_hosts(shop):
    key = bytes(range(16))
    components = [key.hex(), bytes(16).hex()]
    enrolling_with(shop, {"tmk_components": components, "tmk_check": check_value(key).hex()})
    await shop.stage.provision()
    await shop.counter.power_on()
    await shop.answer("keys-wrong")
    await shop.sees("未签到", "请按菜单签到")
    await shop.press(*SIGN_ON)
    await shop.answer("keys-wrong")
    await shop.sees("请按菜单签到")
    await shop.press("5")
    await shop.answer("keys-wrong")
    assert await shop.payments() == []


@at_the_till(provisioned=False)
async def test_a_master_key_in_a_key_block(shop):
    """Of another implementation than the till's; altered, under another key or mistyped, it is not taken."""
    stage = shop.stage
    enrolled = await stage.host.enroll(MERCHANT_FIELDS, TERMINAL, MERCHANT)
    given = in_key_block(enrolled, lambda count: bytes(range(count)))
    assert "tmk_components" not in given
    block, other = given["tmk_block"], bytes(range(1, 17))
    under_other = {"kbpk_components": [other.hex(), bytes(16).hex()], "kbpk_check": key_check(other).hex()}
    pin_key = tr31.wrap(other, tr31.Header("D", "P0", "T", "D"), bytes(16))

    def giving(changed):
        async def enroll(*facts):
            return {**given, **changed}

        stage.host.enroll = enroll

    for changed, said in (
        ({"tmk_block": block[:-1] + ("0" if block[-1] != "0" else "1")}, "key block cannot be opened"),
        (under_other, "key block cannot be opened"),
        ({"tmk_block": pin_key, **under_other}, "usage is not K0"),
        ({"kbpk_components": [bytes(16).hex()] * 2}, "the key block's key's check value is"),
        ({"tmk_check": "00000000"}, "the TMK's check value is"),
    ):
        giving(changed)
        with pytest.raises(SupplyError, match=said) as refused:
            await stage.provision()
        assert block[16:48] not in str(refused.value)
        shop.counter.deaths.clear()
    giving({})
    await stage.provision()
    await shop.open()
    await shop.sale(500, shop.card())


@at_the_till(provisioned=False)
async def test_a_till_that_never_signed_on(shop):
    shop.link.up = False
    await shop.stage.provision()
    await shop.counter.power_on()
    await shop.sees("未签到", "网络断开", "时间未设置")
    await shop.press("5")
    await shop.answer("clock-unset")
    shop.link.up = True
    await shop.idle()
    await shop.sale(500, shop.card())
