"""What a service looks at every few seconds, so that somebody is called when it goes wrong.

Only counts and ages leave a service this way. Each look is bounded, in time and in rows.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared import telemetry
from shared.bus.base import Bus
from shared.clock import Clock
from shared.deadletters import DeadLetters
from shared.directory import EDUCATORS, FAMILIES, FLAGS, HOUSEHOLDS, REGISTER, SCHOOLS
from shared.errors import DependencyDown
from shared.mongo import Database, answering
from shared.outbox import OUTBOX
from shared.web.admission import Admission

Look = Callable[[], Awaitable[None]]
"""Reads some figures and sets their gauges; `DependencyDown` leaves them as they were."""

MOST_COUNTED = 100_000
"""Counting a longer outbox would cost more than the exact number is worth."""
ANSWER_SECONDS = 3.0
WHOLE_DIRECTORY = (SCHOOLS, EDUCATORS, FAMILIES, HOUSEHOLDS)


@dataclass
class Watch:
    """The figures that every service has, and then its own."""

    service: str
    database: Database
    bus: Bus
    dead: DeadLetters
    clock: Clock
    admission: Admission
    looks: Sequence[Look] = ()

    async def look(self) -> None:
        """Look once at everything. What can't be read keeps its last figure."""
        broker = await _answers(self.bus.ping)
        telemetry.DEPENDENCY.labels(self.service, "broker").set(broker)
        database = await _answers(self.database.ping)
        telemetry.DEPENDENCY.labels(self.service, "database").set(database)
        if not database:
            return
        telemetry.DEAD.labels(self.service).set(await self.dead.count())
        await self._look_at_outbox()
        for look in self.looks:
            await look()

    async def _look_at_outbox(self) -> None:
        outbox = self.database[OUTBOX.name]
        unsent = {"sent_at": None}
        async with answering():
            waiting = await outbox.count_documents(unsent, limit=MOST_COUNTED)
            oldest = await outbox.find_one(unsent, {"envelope.time": 1}, sort=[("_id", 1)])
        telemetry.WAITING.labels(self.service).set(waiting)
        self.admission.backlog = waiting
        lag = 0.0
        if oldest:
            lag = age(self.clock, datetime.fromisoformat(oldest["envelope"]["time"]))
        telemetry.LAG.labels(self.service).set(lag)


def age(clock: Clock, since: datetime) -> float:
    """Seconds since a moment."""
    return (clock.now() - since).total_seconds()


def directory_look(service: str, database: Database, *collections: str) -> Look:
    """How much of the directory is in these collections, from what MongoDB knows without counting.

    Nothing is ever deleted from the directory, so a replica has as many rows as contacts itself.
    """

    async def look() -> None:
        for name in collections or WHOLE_DIRECTORY:
            async with answering():
                rows = await database[name].estimated_document_count()
            telemetry.DIRECTORY.labels(service, name.removeprefix("dir_")).set(rows)

    return look


def flags_look(service: str, database: Database, clock: Clock) -> Look:
    """How old the newest word on the register of flags is, and how many flags are missing."""

    async def look() -> None:
        async with answering():
            register = await database[REGISTER].find_one({"_id": "flags"})
            if register is None:  # nothing was told yet, so there is no age
                return
            known = await database[FLAGS].count_documents({"_id": {"$lte": register["number"]}})
        telemetry.FLAGS_AGE.labels(service).set(age(clock, register["as_of"]))
        telemetry.FLAGS_MISSING.labels(service).set(register["number"] - known)

    return look


async def _answers(ping: Callable[[], Awaitable[None]]) -> bool:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            await ping()
    except (DependencyDown, TimeoutError):
        return False
    return True
