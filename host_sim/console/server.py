"""The desk's web server: NiceGUI's page, the slips as pictures and PDF, the export of a payment. Loopback only."""

import asyncio
import contextlib
import json
import signal
import socket
import sys
from collections.abc import Callable, Generator
from errno import EADDRINUSE
from typing import Any

import uvicorn
from fastapi import FastAPI, HTTPException, Response
from fastapi.staticfiles import StaticFiles
from nicegui import ui

from host_sim.console.folder import Folder
from host_sim.console.merchant_page import serve_merchants
from host_sim.console.page import WEB, Hub
from host_sim.console.paper_pdf import slip_pdf
from host_sim.console.shop import Shop
from host_sim.console.slips import unpacked
from host_sim.console.timeline import export
from host_sim.rig.paper import Slip

ADDRESS = "127.0.0.1"
GRACE_S = 1
SWITCH_S = 0.0005
"""How long the host's threads may hold the interpreter while the loop waits for it. A key press is some thirty short
exchanges on the till's bus: at the usual 5 ms each, a busy host would be felt."""
FRESH = {"Cache-Control": "no-store"}  # another folder on this port has other slips


class PortTaken(Exception):
    """Something else listens there, or one may not. args: the port, what happened."""


class Stopped(Exception):
    """Somebody stopped the desk before it was open. What it had made goes on, or begins anew, with the next start."""


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


async def serve(
    folder: Folder,
    port: int,
    ready: Callable[[str], None],
    language: str = "zh",
    contact_port: str | None = None,
) -> None:
    """Opens the shop and its desk; comes back when SIGINT or SIGTERM has come and everything is closed.

    ready(address): called once the page can be opened. language, contact_port: see Shop. Raises PortTaken, Stopped.
    """
    listener = _listen(port)
    sys.setswitchinterval(SWITCH_S)
    told: list[Callable[[str], None]] = []
    shop = Shop(folder, lambda what: told[0](what) if told else None, language, contact_port)
    hub = Hub(shop)
    told.append(hub.changed)
    server = _Server(
        uvicorn.Config(
            _app(shop, hub),
            log_level="warning",
            access_log=False,
            lifespan="on",
            loop="asyncio",
            timeout_graceful_shutdown=GRACE_S,
        )
    )
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stopping.set)
    serving: asyncio.Task[None] | None = None
    try:
        halt = asyncio.ensure_future(stopping.wait())
        opening = asyncio.ensure_future(shop.open())
        await asyncio.wait({opening, halt}, return_when=asyncio.FIRST_COMPLETED)
        if not opening.done():
            opening.cancel()
            await asyncio.wait({opening})
            raise Stopped
        await opening
        hub.start()
        serving = asyncio.ensure_future(server.serve([listener]))
        address = f"http://{ADDRESS}:{listener.getsockname()[1]}"
        folder.say(address=address, host_port=shop.office.port)
        ready(address)
        await asyncio.wait({serving, halt}, return_when=asyncio.FIRST_COMPLETED)
        await hub.stop("stopped")
    finally:
        server.should_exit = True
        if serving is not None:
            await asyncio.wait({serving})
        await shop.close()
        listener.close()


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((ADDRESS, port))
        listener.listen()  # who comes while the shop opens waits, and a second desk finds the port taken
    except OSError as error:
        listener.close()
        raise PortTaken(port, "in use by another program" if error.errno == EADDRINUSE else error.strerror) from None
    return listener


def _app(shop: Shop, hub: Hub) -> FastAPI:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.mount("/desk", StaticFiles(directory=WEB), name="desk")

    def slip(number: int) -> Slip:
        kept = shop.archive.slip(number)
        if kept is None:
            raise HTTPException(404, "no such slip: it was never printed, or it is too old to have been kept")
        return unpacked(kept)

    @app.get("/slip/{number}.png")
    async def picture(number: int) -> Response:
        drawn = await asyncio.to_thread(slip(number).png, shop.glyphs)
        return Response(drawn, media_type="image/png", headers=FRESH)

    @app.get("/slip/{number}.pdf")
    async def pdf(number: int) -> Response:
        headers = {**FRESH, "Content-Disposition": f'inline; filename="slip-{number}.pdf"'}
        made = await asyncio.to_thread(slip_pdf, slip(number), shop.glyphs)
        return Response(made, media_type="application/pdf", headers=headers)

    @app.get("/payment/{name}.json")
    async def payment(name: str) -> Response:
        told: dict[str, Any] | None = await export(shop, name)
        if told is None:
            raise HTTPException(404, "no such payment")
        headers = {"Content-Disposition": f'attachment; filename="payment-{told["payment"]["id"]}.json"'}
        text = json.dumps(told, ensure_ascii=False, indent=1)
        return Response(text, media_type="application/json", headers=headers)

    serve_merchants(shop)
    ui.run_with(
        app,
        root=hub.page,
        title="picotill",
        dark=False,
        tailwind=False,
        show_welcome_message=False,
        reconnect_timeout=5,
        message_history_length=0,
        binding_refresh_interval=None,
        favicon=WEB / "icon.svg",
    )
    return app
