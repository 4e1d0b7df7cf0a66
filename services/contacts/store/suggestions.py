"""What is kept of other systems' suggestions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pymongo import ASCENDING, DESCENDING, IndexModel

from services.contacts.domain.contact import TOLD
from services.contacts.domain.suggestions import LASTS, Suggestion
from services.contacts.store.contacts import CONTACTS
from shared.identity import Viewer
from shared.mongo import Database, Document, Kept, answering
from shared.outbox import Work

SUGGESTIONS = "suggestions"
MOST = 2000
"""Of a school's, the newest; a list shows one for each family."""
_FORGOTTEN_AFTER = LASTS + timedelta(days=30)
_NEWEST = ("achieved_at", DESCENDING)
SUGGESTIONS_KEPT = (
    Kept(
        SUGGESTIONS,
        (
            IndexModel([("family_id", ASCENDING), _NEWEST], name="of_family"),
            IndexModel([("student_id", ASCENDING), _NEWEST], name="of_student"),
            IndexModel(
                [("heard_at", ASCENDING)],
                name="forget",
                expireAfterSeconds=int(_FORGOTTEN_AFTER.total_seconds()),
            ),
        ),
        {"required": ["student_id", "family_id", "what", "system", "achieved_at"]},
    ),
)


@dataclass
class SuggestionRows:
    """Callers judge of which pupils the viewer may know (`domain.strengths.shares`)."""

    database: Database

    async def keep(self, suggestion: Suggestion, work: Work) -> None:
        """Keep a new one; one that is known stays as it is."""
        row = {**suggestion.model_dump(), "not_now": []}
        await self.database[SUGGESTIONS].update_one(
            {"_id": suggestion.suggestion_id},
            {"$setOnInsert": row},
            upsert=True,
            session=work.session,
        )

    async def recent(
        self,
        by: Literal["family_id", "student_id"],
        ids: Sequence[str],
        now: datetime,
        *,
        seen_by: Viewer,
    ) -> list[Suggestion]:
        """Those of the last `LASTS` that the viewer did not put aside, the newest first."""
        query = {
            by: {"$in": list(ids)},
            "achieved_at": {"$gt": now - LASTS},
            "not_now": {"$ne": seen_by.account_id},
        }
        async with answering():
            found = self.database[SUGGESTIONS].find(query).sort([_NEWEST]).limit(MOST)
            return [Suggestion.model_validate(row) async for row in found]

    async def all_of(self, student_id: str) -> list[Suggestion]:
        """Every one of a pupil, oldest first; for whoever takes out the pupil's record."""
        async with answering():
            found = self.database[SUGGESTIONS].find({"student_id": student_id})
            return [Suggestion.model_validate(row) async for row in found.sort("achieved_at", 1)]

    async def put_aside(self, suggestion_id: str, *, by: Viewer) -> None:
        """Show it to this person no more."""
        async with answering():
            await self.database[SUGGESTIONS].update_one(
                {"_id": suggestion_id}, {"$addToSet": {"not_now": by.account_id}}
            )

    async def told_of(
        self, student_ids: Sequence[str], family_ids: Sequence[str], now: datetime
    ) -> dict[str, datetime]:
        """When each pupil's family last heard good news about this pupil, within `LASTS`."""
        told = {
            "family_id": {"$in": list(family_ids)},
            "occurred_at": {"$gt": now - LASTS},
            "student_ids": {"$in": list(student_ids)},
            "tone": "good_news",
            "outcome": {"$in": sorted(TOLD)},
            "retraction": None,
        }
        steps: list[Document] = [
            {"$match": told},
            {"$unwind": "$student_ids"},
            {"$group": {"_id": "$student_ids", "at": {"$max": "$occurred_at"}}},
        ]
        async with answering():
            rows = await self.database[CONTACTS].aggregate(steps).to_list(None)
        return {row["_id"]: row["at"] for row in rows}

    async def hand_on(self, before: Sequence[str], now: str, work: Work) -> None:
        """Families became one: what is known of their pupils belongs to that of now."""
        await self.database[SUGGESTIONS].update_many(
            {"family_id": {"$in": list(before)}},
            {"$set": {"family_id": now}},
            session=work.session,
        )
