"""The merchant's mailbox: a real SMTP server on loopback that keeps what comes as files."""

import asyncio
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import escape
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

SHOWN_MOST = 50
BYTES_MOST = 1_000_000


class Mailbox:
    """folder: where mails are kept, one .eml a mail. arrived(): called after each."""

    def __init__(self, folder: Path, arrived: Any = lambda: None):
        self.folder, self._arrived = folder, arrived
        self.address = ("127.0.0.1", 0)
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self.folder.mkdir(exist_ok=True)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(self, hostname="localhost", data_size_limit=BYTES_MOST), *self.address
        )
        self.address = self._server.sockets[0].getsockname()[:2]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """The same mail again (same Message-ID) is the same file."""
        content = envelope.content
        assert isinstance(content, bytes)
        mail = message_from_bytes(content, policy=policy.default)
        name = re.sub(r"[^A-Za-z0-9.-]", "_", str(mail["Message-ID"] or "mail"))[:100]
        (self.folder / f"{name.strip('_')}.eml").write_bytes(content)
        self._arrived()
        return "250 OK"

    def mails(self) -> list[dict[str, str]]:
        """The newest mails, newest first: name, subject, from, to, date, plain, html."""
        files = sorted(self.folder.glob("*.eml"), key=lambda path: path.stat().st_mtime, reverse=True)
        return [_read(path) for path in files[:SHOWN_MOST]]


def _read(path: Path) -> dict[str, str]:
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(mail, EmailMessage)
    parts = {kind: mail.get_body((kind,)) for kind in ("plain", "html")}
    text = {kind: part.get_content() if part is not None else "" for kind, part in parts.items()}
    text["html"] = text["html"] or f"<p>{escape(text['plain'])}</p>"
    heads = {head: str(mail[head] or "") for head in ("Subject", "From", "To", "Date")}
    return {"name": path.stem, **{head.lower(): value for head, value in heads.items()}, **text}
