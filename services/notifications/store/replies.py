"""What families answered by mail, for a school year; and who of a school gets what is left."""

from dataclasses import dataclass
from datetime import datetime

from pymongo import ASCENDING, DESCENDING, IndexModel

from services.notifications.domain.replies import KEPT_FOR, Reply, ReplySight
from shared.mongo import Database, Document, Kept, answering
from shared.outbox import Work

NAME = "replies"
READERS = "reply_readers"
KEPT = (
    Kept(
        NAME,
        (
            IndexModel(
                [("at", ASCENDING)], name="forget", expireAfterSeconds=int(KEPT_FOR.total_seconds())
            ),
            IndexModel([("delivery_id", ASCENDING), ("at", ASCENDING)], name="letter"),
            IndexModel([("school_id", ASCENDING), ("at", DESCENDING)], name="school"),
            IndexModel([("educator_ids", ASCENDING), ("at", DESCENDING)], name="educator"),
            IndexModel([("household_id", ASCENDING)], name="household"),
            IndexModel([("family_ids", ASCENDING)], name="family"),
        ),
    ),
    Kept(READERS),
)


@dataclass(frozen=True)
class Replies:
    """Answers by mail; reads name the viewer's sight."""

    database: Database

    async def keep(self, reply: Reply, work: Work) -> None:
        """Keep a new one."""
        row: Document = reply.model_dump(exclude={"reply_id"})
        await self.database[NAME].insert_one({"_id": reply.reply_id, **row}, session=work.session)

    async def count_since(self, delivery_id: str, since: datetime, work: Work) -> int:
        """How many answers to one letter came since then."""
        query = {"delivery_id": delivery_id, "at": {"$gt": since}}
        return int(await self.database[NAME].count_documents(query, session=work.session))

    async def get(self, reply_id: str, work: Work) -> Reply | None:
        """One for a change; the caller judges who asks."""
        row = await self.database[NAME].find_one({"_id": reply_id}, session=work.session)
        return _reply(row) if row else None

    async def one(self, reply_id: str, *, seen_by: ReplySight) -> Reply | None:
        """One, where the viewer may read it."""
        async with answering():
            row = await self.database[NAME].find_one({"$and": [{"_id": reply_id}, _seen(seen_by)]})
        return _reply(row) if row else None

    async def of_letter(self, delivery_id: str, *, seen_by: ReplySight, most: int) -> list[Reply]:
        """The answers to one letter that the viewer may read, the newest first."""
        query = {"$and": [{"delivery_id": delivery_id}, _seen(seen_by)]}
        async with answering():
            found = self.database[NAME].find(query).sort("at", -1).limit(most)
            return [_reply(row) async for row in found]

    async def newest(
        self,
        *,
        seen_by: ReplySight,
        open_only: bool = False,
        limit: int,
        after: tuple[datetime, str] | None = None,
    ) -> list[Reply]:
        """What the viewer may read, the newest first; `after`: the last row of the page before."""
        query: Document = {"$and": [_seen(seen_by)]}
        if open_only:
            query["$and"].append({"handled_at": None})
        if after:
            at, last = after
            older = [{"at": {"$lt": at}}, {"at": at, "_id": {"$lt": last}}]
            query["$and"].append({"$or": older})
        async with answering():
            found = self.database[NAME].find(query, {"whole": 0})
            found = found.sort([("at", DESCENDING), ("_id", DESCENDING)]).limit(limit)
            return [_reply(row) async for row in found]

    async def handle(self, reply_id: str, at: datetime | None, by: str, work: Work) -> None:
        """Say that somebody saw to it, or that nobody did."""
        change = {"$set": {"handled_at": at, "handled_by": by}}
        await self.database[NAME].update_one({"_id": reply_id}, change, session=work.session)

    async def readers(self, school_id: str, work: Work | None = None) -> tuple[str, ...]:
        """The ids of those who get what no educator can take, as the school chose them."""
        session = work.session if work else None
        async with answering():
            row = await self.database[READERS].find_one({"_id": school_id}, session=session)
        return tuple(row["educator_ids"]) if row else ()

    async def choose_readers(
        self, school_id: str, educator_ids: tuple[str, ...], by: str, work: Work
    ) -> None:
        """Choose them; `by` is the account that did."""
        row = {"educator_ids": list(educator_ids), "by": by, "at": work.now}
        await self.database[READERS].update_one(
            {"_id": school_id}, {"$set": row}, upsert=True, session=work.session
        )


def _seen(sight: ReplySight) -> Document:
    if sight.everything:
        return {}
    seen: list[Document] = [{"school_id": {"$in": sorted(sight.school_ids)}}]
    if sight.educator_id is not None:
        seen.append({"educator_ids": sight.educator_id})
    return {"$or": seen}


def _reply(row: Document) -> Reply:
    return Reply.model_validate({**row, "reply_id": row["_id"]})
