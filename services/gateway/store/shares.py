"""Of how many people each program had the households told today."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from pymongo import ASCENDING, IndexModel

from shared.mongo import Database, Kept
from shared.outbox import Work

SHARES = "shares"
KEPT = (
    Kept(
        SHARES,
        (IndexModel([("until", ASCENDING)], name="forget", expireAfterSeconds=86_400),),
    ),
)


@dataclass
class ShareStore:
    """One document for each program and day. Two requests at once wait for each other."""

    database: Database

    async def used(self, who: str, day: date, work: Work) -> int:
        """How many people it named on that day."""
        row = await self.database[SHARES].find_one(
            {"_id": f"{who}|{day.isoformat()}"}, session=work.session
        )
        return int(row["people"]) if row else 0

    async def use(self, who: str, day: date, people: int, work: Work) -> None:
        """Count some more."""
        until = datetime.combine(day + timedelta(days=1), time(), UTC)
        await self.database[SHARES].update_one(
            {"_id": f"{who}|{day.isoformat()}"},
            {"$inc": {"people": people}, "$setOnInsert": {"until": until}},
            upsert=True,
            session=work.session,
        )
