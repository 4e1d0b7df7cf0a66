"""The replica of school events: what families are told of each, and whether it takes place."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from pymongo import ASCENDING, IndexModel

from services.notifications.domain.notice import KnownEvent
from shared.mongo import Database, Kept, answering
from shared.outbox import Work

NAME = "school_events"
MOST_COMING = 100
"""Of one household's schools; those that are over first."""
KEPT = (
    Kept(
        NAME,
        (
            IndexModel(
                [("facts.school_id", ASCENDING), ("facts.ends_at", ASCENDING)], name="of_school"
            ),
        ),
    ),
)


@dataclass(frozen=True)
class SchoolEvents:
    """The newest facts of each event."""

    database: Database

    async def get(self, event_id: str, work: Work | None = None) -> KnownEvent | None:
        """What is known of an event."""
        session = work.session if work else None
        async with answering():
            row = await self.database[NAME].find_one({"_id": event_id}, session=session)
        return KnownEvent.model_validate(row) if row else None

    async def since(self, school_ids: Collection[str], since: datetime) -> list[KnownEvent]:
        """Those of some schools that families were told of and that end later, by their day."""
        query = {
            "facts.school_id": {"$in": sorted(school_ids)},
            "facts.ends_at": {"$gte": since},
            "published": True,
        }
        async with answering():
            rows = self.database[NAME].find(query).sort("facts.ends_at", ASCENDING)
            return [KnownEvent.model_validate(row) async for row in rows.limit(MOST_COMING)]

    async def put(self, known: KnownEvent, work: Work) -> None:
        """Keep newer facts."""
        event_id = known.facts.event_id
        await self.database[NAME].replace_one(
            {"_id": event_id},
            {"_id": event_id, **known.model_dump(mode="python")},
            upsert=True,
            session=work.session,
        )
