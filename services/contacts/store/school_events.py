"""School events as others tell of them: what families are invited to, what campaigns name."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from pymongo import ASCENDING, IndexModel

from services.contacts.domain.invitations import ASKED_WITHIN, Invitation
from shared.identity import Viewer
from shared.messages import EventFacts
from shared.mongo import Database, Document, Kept, answering
from shared.outbox import Work

EVENTS = "school_events"
MOST_OPEN = 20
"""Of a school's events that are open at the same time, those that close first."""
MOST_OFFERED = 100


def _index(name: str, *fields: str) -> IndexModel:
    return IndexModel([(each, ASCENDING) for each in fields], name=name)


SCHOOL_EVENTS_KEPT = (
    Kept(
        EVENTS,
        (
            _index("open", "school_id", "cancelled", "closes_at"),
            _index("of_school", "school_id", "facts.starts_at"),
        ),
        {
            "required": ["school_id", "title", "closes_at", "cancelled", "facts", "version"],
            "properties": {"version": {"bsonType": ["int", "long"], "minimum": 0}},
        },
    ),
)


@dataclass(frozen=True)
class PlannedEvent:
    """A school event as the newest message told of it."""

    facts: EventFacts
    cancelled: bool = False


@dataclass
class SchoolEventRows:
    """A replica; it names no family."""

    database: Database

    async def keep(
        self, facts: EventFacts, version: int, work: Work, *, cancelled: bool = False
    ) -> bool:
        """Keep what is known of an event now; False when something newer is known."""
        rows, key = self.database[EVENTS], facts.event_id
        known = await rows.find_one({"_id": key}, {"version": 1}, session=work.session)
        if known and known["version"] >= version:
            return False
        invitation = Invitation.to(facts, cancelled=cancelled)
        row = {**invitation.model_dump(), "facts": facts.model_dump(), "version": version}
        await rows.replace_one({"_id": key}, row, upsert=True, session=work.session)
        return True

    async def open_at(self, now: datetime, *, seen_by: Viewer) -> list[Invitation]:
        """Those of the viewer's schools that soon close, the first one first."""
        query = {
            "school_id": {"$in": sorted(seen_by.school_ids)},
            "cancelled": False,
            "closes_at": {"$gt": now, "$lte": now + ASKED_WITHIN},
        }
        async with answering():
            found = self.database[EVENTS].find(query).sort("closes_at", 1).limit(MOST_OPEN)
            return [Invitation.model_validate(row) async for row in found]

    async def among(self, event_ids: Collection[str], school_id: str) -> list[PlannedEvent]:
        """Those of a school among these, by when they begin."""
        return await self._planned({"_id": {"$in": list(event_ids)}, **_for_all_of(school_id)})

    async def since(self, since: datetime, school_id: str) -> list[PlannedEvent]:
        """Those of a school that take place from a moment on, by when they begin."""
        late = {"cancelled": False, "facts.starts_at": {"$gte": since}}
        return await self._planned({**_for_all_of(school_id), **late})

    async def _planned(self, query: Document) -> list[PlannedEvent]:
        async with answering():
            rows = self.database[EVENTS].find(query).sort("facts.starts_at", 1).limit(MOST_OFFERED)
            return [
                PlannedEvent(EventFacts.model_validate(row["facts"]), row["cancelled"])
                async for row in rows
            ]


def _for_all_of(school_id: str) -> Document:
    """Events for the whole school: what is for one class or family is not for every eye."""
    return {"school_id": school_id, "facts.class_ids": []}
