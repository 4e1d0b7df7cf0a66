"""Notices: the words, once for all households that get them."""

from dataclasses import dataclass

from pymongo import ASCENDING, IndexModel

from services.notifications.domain.notice import Notice
from shared.mongo import Database, Document, Kept, answering
from shared.outbox import Work

NAME = "notices"
KEPT = (
    Kept(
        NAME,
        (
            IndexModel([("about", ASCENDING)], name="about"),
            IndexModel(
                [("spread_after", ASCENDING)],
                name="spreading",
                partialFilterExpression={"spread_after": {"$type": "string"}},
            ),
            IndexModel(
                [("content.facts.event_id", ASCENDING)],
                name="answers",
                partialFilterExpression={"content.of": "answer"},
            ),
            IndexModel(
                [("content.now.event_id", ASCENDING)],
                name="seats",
                partialFilterExpression={"content.of": "seat"},
            ),
        ),
    ),
)


@dataclass(frozen=True)
class Notices:
    """What is said."""

    database: Database

    async def put(self, notice: Notice, work: Work) -> None:
        """Keep a notice, new or changed."""
        fields = notice.model_dump(mode="python", exclude={"notice_id"})
        await self.database[NAME].replace_one(
            {"_id": notice.notice_id},
            {"_id": notice.notice_id, **fields},
            upsert=True,
            session=work.session,
        )

    async def get(self, notice_id: str, work: Work | None = None) -> Notice | None:
        """One notice."""
        session = work.session if work else None
        async with answering():
            row = await self.database[NAME].find_one({"_id": notice_id}, session=session)
        return _notice(row) if row else None

    async def several(self, notice_ids: set[str]) -> dict[str, Notice]:
        """Notices by id."""
        async with answering():
            found = self.database[NAME].find({"_id": {"$in": sorted(notice_ids)}})
            return {row["_id"]: _notice(row) async for row in found}

    async def about(self, about: str, work: Work) -> list[Notice]:
        """All notices about one thing."""
        found = self.database[NAME].find({"about": about}, session=work.session).sort("_id", 1)
        return [_notice(row) async for row in found]

    async def thanks(self, event_id: str, work: Work) -> list[Notice]:
        """Thanks for answers to an event; each is `about` its answer, not about the event."""
        query = {"content.of": "answer", "content.facts.event_id": event_id}
        found = self.database[NAME].find(query, session=work.session).sort("_id", 1)
        return [_notice(row) async for row in found]

    async def seats(self, event_id: str, work: Work) -> list[Notice]:
        """What households were told of their places on the waitlist of an event."""
        query = {"content.of": "seat", "content.now.event_id": event_id}
        found = self.database[NAME].find(query, session=work.session).sort("_id", 1)
        return [_notice(row) async for row in found]

    async def spreading(self) -> Notice | None:
        """A notice whose deliveries are not all written yet."""
        async with answering():
            row = await self.database[NAME].find_one(
                {"spread_after": {"$type": "string"}}, sort=[("created_at", 1)]
            )
        return _notice(row) if row else None


def _notice(row: Document) -> Notice:
    return Notice.model_validate({**row, "notice_id": row["_id"]})
