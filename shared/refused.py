"""What the bus refused steps aside, so that one full queue holds up nobody else.

RabbitMQ refuses a message when one of its queues is full, and hands it to the other queues all the
same. So it is not published again at once, which would only be repeated to those who have it; and
what waits behind it is told first. A few of each kind are tried again after a second, then at
longer intervals, and more and more as soon as there is room.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pymongo import ASCENDING, IndexModel

from shared.clock import Clock
from shared.mongo import Collection as Rows
from shared.mongo import Document, answering

SHORTEST = timedelta(seconds=1)
LONGEST = timedelta(seconds=15)
"""At most so long after a queue has room again its messages go on."""
FIRST = 5
"""So many of a kind are tried first; each of them may be a repetition for the other queues."""
MOST = 500

Tell = Callable[[Sequence[Document]], Awaitable[tuple[int, Mapping[str, Exception]]]]
"""Publishes rows; gives how many were taken and which aggregates were not."""
_ASIDE: Document = {"sent_at": None, "refused_at": {"$type": "date"}}
ASIDE_INDEX = IndexModel([("aggregate", ASCENDING)], name="aside", partialFilterExpression=_ASIDE)
"""Empty as long as nothing is refused, so that asking costs nothing."""
FRESH: Document = {"sent_at": None, "refused_at": None}
"""What was never refused."""


@dataclass
class Refused:
    """The messages of one outbox that the bus refused."""

    outbox: Rows
    clock: Clock
    count: int = 1
    """How many there are; before the first look there may be some."""
    _wait: timedelta = SHORTEST
    _since: datetime | None = None
    _sizes: dict[str, int] = field(default_factory=dict)

    def look_anew(self) -> None:
        """Somebody else may have added to them meanwhile."""
        self.count, self._since = max(self.count, 1), None

    async def step_aside(self, ids: Sequence[str]) -> None:
        """Let what waits behind these go first. Those among them that were sent are left alone."""
        now = self.clock.now()
        async with answering():
            await self.outbox.update_many(
                {"_id": {"$in": list(ids)}, "sent_at": None}, {"$set": {"refused_at": now}}
            )
        if not self.count:
            self._since, self._wait = now, SHORTEST
        self.count += len(ids)

    async def holds_up(self, aggregates: Collection[str]) -> set[str]:
        """Those of the aggregates of which an earlier message stands here.

        Asked each time: a relay that slept and lost its lease may set something aside unseen.
        """
        if not aggregates:
            return set()
        async with answering():
            named = {**_ASIDE, "aggregate": {"$in": list(aggregates)}}
            return set(await self.outbox.distinct("aggregate", named))

    async def again(self, tell: Tell) -> int:
        """Try some of each kind again if it is time; gives how many were taken."""
        now = self.clock.now()
        wait = self._wait if self.count else LONGEST
        # A clock that was set back must not make the wait longer.
        if self._since and self._since <= now < self._since + wait:
            return 0
        kinds = await self._kinds()
        self.count, taken, refused = sum(kinds.values()), 0, False
        for kind in kinds:
            told, errors = await tell(await self._some_of(kind))
            if errors:
                await self._to_the_end(errors)
            taken, refused = taken + told, refused or bool(errors)
            size = self._sizes.get(kind, FIRST)
            self._sizes[kind] = FIRST if errors else min(2 * size, MOST)
        self.count -= taken
        again = min(2 * self._wait, LONGEST) if self._since else SHORTEST
        self._since, self._wait = now, again if not taken else SHORTEST if refused else timedelta()
        return taken

    async def _some_of(self, kind: str) -> list[Document]:
        named = {**_ASIDE, "aggregate": {"$gte": f"{kind}|", "$lt": f"{kind}}}"}}
        # No version stands here for longer than an older one of its aggregate.
        order = [("refused_at", ASCENDING), ("sequence", ASCENDING), ("_id", ASCENDING)]
        size = self._sizes.get(kind, FIRST)
        async with answering():
            return await self.outbox.find(named).sort(order).limit(size).to_list(size)

    async def _to_the_end(self, aggregates: Collection[str]) -> None:
        """Let others of their kind be tried next; an aggregate stays together."""
        named = {**_ASIDE, "aggregate": {"$in": list(aggregates)}}
        async with answering():
            await self.outbox.update_many(named, {"$set": {"refused_at": self.clock.now()}})

    async def _kinds(self) -> dict[str, int]:
        kind = {"$arrayElemAt": [{"$split": ["$aggregate", "|"]}, 0]}
        group = {"$group": {"_id": kind, "number": {"$sum": 1}}}
        async with answering():
            found = self.outbox.aggregate([{"$match": _ASIDE}, group])
            return {row["_id"]: row["number"] async for row in found}
