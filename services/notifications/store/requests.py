"""What other systems asked for, kept for two months so that they can ask what became of it."""

from dataclasses import dataclass
from datetime import timedelta

from pymongo import ASCENDING, IndexModel

from services.notifications.domain.asked import Request
from shared.mongo import Database, Kept, answering
from shared.outbox import Work

NAME = "requests"
KEPT_FOR = timedelta(days=60)
KEPT = (
    Kept(
        NAME,
        (
            IndexModel(
                [("asked_at", ASCENDING)],
                name="forget",
                expireAfterSeconds=int(KEPT_FOR.total_seconds()),
            ),
            IndexModel([("people.household_ids", ASCENDING)], name="households"),
        ),
    ),
)


@dataclass(frozen=True)
class Requests:
    """Requests by system and their own id."""

    database: Database

    async def add(self, request: Request, work: Work) -> None:
        """Keep one. An id that comes again after the gateway forgot it is a new request."""
        row = {"_id": _id(request), **request.model_dump(mode="python")}
        await self.database[NAME].replace_one(
            {"_id": row["_id"]}, row, upsert=True, session=work.session
        )

    async def of_system(self, system: str, request_id: str) -> Request | None:
        """One request of this system; others' are as if there were none."""
        async with answering():
            row = await self.database[NAME].find_one({"_id": f"{system}|{request_id}"})
        return Request.model_validate(row) if row else None


def _id(request: Request) -> str:
    return f"{request.system}|{request.request_id}"
