"""One at a time: a lease on a piece of work, so that several replicas of a service may run."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from shared import crashpoints
from shared.clock import Clock
from shared.mongo import Database, answering

WRONG_CLOCK = timedelta(minutes=1)
"""Clocks of replicas differ by less. A lease that seems to last longer was written by a clock that
was wrong; else nobody would do the work until the time that it showed."""


@dataclass
class Lease:
    """The right to act until a moment, renewed by asking again; `fence` rises per holder.

    Whoever comes after a process that was killed waits for its lease to end: `lasts` is the longest
    that nobody does the work. Shorter is no danger to work that may be done twice.
    """

    database: Database
    name: str
    holder: str
    clock: Clock
    lasts: timedelta = timedelta(seconds=15)
    fence: int = 0
    _renew_at: datetime | None = None

    async def held(self) -> bool:
        """Take or renew the lease; False while another holder has it."""
        now = self.clock.now()
        # A clock that was set back must not make the right last longer.
        if self._renew_at and self._renew_at - self.lasts < now < self._renew_at:
            return True
        self._renew_at = None
        mine_or_free = {
            "_id": self.name,
            "$or": [
                {"holder": self.holder},
                {"until": {"$lt": now}},
                {"until": {"$gt": now + self.lasts + WRONG_CLOCK}},
            ],
        }
        change = [
            {
                "$set": {
                    "fence": {
                        "$cond": [
                            {"$eq": ["$holder", self.holder]},
                            "$fence",
                            {"$add": [{"$ifNull": ["$fence", 0]}, 1]},
                        ]
                    },
                    "holder": self.holder,
                    "until": now + self.lasts,
                }
            }
        ]
        async with answering():
            try:
                row = await self.database["leases"].find_one_and_update(
                    mine_or_free,
                    change,
                    upsert=True,
                    return_document=ReturnDocument.AFTER,
                )
            except DuplicateKeyError:
                return False
        self.fence = row["fence"]
        # Nobody else takes it before its end, so it is not asked for again at every step.
        self._renew_at = now + self.lasts / 3
        crashpoints.reach("lease.held", [self.name])
        return True

    async def give_back(self) -> None:
        """Let the next holder in at once."""
        self._renew_at = None
        async with answering():
            await self.database["leases"].delete_one({"_id": self.name, "holder": self.holder})
