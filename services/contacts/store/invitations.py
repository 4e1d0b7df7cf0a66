"""Invitations that are open, and which families were invited and answered."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from pymongo import ASCENDING, IndexModel

from services.contacts.domain.invitations import ASKED_WITHIN, Invitation
from services.contacts.store.mail import LETTERS, REPLIES
from shared.identity import Viewer
from shared.mongo import Database, Document, Kept, answering
from shared.outbox import Work

INVITATIONS = "invitations"
MOST_OPEN = 20
"""Of a school's events that are open at the same time, those that close first."""


INVITATIONS_KEPT = (
    Kept(
        INVITATIONS,
        (
            IndexModel(
                [("school_id", ASCENDING), ("cancelled", ASCENDING), ("closes_at", ASCENDING)],
                name="open",
            ),
        ),
        {
            "required": ["school_id", "title", "closes_at", "cancelled", "version"],
            "properties": {"version": {"bsonType": ["int", "long"], "minimum": 0}},
        },
    ),
)


@dataclass
class InvitationRows:
    """Callers name families that the viewer was allowed to see just before."""

    database: Database

    async def keep(self, invitation: Invitation, version: int, work: Work) -> bool:
        """Keep what is known of an event now; False when something newer is known."""
        rows, key = self.database[INVITATIONS], invitation.event_id
        known = await rows.find_one({"_id": key}, {"version": 1}, session=work.session)
        if known and known["version"] >= version:
            return False
        row = {**invitation.model_dump(), "version": version}
        await rows.replace_one({"_id": key}, row, upsert=True, session=work.session)
        return True

    async def open_at(self, now: datetime, *, seen_by: Viewer) -> list[Invitation]:
        """Those of the viewer's schools that soon close, the first one first."""
        query = {
            "school_id": {"$in": sorted(seen_by.school_ids)},
            "cancelled": False,
            "closes_at": {"$gt": now, "$lte": now + ASKED_WITHIN},
        }
        async with answering():
            found = self.database[INVITATIONS].find(query).sort("closes_at", 1).limit(MOST_OPEN)
            return [Invitation.model_validate(row) async for row in found]

    async def invited(
        self, event_ids: Collection[str], family_ids: Sequence[str]
    ) -> dict[str, frozenset[str]]:
        """The families with an invitation that was handed to the mail service, by event."""
        letters = {"kind": "invitation", "state": "handed_over"}
        return await self._families(LETTERS, "about", event_ids, family_ids, letters)

    async def answered(
        self, event_ids: Collection[str], family_ids: Sequence[str]
    ) -> dict[str, frozenset[str]]:
        """The families of which a household answered, by event."""
        return await self._families(REPLIES, "event_id", event_ids, family_ids, {})

    async def _families(
        self,
        name: str,
        event: str,
        event_ids: Collection[str],
        family_ids: Sequence[str],
        more: Document,
    ) -> dict[str, frozenset[str]]:
        own = {"family_ids": {"$in": list(family_ids)}}
        steps: list[Document] = [
            {"$match": {**own, event: {"$in": sorted(event_ids)}, **more}},
            {"$unwind": "$family_ids"},
            {"$group": {"_id": f"${event}", "families": {"$addToSet": "$family_ids"}}},
        ]
        async with answering():
            rows = await self.database[name].aggregate(steps).to_list(None)
        known = frozenset(family_ids)
        return {row["_id"]: known.intersection(row["families"]) for row in rows}
