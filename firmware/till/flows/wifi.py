"""Setting up Wi-Fi at the till: look for networks, choose one, type its password, join, keep it sealed."""

from till.flows.errors import Stopped
from till.flows.guard import manager
from till.ui.typing import ask_text

JOIN_MS = 20_000
LOOK_MS = 500
PASSWORD_LEAST, PASSWORD_MOST = 8, 63  # IEEE 802.11, annex J
NAME_SHOWN = 11
STRONG_DBM, FAIR_DBM = -60, -75
WHY = {"password": "wifi-password", "not-found": "wifi-none"}


async def set_up(till):
    """Ends joined, with the network in the settings; or raises Stopped, and the till goes back to the one before."""
    wifi, ui = till.devices.wifi, till.ui
    await manager(till, "wifi-menu")
    ui.show("notice", "wifi-menu", "wifi-searching")
    try:
        found = wifi.scan()
    except OSError:
        raise Stopped("wifi-fault")
    if not found:
        raise Stopped("wifi-none")
    name, _, secured = found[await ui.pick("wifi-choose", [_row(*one) for one in found])]
    password = ""
    if secured:
        password = await ask_text(ui, "wifi-menu", "enter-wifi", PASSWORD_LEAST, PASSWORD_MOST)
    ui.show("notice", "wifi-menu", "wifi-joining", "please-wait")
    wifi.join(name, password)
    status = await _joined(till)
    if status != "joined":
        before = till.settings.get("wifi")
        if before:
            wifi.join(before["name"], before["password"])
        raise Stopped(WHY.get(status, "wifi-failed"))
    await till.keep(wifi={"name": name, "password": password})
    till.work.set()  # the line to the host can be opened now
    ui.show("notice", "wifi-menu", "wifi-joined")
    await ui.key(LOOK_MS * 6)


async def _joined(till):
    """Waits until the radio says joined, or why not. A first "wrong password" may be of the attempt before."""
    clock, wifi = till.clock, till.devices.wifi
    deadline_ms = clock.ticks_ms() + JOIN_MS
    status = "joining"
    while clock.ticks_ms() < deadline_ms:
        await clock.sleep_ms(LOOK_MS)
        last, status = status, wifi.status()
        if status == "joined" or (status in WHY and status == last):
            break
    return status


def _row(name, dbm, secured):
    """The name, cut, and how strong it is; "*" where it wants a password."""
    strength = 3 if dbm >= STRONG_DBM else 2 if dbm >= FAIR_DBM else 1
    return "%s%s%s" % (name[:NAME_SHOWN], "*" if secured else " ", "|" * strength)
