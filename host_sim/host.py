"""The host put together: one place where store, security module, networks and server meet."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from host_sim.acquirer import enrolment
from host_sim.acquirer.acquirers import Acquirer, load_acquirer
from host_sim.acquirer.desk import Desk
from host_sim.acquirer.dispatch import Dispatcher
from host_sim.acquirer.exception_file import read_exceptions
from host_sim.acquirer.hsm import PIN, Hsm
from host_sim.acquirer.profiles import load_profile
from host_sim.acquirer.recovery import Left, left_behind, recover
from host_sim.acquirer.redaction import logger
from host_sim.acquirer.references import References
from host_sim.acquirer.server import Server
from host_sim.acquirer.updates import Offers
from host_sim.acquirer.vault import Vault, derive
from host_sim.clock import Clock
from host_sim.merchant.gateways import Gateway, GatewaySender
from host_sim.merchant.notices import Sender
from host_sim.networks.bank import SimulatedBank
from host_sim.networks.bins import load_routes
from host_sim.networks.issuer import Issuer, IssuerKeys
from host_sim.networks.switch import Switch
from host_sim.networks.wallet import WalletHouse
from host_sim.networks.wallet.routes import wallet_routes
from host_sim.settlement.bank_run import bank_round
from host_sim.settlement.jobs import due_jobs, run_job
from host_sim.settlement.maturity import mature
from host_sim.settlement.reconciliation.daily import Daily
from host_sim.store.engine import open_store

log = logger("picotill.host")

SETTLE_S = 5.0
JOBS_A_ROUND = 200
NOTICE_RETRY_S = 30.0
RECOVERY_S = 30.0


class Host:
    """The settlement host with one simulated issuer and one house of wallets behind it.

    database_url, issuer_url: SQLAlchemy URLs, apart. clock: see host_sim.clock. entropy(n): n random bytes.
    lmk: 32 bytes, from which the host's and the simulated issuer's keys are derived. smtp: (host, port) for
    merchants' notices, None to leave them in the outbox; sms: the gateway for text messages, the same.
    language: of merchants that name none, zh or en. acquirer: see acquirer/acquirers.toml. settle_s: how often settle()
    runs by itself, None: never. clearing: the folder of the channels' clearing files, which are taken in as they come
    by this reconciliation engine; None: nothing is reconciled by itself. updates: folder of newer versions
    of the till; UpdateFileError where it cannot be. exceptions: the exception file; ExceptionFileError the same.
    """

    def __init__(
        self,
        database_url: str,
        issuer_url: str,
        clock: Clock,
        entropy: Callable[[int], bytes],
        lmk: bytes,
        smtp: tuple[str, int] | None = None,
        language: str = "zh",
        acquirer: Acquirer | None = None,
        settle_s: float | None = SETTLE_S,
        sms: Gateway | None = None,
        clearing: Path | None = None,
        engine: str = "duckdb://",
        updates: Path | None = None,
        exceptions: Path | None = None,
    ):
        keys = IssuerKeys(
            imk=derive(lmk, "issuer imk", 16),
            pvk=derive(lmk, "issuer pvk", 16),
            zpk=derive(lmk, "issuer zpk", 16),
            token=derive(lmk, "issuer token"),
        )
        hsm = Hsm(lmk, entropy)
        acquirer = acquirer or load_acquirer()
        self.store = open_store(database_url)
        self.issuer = Issuer(issuer_url, keys, clock)
        self.wallets = WalletHouse(issuer_url, derive(lmk, "wallet codes"), clock, entropy)
        self._switch = Switch([*load_routes(self.issuer), *wallet_routes(self.wallets)])
        self.bank = SimulatedBank(issuer_url, derive(lmk, "bank"), clock)
        self._clock = clock
        self._language = language
        self._settle_s = settle_s
        self._sender = Sender(self.store, smtp, clock) if smtp else None
        vault = Vault(lmk, entropy)
        self._gateways = GatewaySender(self.store, vault, clock, sms)
        self._daily = None
        if clearing is not None:
            house = self.issuer.clearing(acquirer.channel, acquirer.cutoff, acquirer.zone, acquirer.cost_basis_points)
            wallets = self.wallets.clearing(acquirer.cutoff, acquirer.zone)
            self._daily = Daily(clearing, (house(clearing), wallets(clearing)), engine, clock)
        self._tasks: list[asyncio.Task[None]] = []
        self._due = asyncio.Event()
        self.desk = Desk(
            profile=load_profile(acquirer.profile),
            store=self.store,
            hsm=hsm,
            vault=vault,
            switch=self._switch,
            references=References(self.store),
            clock=clock,
            zpk_block=hsm.wrap(PIN, keys.zpk),
            acquirer=acquirer,
            notices_due=self._notices_due,
            updates=Offers.of(updates),
            exceptions=read_exceptions(exceptions),
        )
        self.dispatcher = Dispatcher(self.desk)
        self.server = Server(
            self.dispatcher.answer,
            self.desk.profile.header_bytes,
            self.desk.profile.limit_bytes,
            clock,
            self._progressed,
        )
        self.on_progress: list[Callable[[], None]] = []
        self.busy = 0
        self.port = 0

    async def start(self, address: str = "127.0.0.1", port: int = 0) -> None:
        """Listen for terminals, and end what an earlier run has left; busy until then. port 0 picks a free one; .port
        says which."""
        left = await self.desk.store.read(lambda session: left_behind(session, self._clock.now()))
        self.port = await self.server.start(address, port)
        loop = asyncio.get_running_loop()
        self.busy += 1
        self._tasks.append(loop.create_task(self._recover_for_ever(left)))
        self._tasks.append(loop.create_task(self._keep(self._due, NOTICE_RETRY_S, self._send_notices)))
        if self._settle_s is not None:
            self._tasks.append(loop.create_task(self._keep(asyncio.Event(), self._settle_s, self.settle)))

    async def stop(self) -> None:
        """Finish what was taken, then close everything. What is on disk is complete."""
        await self.server.stop()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await self._switch.close()
        await self.store.close()
        self.issuer.close()
        self.bank.close()
        self.wallets.close()

    async def crash(self) -> None:
        """End as a killed process does: connections break at once, what is under way is dropped, nothing is finished
        but the commit that the disk already has in hand. What an issuer was asked it may still do: it is another
        house. A new Host on the same databases recovers."""
        for task in self._tasks:
            task.cancel()
        working = [*self._tasks, *self.server.crash()]
        await self.store.crash()
        if working:
            await asyncio.wait(working)
        await self._switch.close()
        self.issuer.close()
        self.bank.close()
        self.wallets.close()

    async def enroll(
        self,
        merchant_fields: Mapping[str, Any],
        terminal_number: str,
        merchant_number: str,
        settlement_email: str | None = None,
    ) -> dict[str, Any]:
        """Take on a terminal and its merchant; what comes back goes into the terminal. See acquirer.enrolment."""
        return await enrolment.enroll(
            self.desk, merchant_fields, terminal_number, merchant_number, settlement_email, self._language
        )

    def progress(self, peer_port: int) -> tuple[int, int, bool]:
        """Of the connection from that port: bytes consumed, bytes written, whether a message is under way."""
        return self.server.progress(peer_port)

    def ask_terminal(self, terminal_number: str, request: int) -> None:
        """Put a request into the header of the next answer: 3 sign on again, 1 parameters, ..."""
        self.dispatcher.requests[terminal_number] = request

    async def mature(self) -> int:
        """Make money available whose settlement date has come. Returns how many payments."""
        total = 0
        while count := await self.store.write(lambda session: mature(session, self._clock.now())):
            total += count
        return total

    async def settle(self) -> int:
        """Do what settlement does by itself and is due: jobs, then payouts told to the bank and its results, then the
        clearing files that have come. Runs by itself from time to time. Returns how many things were done."""
        store, done = self.store, 0
        for _ in range(JOBS_A_ROUND):
            if not await store.read(lambda session: due_jobs(session, self._clock.now())):
                break
            if await store.write(lambda session: run_job(session, self._clock.now())) is None:
                break
            done += 1
        told = await bank_round(store.write, asyncio.to_thread, self.bank, self.desk.vault, self._clock)
        if told:
            self._notices_due()
        cleared = 0
        if self._daily is not None:
            cleared = await self._daily.round(store.read, store.write, asyncio.to_thread)
        return done + told + cleared

    def authorisation_times_ms(self) -> list[float]:
        """How long the latest sales took from question to answer, oldest first."""
        return [taken_ms for name, taken_ms in self.dispatcher.timings if name == "sale"]

    def _progressed(self) -> None:
        for listener in self.on_progress:
            listener()

    async def recover(self) -> int:
        """Bring to an end what has no result for too long, and have networks undo what they must. Runs by itself
        from time to time. Returns how many things were tried."""
        return await recover(self.desk)

    async def _recover_for_ever(self, left: list[Left]) -> None:
        try:
            await recover(self.desk, left)
        except Exception as error:  # the next round tries again
            log.error("recovery: %s", type(error).__name__)
        finally:
            self.busy -= 1
            self._progressed()
        await self._keep(asyncio.Event(), RECOVERY_S, self.recover)

    def _notices_due(self) -> None:
        if self._tasks and not self._due.is_set():
            self.busy += 1
            self._due.set()
            self._progressed()

    async def _send_notices(self) -> None:
        try:
            if self._sender is not None:
                await self._sender.send_due()
        finally:
            await self._gateways.send_due()

    async def _keep(self, due: asyncio.Event, pause_s: float, work: Callable[[], Awaitable[object]]) -> None:
        """Do the work at once when it is due, and from time to time for what failed."""
        while True:
            try:
                await asyncio.wait_for(due.wait(), pause_s)
                due.clear()
                hurried = 1
            except TimeoutError:
                hurried = 0
            try:
                await work()
            except Exception as error:  # the next round tries again
                log.error("%s: %s", work.__name__, type(error).__name__)
            finally:
                self.busy -= hurried
                self._progressed()
