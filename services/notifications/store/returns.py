"""Mail that came back: each kept once, for two months, and its bytes only while they are of use."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pymongo import ASCENDING, DESCENDING, IndexModel

from services.notifications.domain.returned import Kind
from shared.errors import NotFound
from shared.messages import Record
from shared.mongo import Database, Document, Kept, answering
from shared.outbox import Work

NAME = "returns"
KEPT_FOR = timedelta(days=60)
"""Longer than soft bounces are counted, and long enough to ask somebody about a mail."""
KEPT = (
    Kept(
        NAME,
        (
            IndexModel([("at", DESCENDING), ("_id", DESCENDING)], name="newest"),
            IndexModel(
                [("at", ASCENDING)],
                name="forget",
                expireAfterSeconds=int(KEPT_FOR.total_seconds()),
            ),
            IndexModel(
                [("delivery_id", ASCENDING), ("kind", ASCENDING)],
                name="letter",
                partialFilterExpression={"delivery_id": {"$type": "string"}},
            ),
            IndexModel(
                [("counted_for", ASCENDING), ("at", ASCENDING)],
                name="counted",
                partialFilterExpression={"counted_for": {"$type": "string"}},
            ),
        ),
    ),
)

Done = Literal[
    "stopped_writing", "rests", "counted", "noted", "category_stopped", "no_letter", "too_late",
    "passed_on", "nothing",
]  # fmt: skip
"""What was done because of it."""


class ReturnedMail(Record):
    """One mail that came back, and what was done because of it."""

    return_id: str
    """Follows from the mail itself."""
    kind: Kind
    done: Done
    came_by: str
    """`smtp` or `imap`."""
    at: datetime
    delivery_id: str | None = None
    status: str = ""
    said: str = ""
    subject: str = ""
    sender: str = ""
    counted_for: str | None = None
    """The mailbox against which it counts as one letter that came back for now."""
    size: int = 0
    raw: bytes | None = None
    """Its beginning, where nothing else is known of it; bounded by who keeps it."""


@dataclass(frozen=True)
class Returns:
    """What came back."""

    database: Database

    async def known(self, return_id: str, work: Work) -> bool:
        """Whether it is kept already."""
        found = self.database[NAME].find_one({"_id": return_id}, {"_id": 1}, session=work.session)
        return await found is not None

    async def keep(self, mail: ReturnedMail, work: Work) -> None:
        """Keep it; it must not be known."""
        row: Document = mail.model_dump(exclude={"return_id"}, exclude_none=True)
        await self.database[NAME].insert_one({"_id": mail.return_id, **row}, session=work.session)

    async def counted(self, mailbox: str, since: datetime, work: Work) -> set[str]:
        """The letters that came back for now from a mailbox since then."""
        query = {"counted_for": mailbox, "at": {"$gt": since}}
        found = self.database[NAME].find(query, {"delivery_id": 1}, session=work.session)
        return {str(row["delivery_id"]) async for row in found}

    async def count_anew(self, mailbox: str, work: Work) -> None:
        """What came back from a mailbox until now counts against it no more."""
        await self.database[NAME].update_many(
            {"counted_for": mailbox}, {"$unset": {"counted_for": ""}}, session=work.session
        )

    async def replied(self, delivery_ids: Collection[str]) -> set[str]:
        """Those of some letters to which somebody wrote back in the last two months."""
        query = {"delivery_id": {"$in": sorted(delivery_ids)}, "kind": "reply"}
        async with answering():
            found = self.database[NAME].find(query, {"delivery_id": 1})
            return {str(row["delivery_id"]) async for row in found}

    async def newest(
        self, *, limit: int, after: tuple[datetime, str] | None = None
    ) -> list[ReturnedMail]:
        """All of them without their bytes, the newest first. For those who may see every family."""
        query: Document = {}
        if after:
            at, last = after
            query = {"$or": [{"at": {"$lt": at}}, {"at": at, "_id": {"$lt": last}}]}
        async with answering():
            found = self.database[NAME].aggregate(
                [
                    {"$match": query},
                    {"$sort": {"at": -1, "_id": -1}},
                    {"$limit": limit},
                    # Whether there are bytes, without reading them.
                    {"$set": {"raw": {"$cond": [{"$gt": ["$raw", None]}, b"+", None]}}},
                ]
            )
            return [_mail(row) async for row in found]

    async def raw(self, return_id: str) -> bytes:
        """The bytes of one; `NotFound` when there are none. For those who may see every family."""
        async with answering():
            row = await self.database[NAME].find_one({"_id": return_id}, {"raw": 1})
        if row is None or row.get("raw") is None:
            raise NotFound("This mail is not kept.")
        return bytes(row["raw"])


def _mail(row: Document) -> ReturnedMail:
    return ReturnedMail.model_validate({**row, "return_id": row["_id"]})
