"""The merchant's phone: an SMS gateway on loopback that takes what is signed, once, and keeps it beside the mails."""

import asyncio
import json
import re
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from host_sim.merchant.gateways import Gateway, verify

HEAD_MOST, BODY_MOST = 8_192, 16_384
WAIT_S = 5.0
HEADS = ("picotill-id", "picotill-timestamp", "picotill-signature", "content-length")


class Phone:
    """folder: where a text is kept, as a mail's file is. key: shared with the host. now(): the time."""

    def __init__(self, folder: Path, key: str, now: Callable[[], datetime], arrived: Callable[[], None]):
        self._folder, self._key, self._now, self._arrived = folder, key, now, arrived
        self._server: asyncio.Server | None = None
        self._port = 0

    @property
    def gateway(self) -> Gateway:
        """What the host is told of it."""
        return Gateway(f"http://127.0.0.1:{self._port}/sms", self._key)

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=HEAD_MOST)
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(WAIT_S):
                status = await self._take(reader)
            writer.write(b"HTTP/1.1 %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % status)
            await writer.drain()
        except (OSError, ValueError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # who speaks no HTTP gets no answer
        finally:
            writer.close()

    async def _take(self, reader: asyncio.StreamReader) -> bytes:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        heads = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        name, at, signature, length = (heads.get(one, "") for one in HEADS)
        if not head[0].startswith("POST /sms ") or not length.isdigit() or not at.isdigit() or int(length) > BODY_MOST:
            return b"400 Bad Request"
        body = await reader.readexactly(int(length))
        if not verify(self._key, int(at), body, signature, int(self._now().timestamp())):
            return b"401 Unauthorized"
        self._keep(name, json.loads(body))
        return b"204 No Content"

    def _keep(self, name: str, told: dict[str, str]) -> None:
        """The same text again is the same file."""
        mail = EmailMessage()
        mail["Subject"], mail["From"], mail["To"] = str(told["text"])[:60], "SMS", str(told["to"])
        mail["Date"] = format_datetime(self._now())
        mail.set_content(str(told["text"]))
        path = self._folder / f"sms-{re.sub(r'[^A-Za-z0-9.-]', '_', name)[:100]}.eml"
        path.write_bytes(mail.as_bytes())
        self._arrived()
