"""The host as the desk keeps it: started, killed as by a crash, and started again from nothing but its databases."""

import os
from collections.abc import Callable
from pathlib import Path

from host_sim.host import Host
from host_sim.merchant.gateways import Gateway
from host_sim.rig.world import World
from host_sim.store.connect import connect
from host_sim.store.engine import Store


class BackOffice:
    """folder: of the databases. smtp: the mailbox. sms: the phone. changed(): after every progress of the host.

    host: the one that runs, or ran last. up: whether it runs. trouble: why it could not be started again, or "".
    books: its database for the page to read, which goes on while the host is dead; nothing is written through it.
    """

    def __init__(
        self,
        folder: Path,
        world: World,
        lmk: bytes,
        smtp: tuple[str, int],
        changed: Callable[[], None],
        sms: Gateway | None = None,
    ):
        self._sms = sms
        self._folder, self._world, self._lmk, self._smtp, self._changed = folder, world, lmk, smtp, changed
        self.up = False
        self.trouble = ""
        self.port = 0

    async def start(self) -> None:
        """At the port that it had before, if it had one. OSError where something else has taken that meanwhile."""
        url = f"sqlite:///{self._folder / 'host.sqlite'}"
        issuer = f"sqlite:///{self._folder / 'issuer.sqlite'}"
        clearing = self._folder / "clearing"
        host = Host(url, issuer, self._world, os.urandom, self._lmk, self._smtp, sms=self._sms, clearing=clearing)
        try:
            await host.start(port=self.port)
        except OSError as error:
            await host.stop()
            self.trouble = error.strerror or type(error).__name__
            raise
        self.host, self.port, self.up, self.trouble = host, host.port, True, ""
        host.on_progress += [self._world.changed, self._changed]
        if not hasattr(self, "books"):
            self.books = Store(connect(url))
        self._changed()

    async def kill(self) -> None:
        """Its connections break at once; what it was doing is lost, what it had committed is not."""
        self.up = False
        await self.host.crash()
        self._world.changed()

    async def close(self) -> None:
        if self.up:
            self.up = False
            await self.host.stop()
        if hasattr(self, "books"):
            await self.books.close()

    def progress(self, peer_port: int) -> tuple[int, int, bool]:
        """See Host.progress."""
        return self.host.progress(peer_port)

    def quiet(self) -> bool:
        """Whether nothing is under way at the host."""
        return not self.up or not self.host.busy
