"""How many letters were begun within a window of the clock, counted over all senders."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pymongo import ASCENDING, IndexModel, ReturnDocument

from services.notifications.domain.limits import Limit
from shared.mongo import Database, Document, Kept, answering

NAME = "sent_counts"
KEPT_FOR = timedelta(days=3)
KEPT = (
    Kept(
        NAME,
        (
            IndexModel([("limit", ASCENDING), ("starts", ASCENDING)], name="windows"),
            IndexModel(
                [("starts", ASCENDING)],
                name="forget",
                expireAfterSeconds=int(KEPT_FOR.total_seconds()),
            ),
        ),
    ),
)


@dataclass(frozen=True)
class Counts:
    """One small document per limit and window, changed once for each batch of letters."""

    database: Database
    _opened: dict[str, datetime] = field(default_factory=dict)

    async def take(self, limit: Limit, wanted: int, now: datetime, *, kept: int = 0) -> int:
        """Count up to `wanted` letters more in the present window; gives how many fit.

        `kept` of the limit stay for others. Exact for any number of senders: what counts in
        earlier windows is shut before it is added up, and a sender whose clock is behind gets none.
        """
        start = limit.start(now)
        async with answering():
            room = max(0, limit.most - kept - await self._before(limit, start))
            row = await self.database[NAME].find_one_and_update(
                {"_id": _id(limit, start)},
                _counted(limit, start, room, wanted),
                upsert=True,
                return_document=ReturnDocument.BEFORE,
            )
        if row and row["shut"]:
            return 0
        used = row["used"] if row else 0
        return max(0, min(room, used + wanted) - used)

    async def give_back(self, limit: Limit, letters: int, at: datetime) -> None:
        """Letters that were counted at a moment and of which nothing was said after all."""
        async with answering():
            await self.database[NAME].update_one(
                {"_id": _id(limit, limit.start(at))}, {"$inc": {"used": -letters}}
            )

    async def used(self, limit: Limit, until: datetime) -> dict[datetime, int]:
        """What was counted, by window, in those that count together with the one that begins at
        `until`, without that one.
        """
        query = {"limit": limit.name, "starts": {"$gte": limit.since(until), "$lt": until}}
        async with answering():
            return {row["starts"]: row["used"] async for row in self.database[NAME].find(query)}

    async def _before(self, limit: Limit, start: datetime) -> int:
        if limit.windows == 1:
            return 0
        await self._open(limit, start)
        return sum((await self.used(limit, start)).values())

    async def _open(self, limit: Limit, start: datetime) -> None:
        if self._opened.get(limit.name) == start:
            return
        blank: Document = {"limit": limit.name, "used": 0}
        last = start - limit.window
        await self.database[NAME].update_one(
            {"_id": _id(limit, last)},
            {"$set": {"shut": True}, "$setOnInsert": {**blank, "starts": last}},
            upsert=True,
        )
        await self.database[NAME].update_many(
            {"limit": limit.name, "starts": {"$lt": last}, "shut": False}, {"$set": {"shut": True}}
        )
        self._opened[limit.name] = start


def _id(limit: Limit, start: datetime) -> str:
    return f"{limit.name}|{start:%Y-%m-%dT%H:%M}"


def _counted(limit: Limit, start: datetime, room: int, wanted: int) -> list[Document]:
    used = {"$ifNull": ["$used", 0]}
    more = {"$max": [used, {"$min": [room, {"$add": [used, wanted]}]}]}
    shut = {"$ifNull": ["$shut", False]}
    fields = {"limit": limit.name, "starts": start, "shut": shut}
    return [{"$set": {**fields, "used": {"$cond": [shut, used, more]}}}]
