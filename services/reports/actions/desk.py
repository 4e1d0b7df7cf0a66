"""What every action of this service works with."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from services.reports.store import Generation, Jobs, Ledger, Reading, Replica
from shared.directory import Directory
from shared.mongo import Database
from shared.outbox import Units


@dataclass
class Desk:
    """The stores, and the lock that lets a rebuild finish between two batches."""

    units: Units
    ledger: Ledger
    replica: Replica
    jobs: Jobs
    reading: Reading
    directory: Directory
    folding: asyncio.Lock = field(default_factory=asyncio.Lock)
    rebuild_wanted: asyncio.Event = field(default_factory=asyncio.Event)
    _current: Generation | None = None

    @classmethod
    def over(cls, units: Units) -> "Desk":
        """Over one database."""
        database = units.database
        ledger = Ledger(database)
        return cls(
            units,
            ledger,
            Replica(database),
            Jobs(database),
            Reading(database, ledger),
            Directory(database),
        )

    @property
    def database(self) -> Database:
        """The service's own database."""
        return self.units.database

    @property
    def now(self) -> datetime:
        """The present moment."""
        return self.units.clock.now()

    def generation(self, number: int) -> Generation:
        """The figures under a number; what the current ones know is kept between batches."""
        if self._current is None or self._current.number != number:
            self._current = Generation(self.database, number)
        return self._current

    async def begin(self) -> None:
        """Before the first message: make what is not there yet."""
        head = await self.ledger.begin()
        await self.generation(head.generation).ensure()
