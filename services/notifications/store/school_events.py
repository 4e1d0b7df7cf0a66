"""The replica of school events: what families are told of each, and whether it takes place."""

from dataclasses import dataclass

from services.notifications.domain.notice import KnownEvent
from shared.mongo import Database, Kept, answering
from shared.outbox import Work

NAME = "school_events"
KEPT = (Kept(NAME),)


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

    async def put(self, known: KnownEvent, work: Work) -> None:
        """Keep newer facts."""
        event_id = known.facts.event_id
        await self.database[NAME].replace_one(
            {"_id": event_id},
            {"_id": event_id, **known.model_dump(mode="python")},
            upsert=True,
            session=work.session,
        )
