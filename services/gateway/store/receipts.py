"""Keeps a receipt for each message that came in, so that it comes in once."""

from collections.abc import Sequence
from dataclasses import dataclass

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import BulkWriteError

from services.gateway.domain.incoming import Receipt
from shared.errors import Conflict
from shared.inbox import KEPT_FOR
from shared.mongo import Database, Kept
from shared.outbox import Work

RECEIPTS = "receipts"
_DUPLICATE_KEY = 11000
KEPT = (
    Kept(
        RECEIPTS,
        (
            IndexModel([("system", ASCENDING), ("at", DESCENDING)], name="by_system"),
            IndexModel(
                [("at", ASCENDING)], name="forget", expireAfterSeconds=int(KEPT_FOR.total_seconds())
            ),
        ),
    ),
)


@dataclass
class ReceiptStore:
    """Receipts by source and id."""

    database: Database

    async def known(self, keys: Sequence[str], work: Work) -> dict[str, str]:
        """The digests of those that came before, by key."""
        cursor = self.database[RECEIPTS].find(
            {"_id": {"$in": list(keys)}}, {"digest": 1}, session=work.session
        )
        return {row["_id"]: row["digest"] async for row in cursor}

    async def add(self, receipts: Sequence[Receipt], work: Work) -> None:
        """Keep receipts; `Conflict` when another request kept one of them meanwhile."""
        rows = [{"_id": each.key, **each.model_dump(exclude={"key"})} for each in receipts]
        try:
            await self.database[RECEIPTS].insert_many(rows, session=work.session)
        except BulkWriteError as error:
            faults = (error.details or {}).get("writeErrors", [])
            if faults and all(each.get("code") == _DUPLICATE_KEY for each in faults):
                raise Conflict("one of these messages came in at the same moment") from error
            raise
