"""The manager's own caps for offline payments: lower than those of provisioning, never higher."""

from till.flows.errors import Stopped
from till.flows.guard import manager
from till.flows.offline import caps_of
from till.settings import CAPS, OFFLINE_KINDS

NUMBER_DIGITS = 3
NUMBERS = ("count", "age_h")  # the others are amounts
SEEN_MS = 3_000


async def choose_caps(till):
    """One cap or switch of one kind, kept in the settings."""
    await manager(till, "caps-menu")
    kind = OFFLINE_KINDS[await till.ui.choose("caps-menu", ["cap-" + kind for kind in OFFLINE_KINDS])]
    names = ("on",) + CAPS
    name = names[await till.ui.choose("cap-" + kind, ["cap-" + name for name in names])]
    given = till.settings["offline"].get(kind, {}).get(name)
    if not given:
        raise Stopped("offline-off")
    if name == "on":
        value = not caps_of(till, kind)["on"]
    elif name in NUMBERS:
        value = int(await till.ui.ask_digits("cap-" + name, "enter-number", NUMBER_DIGITS))
    else:
        value = await till.ui.ask_amount("cap-" + name)
    if name != "on" and not 0 < value <= given:
        raise Stopped("cap-over")
    chosen = dict(till.settings.get("offline_chosen", {}))
    chosen[kind] = dict(chosen.get(kind, {}))
    chosen[kind][name] = value
    await till.keep(offline_chosen=chosen)
    till.ui.show("notice", "caps-menu", ("switched-on" if value else "switched-off") if name == "on" else "kept")
    await till.ui.key(SEEN_MS)
