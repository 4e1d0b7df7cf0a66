"""Writing the directory in chunks: many aggregates, each with its version, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pymongo import ReplaceOne

from services.contacts.domain.search import tokens_of
from services.contacts.store.previous import COLLECTIONS
from shared.mongo import Database, Document, Kept, answering
from shared.outbox import Work

SETTINGS = "school_settings"
DIRECTORY_KEPT = (Kept(SETTINGS),)


@dataclass
class DirectoryRows:
    """The directory that contacts owns. `work` is the chunk's transaction."""

    database: Database

    async def known(self, kind: str, keys: Sequence[str], work: Work) -> dict[str, Document]:
        """What is kept of some aggregates, by id."""
        collection = self.database[COLLECTIONS[kind]]
        found = collection.find({"_id": {"$in": list(keys)}}, session=work.session)
        return {row["_id"]: row async for row in found}

    async def put(self, kind: str, rows: Sequence[Document], work: Work) -> None:
        """Keep aggregates whole."""
        if rows:
            changes = [ReplaceOne({"_id": row["_id"]}, row, upsert=True) for row in rows]
            await self.database[COLLECTIONS[kind]].bulk_write(
                changes, ordered=False, session=work.session
            )

    async def page(self, kind: str, after: str, most: int, work: Work) -> list[Document]:
        """Some aggregates in the order of their ids, for telling all again."""
        query = {"_id": {"$gt": after}}
        found = self.database[COLLECTIONS[kind]].find(query, session=work.session)
        return await found.sort("_id", 1).limit(most).to_list(None)

    async def count(self) -> int:
        """How many aggregates there are."""
        async with answering():
            counts = [
                await self.database[name].estimated_document_count()
                for name in COLLECTIONS.values()
            ]
        return sum(counts)

    # --- what the roster does not know of a school ------------------------------------------------

    async def school_settings(self, school_id: str, work: Work | None = None) -> dict[str, Any]:
        """Time zone, phone and days without school, as somebody set them here."""
        session = work.session if work else None
        row = await self.database[SETTINGS].find_one({"_id": school_id}, session=session)
        return {name: value for name, value in (row or {}).items() if name != "_id"}

    async def set_school(self, school_id: str, settings: dict[str, Any], work: Work) -> None:
        """Keep what somebody set."""
        await self.database[SETTINGS].update_one(
            {"_id": school_id}, {"$set": settings}, upsert=True, session=work.session
        )


def kept_row(
    kind: str, facts: Document, own: Document, version: int, digest: str, key: str
) -> Document:
    """An aggregate as it is kept: as replicas have it, and beside it what only contacts knows."""
    row = {"_id": key, **facts, "version": version, "digest": digest, "own": own}
    if kind == "family":
        people = [*facts["students"], *facts["guardians"]]
        row["tokens"] = list(tokens_of((p["given_name"], p["family_name"]) for p in people))
    return row


def days_text(days: Sequence[date]) -> list[str]:
    """Days as they are kept."""
    return sorted({day.isoformat() for day in days})
