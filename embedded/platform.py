"""The whole platform in one process: every service, one bus, one front door, one mailbox."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

import uvicorn

from embedded import mailbox
from services.contacts.app import build as contacts
from services.events.app import build as events
from services.gateway.app import build as gateway
from services.notifications.app import build as notifications
from services.reports.app import build as reports
from shared import web
from shared.bus.base import Bus
from shared.clock import Clock, Mint, new_id
from shared.mongo import Database
from shared.service import Service
from shared.settings import Settings

SERVICES = {
    "gateway": gateway,
    "contacts": contacts,
    "events": events,
    "notifications": notifications,
    "reports": reports,
}
"""How each service is built, by its name."""


@dataclass
class Platform:
    """All services, joined; `database` gives the server, `prefix` begins each database's name."""

    settings: Settings
    database: Database
    bus: Bus
    clock: Clock
    mint: Mint = new_id
    prefix: str = ""
    mailbox_host: str = "127.0.0.1"
    services: dict[str, Service] = field(init=False)
    front: web.Front = field(init=False)
    _server: uvicorn.Server | None = None
    _serving: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self.services = {name: self._build(name) for name in SERVICES}
        self.services["mailbox"] = mailbox.build(
            self.settings.for_service("mailbox"),
            self._own("mailbox"),
            clock=self.clock,
            mint=self.mint,
            host=self.mailbox_host,
            port=self.settings.smtp_port,
        )
        apps = {name: service.app for name, service in self.services.items() if name != "gateway"}
        ready = [self.database.ping, self.bus.ping]
        self.front = web.Front(apps, self.services["gateway"].app, ready=ready)

    def _build(self, name: str) -> Service:
        settings = self.settings.for_service(name)
        return SERVICES[name](settings, self._own(name), self.bus, clock=self.clock, mint=self.mint)

    def _own(self, name: str) -> Database:
        return self.database.beside(f"{self.prefix}{name}")

    async def start(self) -> None:
        """Start every service, the one that catches letters first; then answer requests."""
        await self.services["mailbox"].start()
        # At once, because each waits for the database by itself.
        others = [each for name, each in self.services.items() if name != "mailbox"]
        await asyncio.gather(*(each.start() for each in others))
        await self._serve()

    async def stop(self) -> None:
        """Stop answering, then consuming, then background work; nothing taken is lost."""
        if self._server and self._serving:
            self._server.should_exit = True
            await self._serving
        for service in reversed(self.services.values()):
            await service.stop()
        await self.bus.stop()

    async def _serve(self) -> None:
        config = uvicorn.Config(
            self.front,
            host=self.settings.host,
            port=self.settings.port,
            lifespan="off",
            access_log=False,
            log_level="warning",
        )
        self._server = uvicorn.Server(config)
        self._server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        self._serving = asyncio.create_task(self._server._serve(), name="front door")  # noqa: SLF001
        while not self._server.started:
            if self._serving.done():
                with suppress(SystemExit):
                    self._serving.result()
                raise OSError(f"could not listen on {self.settings.host}:{self.settings.port}")
            await asyncio.sleep(0.01)
