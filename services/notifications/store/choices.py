"""What people decided: the district its settings, families their stops; and addresses that fail."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from pymongo import ASCENDING, DESCENDING, IndexModel

from services.notifications.domain.settings import MailSettings
from services.notifications.domain.sight import Stop
from shared.messages import Category, Record
from shared.mongo import Database, Document, Kept, answering
from shared.outbox import Work

SETTINGS = "settings"
STOPS = "stops"
SUPPRESSIONS = "suppressions"
KEPT = (
    Kept(SETTINGS),
    Kept(STOPS, (IndexModel([("mailbox", ASCENDING)], name="mailbox"),)),
    Kept(SUPPRESSIONS, (IndexModel([("at", DESCENDING)], name="newest"),)),
)


class Suppression(Record):
    """An address to which we no longer write, and why."""

    mailbox: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class Choices:
    """Settings, stops and suppressions."""

    database: Database

    async def settings(self, starting: MailSettings) -> MailSettings:
        """What the district decided, else what holds at the start."""
        async with answering():
            row = await self.database[SETTINGS].find_one({"_id": "mail"})
        return MailSettings.model_validate_json(row["settings"]) if row else starting

    async def keep_settings(self, settings: MailSettings, by: str, work: Work) -> None:
        """Decide; `by` is the account that did."""
        row = {"settings": settings.model_dump_json(), "by": by, "at": work.now}
        await self.database[SETTINGS].update_one(
            {"_id": "mail"}, {"$set": row}, upsert=True, session=work.session
        )

    async def stop(self, stop: Stop, work: Work) -> None:
        """No more letters of this category to this mailbox."""
        row = {**stop.model_dump(), "at": work.now}
        await self.database[STOPS].update_one(
            {"_id": _stop_id(stop.mailbox, stop.category)},
            {"$setOnInsert": row},
            upsert=True,
            session=work.session,
        )

    async def resume(self, mailbox: str, category: Category, work: Work) -> None:
        """Letters of this category again."""
        await self.database[STOPS].delete_one(
            {"_id": _stop_id(mailbox, category)}, session=work.session
        )

    async def stopped(self, mailboxes: Collection[str]) -> dict[str, frozenset[str]]:
        """The stopped categories of each mailbox that stopped any."""
        stopped: dict[str, frozenset[str]] = {}
        async with answering():
            async for row in self.database[STOPS].find({"mailbox": {"$in": sorted(mailboxes)}}):
                stopped[row["mailbox"]] = stopped.get(row["mailbox"], frozenset()) | {
                    row["category"]
                }
        return stopped

    async def suppress(self, mailbox: str, reason: str, work: Work) -> None:
        """Write to this address no more."""
        row = {"reason": reason, "at": work.now}
        await self.database[SUPPRESSIONS].update_one(
            {"_id": mailbox}, {"$setOnInsert": row}, upsert=True, session=work.session
        )

    async def trust_again(self, mailbox: str, work: Work) -> bool:
        """Write to this address again; False when it was not suppressed."""
        result = await self.database[SUPPRESSIONS].delete_one(
            {"_id": mailbox}, session=work.session
        )
        return result.deleted_count == 1

    async def suppressed(self, mailboxes: Collection[str]) -> frozenset[str]:
        """Those of the addresses to which we no longer write."""
        query = {"_id": {"$in": sorted(mailboxes)}}
        async with answering():
            return frozenset(
                [row["_id"] async for row in self.database[SUPPRESSIONS].find(query, {"_id": 1})]
            )

    async def suppressions(
        self, *, limit: int, after: tuple[datetime, str] | None = None
    ) -> list[Suppression]:
        """All of them, the newest first. For those who may see every family."""
        query: Document = {}
        if after:
            at, last = after
            query = {"$or": [{"at": {"$lt": at}}, {"at": at, "_id": {"$gt": last}}]}
        async with answering():
            found = self.database[SUPPRESSIONS].find(query)
            found = found.sort([("at", DESCENDING), ("_id", ASCENDING)]).limit(limit)
            return [
                Suppression(mailbox=row["_id"], reason=row["reason"], at=row["at"])
                async for row in found
            ]


def _stop_id(mailbox: str, category: str) -> str:
    return f"{category}|{mailbox}"
