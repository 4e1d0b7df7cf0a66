"""What is kept of the Monday mail: who does not want it, and for which week it was asked for."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from pymongo import ASCENDING, IndexModel

from services.contacts.domain.monday import Calendar, Wish
from shared.directory import SCHOOLS
from shared.mongo import Database, Kept, answering
from shared.outbox import Work

WISHES = "monday_wishes"
ASKED = "monday_asked"
LOOKED = "monday_looked"
_KEPT_FOR = timedelta(days=60)
"""A week is over long before."""
_FORGET = IndexModel(
    [("at", ASCENDING)], name="forget", expireAfterSeconds=int(_KEPT_FOR.total_seconds())
)
MONDAY_KEPT = (Kept(WISHES), Kept(ASKED, (_FORGET,)), Kept(LOOKED, (_FORGET,)))


@dataclass
class MondayRows:
    """Marks by person and week, and by school and week; a week is named by its Monday."""

    database: Database

    # --- what people want -------------------------------------------------------------------------

    async def wish(self, educator_id: str) -> Wish:
        """What somebody said; who said nothing gets the mail, in English."""
        async with answering():
            row = await self.database[WISHES].find_one({"_id": educator_id})
        return Wish.model_validate(row) if row else Wish()

    async def keep_wish(self, educator_id: str, wish: Wish) -> None:
        """Keep what somebody said last."""
        async with answering():
            await self.database[WISHES].replace_one(
                {"_id": educator_id}, wish.model_dump(), upsert=True
            )

    # --- what was done ----------------------------------------------------------------------------

    async def calendars(self) -> list[tuple[Calendar, str]]:
        """The week of each open school, with its time zone."""
        fields = {"school_id": 1, "no_school_days": 1, "time_zone": 1}
        async with answering():
            rows = await self.database[SCHOOLS].find({"active": True}, fields).to_list(None)
        return [(Calendar.model_validate(row), row["time_zone"]) for row in rows]

    async def looked_at(self, marks: Collection[str]) -> frozenset[str]:
        """Those of some schools and weeks (`mark`) that are done with."""
        async with answering():
            found = self.database[LOOKED].find({"_id": {"$in": sorted(marks)}}, {"_id": 1})
            return frozenset([str(row["_id"]) async for row in found])

    async def look_no_more(self, school_id: str, week: date, work: Work) -> None:
        """All of a school who have to were asked for in this week."""
        await self.database[LOOKED].update_one(
            {"_id": mark(school_id, week)},
            {"$setOnInsert": {"at": work.now}},
            upsert=True,
            session=work.session,
        )

    async def first_asked(self, educator_id: str, week: date, work: Work) -> bool:
        """Mark that somebody's mail of a week is asked for; False where it was before."""
        done = await self.database[ASKED].update_one(
            {"_id": mark(educator_id, week)},
            {"$setOnInsert": {"at": work.now}},
            upsert=True,
            session=work.session,
        )
        return done.upserted_id is not None


def mark(who: str, week: date) -> str:
    """The key of a person or school and a week."""
    return f"{who}|{week.isoformat()}"
