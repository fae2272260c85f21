"""The page: one NiceGUI element that draws the desk, and what passes between it and the shop.

Every browser that looks has a View. All are told what changes; only the one that holds the keys may do something.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

from nicegui import ui
from nicegui.element import Element

from host_sim.console.feed import Feed
from host_sim.console.shop import Shop
from host_sim.console.switches import CUTS, LINKS
from host_sim.console.timeline import timeline

WEB = Path(__file__).with_name("web")
GLASS_S = 0.005  # pixels that change together go together
TICK_S = 0.25
SLOW_TICKS = 4
TABS = {
    "payments": ("payments",),
    "messages": ("messages",),
    "batches": ("batches",),
    "ledger": ("ledger",),
    "worklist": ("worklist",),
    "mail": ("mail",),
    "log": ("log",),
}


class View(Element, component="web/desk.js"):
    """One browser's desk. hub: who tells it."""

    def __init__(self, hub: "Hub"):
        super().__init__()
        self.hub = hub
        self.tab = "payments"
        self.opened: str | None = None
        self.on("act", lambda event: hub.act(self, event.args))

    def apply(self, patch: dict[str, Any]) -> None:
        """Hands a part of the state to the page."""
        self.run_method("apply", patch)


class Hub:
    """shop: may still be opening; .start() once it is open."""

    def __init__(self, shop: Shop):
        self.shop, self.feed = shop, Feed(shop)
        self.views: list[View] = []
        self.holder: View | None = None
        self._dirty: set[str] = set()
        self._glass: asyncio.TimerHandle | None = None
        self._ticker: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.is_open = False
        self._trouble = ""

    # ---- coming and going
    def start(self) -> None:
        self.is_open = True
        self._loop = asyncio.get_running_loop()
        self._ticker = asyncio.ensure_future(self._tick())

    async def stop(self, reason: str) -> None:
        """Tells every page why it will hear nothing more."""
        if self._ticker is not None:
            self._ticker.cancel()
            await asyncio.wait({self._ticker})
        self._all({"gone": reason})
        await asyncio.sleep(0.1)  # let it reach them

    def page(self) -> None:
        """Builds the page for a browser that comes."""
        ui.add_head_html('<link rel="stylesheet" href="/desk/desk.css"><link rel="icon" href="/desk/icon.svg">')
        view = View(self)
        ui.context.client.on_disconnect(lambda: self._left(view))

    def _left(self, view: View) -> None:
        if view in self.views:
            self.views.remove(view)
        if self.holder is view:  # the keys go to the one that is left, or wait for who takes them
            self.holder = self.views[0] if len(self.views) == 1 else None
        self._tell_holders()

    def _tell_holders(self) -> None:
        for view in self.views:
            view.apply({"holds": view is self.holder, "taken": self.holder is not None, "watchers": len(self.views)})

    # ---- what changes
    def changed(self, what: str) -> None:
        """From the shop, on any thread, as often as it likes."""
        self._dirty.add(what)
        if what in ("screen", "pins", "power") and self._glass is None and self._loop is not None and self.views:
            self._glass = self._loop.call_later(GLASS_S, self._push_glass)

    def _push_glass(self) -> None:
        self._glass = None
        self._dirty.discard("screen")
        self._all(self.feed.screen() | self.feed.pins() | self.feed.power())

    def _all(self, patch: dict[str, Any]) -> None:
        for view in list(self.views):
            view.apply(patch)

    async def _tick(self) -> None:
        """Four times a second what has changed, once a second what is costly."""
        count = 0
        while True:
            await asyncio.sleep(TICK_S)
            count += 1
            if not self.views:
                continue
            failure = self.shop.world.failure
            try:
                await self._push(count % SLOW_TICKS == 0)
            except Exception as error:  # one bad round does not stop the page
                failure = error
            trouble = type(failure).__name__ if failure is not None else ""
            if trouble != self._trouble:
                self._trouble = trouble
                self._all({"trouble": trouble})

    async def _push(self, slow: bool) -> None:
        dirty, self._dirty = self._dirty, set()
        feed = self.feed
        patch: dict[str, Any] = feed.text() | (feed.clock() if slow else {})
        for name, part in (("cards", feed.cards), ("world", feed.world), ("paper", feed.paper), ("power", feed.power)):
            if name in dirty:
                patch |= part()
        if dirty & {"host", "event"}:
            patch |= await feed.payments()
        if "host" in dirty:
            if slow:
                patch |= await feed.balances()
            else:
                self._dirty.add("host balances")
        elif "host balances" in dirty and slow:
            patch |= await feed.balances()
        elif "host balances" in dirty:
            self._dirty.add("host balances")
        self._all(patch)
        for view in list(self.views):
            await self._push_tab(view, dirty, slow)

    async def _push_tab(self, view: View, dirty: set[str], slow: bool) -> None:
        if view.opened is not None and dirty & {"event", "host"}:
            await self._open(view, view.opened)
        if view.tab == "messages" and "event" in dirty:
            view.apply(self.feed.messages())
        elif view.tab == "log" and "log" in dirty:
            view.apply(self.feed.log())
        elif view.tab == "mail" and "mail" in dirty:
            view.apply(self.feed.mail())
        elif view.tab in ("batches", "ledger", "worklist") and ("host" in dirty or slow):
            await self._look(view, view.tab)

    # ---- what browsers ask for
    async def act(self, view: View, wish: dict[str, Any]) -> None:
        """One wish of a page. Looking is free; doing takes the keys."""
        do = wish.get("do")
        if do == "hello":
            await self._hello(view)
        elif do == "look":
            view.tab = str(wish.get("tab", "payments"))
            await self._look(view, view.tab)
        elif do == "open":
            view.opened = str(wish["id"])
            await self._open(view, view.opened)
        elif do == "close":
            view.opened = None
        elif do == "take":
            self.holder = view
            self._tell_holders()
        elif view is self.holder and self.is_open:
            deed = self._deeds().get(str(do))
            if deed is not None:
                deed(wish)

    def _deeds(self) -> dict[str, Callable[[dict[str, Any]], object]]:
        shop, switches = self.shop, self.shop.switches
        return {
            "press": lambda wish: shop.press(str(wish.get("key"))),
            "present": lambda wish: shop.present(str(wish.get("card"))),
            "tear": lambda wish: shop.tear(),
            "power": lambda wish: shop.power(bool(wish.get("on"))),
            "host": lambda wish: shop.host_power(bool(wish.get("on"))),
            "leap": lambda wish: shop.leap(str(wish.get("to"))),
            "link": lambda wish: wish.get("to") in LINKS and shop.world.poke(lambda: switches.set_link(wish["to"])),
            "switch": lambda wish: shop.world.poke(lambda: switches.set(str(wish.get("name")), bool(wish.get("on")))),
            "cut": lambda wish: self._cut(str(wish.get("where"))),
            "repair": lambda wish: asyncio.ensure_future(self._mended(self.feed.repair)),
            "decide": lambda wish: asyncio.ensure_future(
                self._mended(partial(self.feed.decide, int(wish.get("id", 0)), bool(wish.get("stands"))))
            ),
        }

    async def _mended(self, deed: Callable[[], Awaitable[list[str]]]) -> None:
        if self.shop.office.up:
            self._all({"repaired": await deed()})
            for view in list(self.views):
                if view.tab == "worklist":
                    await self._look(view, view.tab)

    def _cut(self, where: str) -> None:
        shop = self.shop
        if where == CUTS[0]:
            shop.power(False)
        else:
            shop.world.poke(lambda: shop.switches.arm(where))

    async def _hello(self, view: View) -> None:
        if not self.is_open:
            return
        if view not in self.views:
            self.views.append(view)
        view.apply({**await self.feed.whole(), "ready": True})
        if self.holder is None or self.holder not in self.views:
            self.holder = view
        self._tell_holders()
        await self._look(view, view.tab)

    async def _look(self, view: View, tab: str) -> None:
        for name in TABS.get(tab, ()):
            part = getattr(self.feed, name)()
            view.apply(await part if asyncio.iscoroutine(part) else part)

    async def _open(self, view: View, name: str) -> None:
        told = await timeline(self.shop, name)
        if view.opened == name:
            view.apply({"opened": told, "openedId": name})
