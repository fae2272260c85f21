"""The desk's web server: NiceGUI's page, the slips as pictures and PDF, the export of a payment. Loopback only."""

import asyncio
import contextlib
import json
import signal
import socket
from collections.abc import Callable, Generator
from typing import Any

import uvicorn
from fastapi import FastAPI, HTTPException, Response
from fastapi.staticfiles import StaticFiles
from nicegui import ui

from host_sim.console.folder import Folder
from host_sim.console.page import WEB, Hub
from host_sim.console.paper_pdf import slip_pdf
from host_sim.console.shop import Shop
from host_sim.console.timeline import export
from host_sim.rig.paper import Slip

ADDRESS = "127.0.0.1"
GRACE_S = 1
FRESH = {"Cache-Control": "no-store"}  # slips are numbered anew in each run


class PortTaken(Exception):
    """Something else listens there. args: the port."""


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


async def serve(folder: Folder, port: int, ready: Callable[[str], None], language: str = "zh") -> None:
    """Opens the shop and its desk; comes back when SIGINT or SIGTERM has come and everything is closed.

    ready(address): called once the page can be opened. language: see Shop. Raises PortTaken.
    """
    listener = _listen(port)
    told: list[Callable[[str], None]] = []
    shop = Shop(folder, lambda what: told[0](what) if told else None, language)
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
        await shop.open()
        hub.start()
        serving = asyncio.ensure_future(server.serve([listener]))
        address = f"http://{ADDRESS}:{listener.getsockname()[1]}"
        folder.say(address=address, host_port=shop.host.port)
        ready(address)
        await asyncio.wait({serving, asyncio.ensure_future(stopping.wait())}, return_when=asyncio.FIRST_COMPLETED)
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
    except OSError:
        listener.close()
        raise PortTaken(port) from None
    return listener


def _app(shop: Shop, hub: Hub) -> FastAPI:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.mount("/desk", StaticFiles(directory=WEB), name="desk")

    def slip(number: int) -> Slip:
        slips = shop.counter.printer.slips
        if not 1 <= number <= len(slips):
            raise HTTPException(404, "this slip was printed in an earlier run")
        return slips[number - 1]

    @app.get("/slip/{number}.png")
    def picture(number: int) -> Response:
        return Response(slip(number).png(shop.glyphs), media_type="image/png", headers=FRESH)

    @app.get("/slip/{number}.pdf")
    def pdf(number: int) -> Response:
        headers = {**FRESH, "Content-Disposition": f'inline; filename="slip-{number}.pdf"'}
        return Response(slip_pdf(slip(number), shop.glyphs), media_type="application/pdf", headers=headers)

    @app.get("/payment/{number}.json")
    async def payment(number: int) -> Response:
        told: dict[str, Any] | None = await export(shop, number)
        if told is None:
            raise HTTPException(404, "no such payment")
        headers = {"Content-Disposition": f'attachment; filename="payment-{number}.json"'}
        text = json.dumps(told, ensure_ascii=False, indent=1)
        return Response(text, media_type="application/json", headers=headers)

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
