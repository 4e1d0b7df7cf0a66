"""Answers of households: one each per event, the last one given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pymongo import ASCENDING, IndexModel

from services.events.domain import Rsvp, SchoolEvent, Tally, rsvp_id, times
from services.events.domain.counting import TallyByAnswer
from shared.directory import Directory
from shared.identity import Viewer
from shared.mongo import Collection, Database, Document, Kept, answering
from shared.outbox import Work

RSVPS = Kept(
    "rsvps",
    indexes=(
        # Holds all that counting reads, so that figures come from the index alone.
        IndexModel(
            [("event_id", ASCENDING), ("answer", ASCENDING), ("party_size", ASCENDING)],
            name="counted",
        ),
        IndexModel([("event_id", ASCENDING), ("family_ids", ASCENDING)], name="of_families"),
    ),
    schema={
        "bsonType": "object",
        "required": ["event_id", "household_id", "answer", "party_size", "version"],
        "properties": {
            "event_id": {"bsonType": "string"},
            "household_id": {"bsonType": "string"},
            "family_ids": {"bsonType": "array", "items": {"bsonType": "string"}},
            "answer": {"enum": ["yes", "no", "maybe"]},
            "party_size": {"bsonType": ["int", "long"], "minimum": 0, "maximum": 20},
            "answered_at": {"bsonType": "date"},
            "version": {"bsonType": ["int", "long"], "minimum": 1},
        },
    },
)


@dataclass
class Rsvps:
    """Counts are sums over the answers: there is no counter that two replies could fight for."""

    database: Database
    directory: Directory

    async def one(self, event_id: str, household_id: str, work: Work | None = None) -> Rsvp | None:
        """What a household answered last; for its own page and for the next answer."""
        async with answering():
            row = await self._rows.find_one(
                {"_id": rsvp_id(event_id, household_id)},
                session=work.session if work else None,
            )
        return _rsvp(row) if row else None

    async def keep(self, rsvp: Rsvp, work: Work) -> None:
        """Put an answer in the place of the one before."""
        row = rsvp.model_dump()
        row = {"_id": row.pop("rsvp_id"), **row, "family_ids": list(rsvp.family_ids)}
        await self._rows.replace_one({"_id": row["_id"]}, row, upsert=True, session=work.session)

    async def tallies(self, event_ids: Sequence[str]) -> dict[str, TallyByAnswer]:
        """Households and people per answer, of several events at once."""
        pipeline: list[Document] = [
            {"$match": {"event_id": {"$in": list(event_ids)}}},
            {
                "$group": {
                    "_id": {"event": "$event_id", "answer": "$answer"},
                    "households": {"$sum": 1},
                    "people": {"$sum": "$party_size"},
                }
            },
        ]
        found: dict[str, TallyByAnswer] = {event_id: {} for event_id in event_ids}
        async with answering():
            async for row in self._rows.aggregate(pipeline):
                tally = Tally(households=row["households"], people=row["people"])
                found[row["_id"]["event"]][row["_id"]["answer"]] = tally
        return found

    async def households_that_answered(self, event_id: str) -> set[str]:
        """The ids of the households with an answer, whichever."""
        async with answering():
            cursor = self._rows.find({"event_id": event_id}, {"household_id": 1})
            return {row["household_id"] async for row in cursor}

    async def of_event(self, event: SchoolEvent, *, seen_by: Viewer, now: datetime) -> list[Rsvp]:
        """The answers to an event of the households that this viewer may see."""
        query: Document = {"event_id": event.event_id}
        if seen_by.role != "district":
            day = times.day_of(now, event.time_zone)
            families = await self.directory.family_ids_seen_by(seen_by, day)
            query["family_ids"] = {"$in": families}
        async with answering():
            return [_rsvp(row) async for row in self._rows.find(query)]

    @property
    def _rows(self) -> Collection:
        return self.database[RSVPS.name]


def _rsvp(row: Document) -> Rsvp:
    return Rsvp.model_validate({**row, "rsvp_id": row["_id"]})
