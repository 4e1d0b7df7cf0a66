"""School events as they are kept, and which of them a member of the staff may see."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pymongo import ASCENDING, DESCENDING, IndexModel

from services.events.domain import SchoolEvent
from shared.directory import Directory
from shared.errors import Conflict
from shared.i18n import N_
from shared.identity import Viewer
from shared.mongo import Collection, Database, Document, Kept, answering
from shared.outbox import Work

Listing = Literal["coming", "past", "drafts"]
Place = tuple[datetime, str]
"""Where a page of a list ends: the moment by which it is sorted, and the event's id."""

SCHOOL_STAFF = frozenset({"coordinator", "office", "principal"})

SCHOOL_EVENTS = Kept(
    "school_events",
    indexes=(
        IndexModel(
            [("school_id", ASCENDING), ("state", ASCENDING), ("starts_at", ASCENDING)],
            name="of_school",
        ),
        IndexModel(
            [("state", ASCENDING), ("starts_at", ASCENDING), ("_id", ASCENDING)], name="all"
        ),
    ),
    schema={
        "bsonType": "object",
        "required": ["school_id", "title", "starts_at", "ends_at", "state", "revision", "version"],
        "properties": {
            "school_id": {"bsonType": "string"},
            "class_ids": {"bsonType": "array", "items": {"bsonType": "string"}},
            "title": {"bsonType": "string", "minLength": 1},
            "starts_at": {"bsonType": "date"},
            "ends_at": {"bsonType": "date"},
            "reply_by": {"bsonType": ["date", "null"]},
            "state": {"enum": ["draft", "published", "cancelled"]},
            "revision": {"bsonType": ["int", "long"], "minimum": 0},
            "version": {"bsonType": ["int", "long"], "minimum": 1},
        },
    },
)


@dataclass
class SchoolEvents:
    """Reads for staff name the viewer; `one` is for links and messages, which prove themselves."""

    database: Database
    directory: Directory

    async def add(self, event: SchoolEvent, work: Work) -> None:
        """Keep a new event."""
        await self._rows.insert_one(_row(event), session=work.session)

    async def save(self, event: SchoolEvent, before: SchoolEvent, work: Work) -> None:
        """Keep the next version; `Conflict` when somebody else saved one since `before`."""
        done = await self._rows.replace_one(
            {"_id": event.event_id, "version": before.version}, _row(event), session=work.session
        )
        if not done.matched_count:
            raise Conflict(N_("Somebody else changed this event just now. Please look again."))

    async def remove(self, event: SchoolEvent, work: Work) -> None:
        """Forget a draft."""
        await self._rows.delete_one({"_id": event.event_id, "state": "draft"}, session=work.session)

    async def one(self, event_id: str, work: Work | None = None) -> SchoolEvent | None:
        """The event of this id, whoever asks."""
        async with answering():
            row = await self._rows.find_one(
                {"_id": event_id}, session=work.session if work else None
            )
        return _event(row) if row else None

    async def seen(
        self, event_id: str, *, seen_by: Viewer, now: datetime, work: Work | None = None
    ) -> SchoolEvent | None:
        """The event, if this viewer may see it."""
        query = {"$and": [{"_id": event_id}, await self._sight(seen_by, now)]}
        async with answering():
            row = await self._rows.find_one(query, session=work.session if work else None)
        return _event(row) if row else None

    async def listed(
        self,
        listing: Listing,
        *,
        seen_by: Viewer,
        now: datetime,
        limit: int,
        school_id: str | None = None,
        after: Place | None = None,
    ) -> list[SchoolEvent]:
        """One page of a list: what comes soonest first, what is past and drafts newest first."""
        forward = listing == "coming"
        wanted = [_which(listing, now), await self._sight(seen_by, now)]
        if school_id:
            wanted.append({"school_id": school_id})
        if after:
            wanted.append(_beyond(after, forward=forward))
        way = ASCENDING if forward else DESCENDING
        async with answering():
            cursor = self._rows.find({"$and": wanted}).sort([("starts_at", way), ("_id", way)])
            return [_event(row) async for row in cursor.limit(limit)]

    async def _sight(self, viewer: Viewer, now: datetime) -> Document:
        if viewer.role == "district":
            return {}
        schools = {"school_id": {"$in": sorted(viewer.school_ids)}}
        if viewer.role in SCHOOL_STAFF:
            return schools
        if viewer.role != "educator":
            return {"_id": None}
        # Colleagues' plans are theirs until published; whoever shares a class shares the plan.
        own = await self.directory.classes_of(viewer, now.date())
        mine: list[Document] = [
            {"state": {"$ne": "draft"}},
            {"created_by": viewer.account_id},
            {"class_ids": {"$in": sorted(own)}},
        ]
        return {**schools, "$or": mine}

    @property
    def _rows(self) -> Collection:
        return self.database[SCHOOL_EVENTS.name]


def _which(listing: Listing, now: datetime) -> Document:
    if listing == "drafts":
        return {"state": "draft"}
    when = {"$gt": now} if listing == "coming" else {"$lte": now}
    return {"state": {"$in": ["published", "cancelled"]}, "ends_at": when}


def _beyond(place: Place, *, forward: bool) -> Document:
    moment, event_id = place
    way = "$gt" if forward else "$lt"
    return {
        "$or": [
            {"starts_at": {way: moment}},
            {"starts_at": moment, "_id": {way: event_id}},
        ]
    }


def _row(event: SchoolEvent) -> Document:
    row = event.model_dump()
    return {"_id": row.pop("event_id"), **row, "class_ids": list(event.class_ids)}


def _event(row: Document) -> SchoolEvent:
    return SchoolEvent.model_validate({**row, "event_id": row["_id"]})
