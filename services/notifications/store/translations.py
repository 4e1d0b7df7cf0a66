"""What a machine translated, by words and languages; the names in it are placeholders."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from pymongo import ASCENDING, IndexModel, UpdateOne

from services.notifications.domain.translation import Ask
from shared.mongo import Database, Document, Kept, answering
from shared.outbox import Work

NAME = "translations"
KEPT = (
    Kept(
        NAME,
        (
            IndexModel([("expires_at", ASCENDING)], name="forget", expireAfterSeconds=0),
            IndexModel([("family_ids", ASCENDING)], name="family"),
        ),
    ),
)


@dataclass(frozen=True)
class Translations:
    """Kept for a while; for as long as the letter, once one has left with it."""

    database: Database

    async def several(self, keys: Collection[str]) -> dict[str, str | None]:
        """The words by key; None where the machine has no usable words for it."""
        if not keys:
            return {}
        async with answering():
            found = self.database[NAME].find({"_id": {"$in": sorted(keys)}}, {"words": 1})
            return {str(row["_id"]): row["words"] async for row in found}

    async def keep(self, ask: Ask, words: str | None, expires_at: datetime) -> None:
        """Keep what the machine said; the first answer stays until it expires."""
        change: Document = {"$setOnInsert": {"words": words, "expires_at": expires_at}}
        change["$addToSet"] = {"family_ids": {"$each": [ask.family_id] if ask.family_id else []}}
        async with answering():
            await self.database[NAME].update_one({"_id": ask.key}, change, upsert=True)

    async def have_left(self, keys: Mapping[str, Collection[str]], work: Work) -> None:
        """Letters leave with these words: keep them. By key the families that are written to."""
        writes = [
            UpdateOne(
                {"_id": key},
                {
                    "$unset": {"expires_at": ""},
                    "$addToSet": {"family_ids": {"$each": sorted(family_ids)}},
                },
            )
            for key, family_ids in sorted(keys.items())
        ]
        if writes:
            await self.database[NAME].bulk_write(writes, session=work.session)
