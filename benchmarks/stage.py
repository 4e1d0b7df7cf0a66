"""What measurements stand on: real servers started for the run, results, baselines and aims."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from shared.bus import setup
from shared.mongo import Database, close, connect
from tests.servers import Broker


@dataclass(frozen=True)
class Result:
    """One figure. `ratio` is `value` over that of `baseline`, where there is one.

    `raw`: what it was taken from, such as each round's rate; it goes into `results.json`.
    """

    name: str
    value: float
    unit: str
    baseline: str = ""
    ratio: float | None = None
    raw: tuple[float, ...] = ()


@dataclass(frozen=True)
class Aim:
    """What a figure should be: its ratio, where `against` says how the baseline begins, or itself.

    `because` stands on the page beside an aim that was missed.
    """

    result: str
    against: str = ""
    at_least: float | None = None
    at_most: float | None = None
    because: str = ""


class Stopwatch:
    """Runs from the first piece of work that is handed over until all pieces have had their effect.

    So connecting and declaring, which happen once in months, are in nobody's figure.
    """

    def __init__(self, count: int) -> None:
        """`count` pieces in all."""
        self.done = asyncio.Event()
        self._count = self._left = count
        self._began = self._ended = 0.0

    def start(self) -> None:
        """Work was handed over; only the first time counts."""
        self._began = self._began or time.perf_counter()

    def took_effect(self, pieces: int) -> None:
        """So many pieces more are done."""
        self._left -= pieces
        if self._left <= 0:
            self._ended = time.perf_counter()
            self.done.set()

    async def rate(self) -> float:
        """Pieces per second, once all are done."""
        async with asyncio.timeout(300):
            await self.done.wait()
        return self._count / (self._ended - self._began)


@dataclass(frozen=True)
class Stage:
    """The servers of a run; `quick` is for trying out: small numbers, no meaning."""

    mongo_uri: str
    broker: Broker
    quick: bool = False

    @asynccontextmanager
    async def database(self, name: str) -> AsyncIterator[Database]:
        """An empty database, dropped afterwards."""
        database = connect(self.mongo_uri, f"bench_{name}")
        await database.drop()
        try:
            yield database
        finally:
            await database.drop()
            close(database)

    @asynccontextmanager
    async def queues(self) -> AsyncIterator[str]:
        """The address of a virtual host with all queues of the platform, empty."""
        async with self.broker.vhost() as name:
            url = self.broker.url(name)
            # The rest is for a broker that may be killed; here it would only cost time.
            await setup.declare(url, rest=0.5)
            yield url


@dataclass(frozen=True)
class Measurement:
    """One thing that is measured, with its baselines, in one go.

    `name` is its word on the command line, `title` its heading on the page, and `how` tells in
    Markdown what was done, so that somebody can doubt it.
    """

    name: str
    title: str
    run: Callable[[Stage], Awaitable[list[Result]]]
    how: str
    aims: Sequence[Aim] = ()
