"""How a service is put together, and how its parts are started and stopped in order."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from fastapi import FastAPI

from shared import telemetry
from shared.bus.base import Bus, Incoming, Intake
from shared.bus.handlers import Consumer, Fold, Handlers
from shared.clock import Clock, Mint
from shared.deadletters import DEAD_LETTERS, DeadLetters
from shared.errors import DependencyDown
from shared.inbox import INBOX, Inbox
from shared.mongo import Database, Kept
from shared.outbox import OUTBOX, Relay, Units
from shared.settings import Settings
from shared.watch import Look, Watch
from shared.web.admission import Admission
from shared.web.dead import dead_letter_routes

T = TypeVar("T")
RETRY_SECONDS = 1.0
WATCH_SECONDS = 5.0


class Background(Protocol):
    """Work that a service does by itself, such as sending what is due."""

    def start(self) -> None:
        """Begin."""

    async def stop(self) -> None:
        """Stop; what is under way is finished or given back."""


@dataclass(frozen=True)
class Service:
    """One service, ready to be served: its pages, and how it starts and stops."""

    name: str
    app: FastAPI
    start: Callable[[], Awaitable[None]]
    stop: Callable[[], Awaitable[None]]
    ready: Callable[[], Awaitable[None]]
    """Raises `DependencyDown` unless database and bus answer."""


@dataclass
class Every:
    """Does one thing again and again; a failure is logged and the next turn comes all the same."""

    seconds: float
    act: Callable[[], Awaitable[object]]
    name: str
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin with a turn at once."""
        self._task = asyncio.create_task(self._run(), name=self.name)

    async def stop(self) -> None:
        """Stop between or within turns."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            self.woken.clear()
            try:
                await self.act()
            except Exception as error:  # noqa: BLE001 - the next turn comes all the same
                telemetry.failed(self.name, error)
            with suppress(TimeoutError):
                # Not wait_for: before Python 3.12 it can lose a cancellation, and stop would hang.
                async with asyncio.timeout(self.seconds):
                    await self.woken.wait()


@dataclass
class Parts:
    """What every service is made of."""

    name: str
    settings: Settings
    database: Database
    bus: Bus
    clock: Clock
    mint: Mint
    units: Units = field(init=False)
    inbox: Inbox = field(init=False)
    dead: DeadLetters = field(init=False)

    def __post_init__(self) -> None:
        self.units = Units(self.database, self.name, self.clock, self.mint)
        self.inbox = Inbox(self.units)
        self.dead = DeadLetters(self.database, self.name, self.clock, self.mint)

    async def ready(self) -> None:
        """Raise `DependencyDown` unless database and bus answer."""
        await self.database.ping()
        await self.bus.ping()

    def service(
        self,
        app: FastAPI,
        *,
        kept: Sequence[Kept] = (),
        handlers: Handlers | None = None,
        fold: Fold | None = None,
        intake: Intake | None = None,
        background: Sequence[Background] = (),
        first: Callable[[], Awaitable[None]] | None = None,
        looks: Sequence[Look] = (),
    ) -> Service:
        """Join the parts. `first` runs once the collections exist and before any message comes.

        `looks` put figures of the service's own in front of Prometheus, every few seconds.
        """
        app.include_router(dead_letter_routes(self.dead))
        at_door = app.state.site.admission
        watch = Watch(self.name, self.database, self.bus, self.dead, self.clock, at_door, looks)
        running = _Running(self, watch, kept, handlers, fold, intake, background, first)
        return Service(self.name, app, running.start, running.stop, self.ready)


@dataclass
class _Running:
    parts: Parts
    watch: Watch
    kept: Sequence[Kept]
    handlers: Handlers | None
    fold: Fold | None
    intake: Intake | None
    background: Sequence[Background]
    first: Callable[[], Awaitable[None]] | None
    _started: list[Background] = field(default_factory=list)

    async def start(self) -> None:
        parts = self.parts
        # First of all: whoever waits for a server at the start is to be seen, too.
        self._begin(Every(WATCH_SECONDS, self.watch.look, f"{parts.name} watch"))
        await _until_there(self._prepare)
        publisher = await _until_there(lambda: parts.bus.publisher(parts.name))
        relay = Relay(parts.units, publisher, holder=parts.mint())
        consumer = Consumer(
            parts.name,
            parts.inbox,
            self.handlers,
            self.fold,
            probes=(parts.database.ping,),
        )
        await _until_there(lambda: parts.bus.consume(consumer, parts.dead))
        if intake := self.intake:
            patient = with_room(intake, self.watch.admission)
            await _until_there(lambda: parts.bus.take_in(consumer, parts.dead, patient))
        for each in (relay, *self.background):
            self._begin(each)

    def _begin(self, work: Background) -> None:
        work.start()
        self._started.append(work)

    async def _prepare(self) -> None:
        await self.parts.database.ping()
        await self.parts.database.ensure(OUTBOX, INBOX, DEAD_LETTERS, *self.kept)
        if self.first:
            await self.first()

    async def stop(self) -> None:
        for each in reversed(self._started):
            await each.stop()
        self._started.clear()


def with_room(intake: Intake, admission: Admission) -> Intake:
    """Takes nothing in from other systems while too much waits to be told.

    What comes stays in the broker's queue meanwhile, which refuses more when it is full.
    """

    async def take(incoming: Incoming) -> None:
        if admission.is_behind:
            raise DependencyDown("the message broker")
        await intake(incoming)

    return take


async def _until_there(act: Callable[[], Awaitable[T]]) -> T:
    while True:
        try:
            return await act()
        except DependencyDown as down:
            telemetry.logger("service").warning("waiting to start", reason=str(down))
            await asyncio.sleep(RETRY_SECONDS)
