"""Who opened a note for staff and why, and who looked at a family on which day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from services.contacts.domain.readings import Look, NoteReading
from shared.identity import Viewer
from shared.mongo import Database, Kept, answering
from shared.outbox import Work

NOTES = "note_readings"
LOOKS = "looks"
LOOKS_KEPT_FOR = timedelta(days=3 * 366)
READINGS_KEPT = (
    Kept(
        NOTES,
        (
            IndexModel([("family_id", ASCENDING), ("at", DESCENDING)], name="of_family"),
            IndexModel([("account_id", ASCENDING), ("contact_id", ASCENDING)], name="opened"),
        ),
        {"required": ["contact_id", "family_id", "account_id", "reason", "at"]},
    ),
    Kept(
        LOOKS,
        (
            IndexModel([("family_id", ASCENDING), ("day", DESCENDING)], name="of_family"),
            IndexModel(
                [("day", ASCENDING)],
                name="forget",
                expireAfterSeconds=int(LOOKS_KEPT_FOR.total_seconds()),
            ),
        ),
        {"required": ["family_id", "account_id", "name", "role", "day"]},
    ),
)
MOST = 500


@dataclass
class ReadingRows:
    """Callers name families of which the viewer may see the record."""

    database: Database

    async def opened(self, viewer: Viewer, contact_ids: Iterable[str]) -> frozenset[str]:
        """The contacts among these whose note the viewer has opened."""
        query = {"account_id": viewer.account_id, "contact_id": {"$in": list(contact_ids)}}
        async with answering():
            found = self.database[NOTES].find(query, {"contact_id": 1})
            return frozenset([row["contact_id"] async for row in found])

    async def open(self, reading: NoteReading, work: Work) -> None:
        """Keep that a note was opened; none is ever changed or taken out."""
        row = {**reading.model_dump(), "_id": f"{reading.contact_id}|{reading.account_id}"}
        await self.database[NOTES].update_one(
            {"_id": row["_id"]}, {"$setOnInsert": row}, upsert=True, session=work.session
        )

    async def of_contact(self, contact_id: str) -> list[NoteReading]:
        """Who opened the note of one contact, oldest first."""
        async with answering():
            rows = self.database[NOTES].find({"contact_id": contact_id}).sort("at", 1)
            return [NoteReading.model_validate(row) async for row in rows]

    async def of_family(self, family_id: str) -> list[NoteReading]:
        """Every note of a family that was opened, the newest first."""
        async with answering():
            rows = self.database[NOTES].find({"family_id": family_id}).sort("at", -1).limit(MOST)
            return [NoteReading.model_validate(row) async for row in rows]

    async def look(self, viewer: Viewer, family_id: str, day: date) -> None:
        """Note that somebody looks at a family today; the second look of a day costs a read."""
        key = f"{family_id}|{viewer.account_id}|{day.isoformat()}"
        row = {
            "_id": key,
            "family_id": family_id,
            "account_id": viewer.account_id,
            "name": viewer.name,
            "role": viewer.role,
            "day": datetime.combine(day, time.min, UTC),
        }
        async with answering():
            if await self.database[LOOKS].find_one({"_id": key}, {"_id": 1}) is None:
                try:
                    await self.database[LOOKS].insert_one(row)
                except DuplicateKeyError:
                    return  # two pages at once

    async def looks(self, family_ids: Sequence[str]) -> list[Look]:
        """Who looked at these families on which days, the newest first."""
        query = {"family_id": {"$in": list(family_ids)}}
        async with answering():
            rows = await self.database[LOOKS].find(query).sort("day", -1).limit(MOST).to_list(None)
        return [Look.model_validate({**row, "day": row["day"].date()}) for row in rows]
