"""Campaigns of a school, the school events that they name, and how many families were told."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel

from services.contacts.domain.campaigns import Campaign
from services.contacts.domain.contact import POSITIVE, TOLD
from services.contacts.store.contacts import CONTACTS
from services.contacts.store.mail import LETTERS
from shared.directory import FAMILIES
from shared.errors import Conflict, NotFound
from shared.mongo import Database, Document, Kept, answering
from shared.outbox import Work

CAMPAIGNS = "campaigns"
CAMPAIGNS_KEPT = (
    Kept(
        CAMPAIGNS,
        (IndexModel([("school_id", ASCENDING), ("ends", DESCENDING), ("_id", DESCENDING)],
                    name="of_school"),),
        {"required": ["school_id", "name", "begins", "ends", "goal", "version"]},
    ),
)  # fmt: skip
LETTER_IS_OF_USE = timedelta(days=14)
"""A letter leaves at most so long after its contact; notifications drops it then."""


@dataclass
class CampaignRows:
    """Numbers only: who was told is not read here, so no viewer is named."""

    database: Database

    # --- campaigns ----------------------------------------------------------------------------

    async def of_schools(
        self, school_ids: Collection[str], *, after: tuple[str, str] | None = None, most: int = 100
    ) -> list[Campaign]:
        """Of these schools, the latest first; `after`: the last day and id where it goes on."""
        query: Document = {"school_id": {"$in": sorted(school_ids)}}
        if after:
            day, campaign_id = after
            query["$or"] = [
                {"ends": {"$lt": day}},
                {"ends": day, "_id": {"$lt": campaign_id}},
            ]
        order = [("ends", DESCENDING), ("_id", DESCENDING)]
        async with answering():
            rows = self.database[CAMPAIGNS].find(query).sort(order).limit(most)
            return [Campaign.model_validate(row) async for row in rows]

    async def one(self, campaign_id: str) -> Campaign:
        """One of them; `NotFound`."""
        async with answering():
            row = await self.database[CAMPAIGNS].find_one({"_id": campaign_id})
        if row is None:
            raise NotFound("There is no such campaign.")
        return Campaign.model_validate(row)

    async def add(self, campaign: Campaign, work: Work) -> None:
        """Keep a new one."""
        await self.database[CAMPAIGNS].insert_one(_row(campaign), session=work.session)

    async def replace(self, before: Campaign, now: Campaign, work: Work) -> None:
        """Keep the next version; `Conflict` when somebody was faster."""
        known = {"_id": now.campaign_id, "version": before.version}
        found = await self.database[CAMPAIGNS].replace_one(known, _row(now), session=work.session)
        if not found.matched_count:
            raise Conflict("Somebody else changed this just now. Look at it again.")

    async def drop(self, campaign: Campaign, work: Work) -> None:
        """It is gone; contacts and letters of its days stay. `Conflict` as above."""
        known = {"_id": campaign.campaign_id, "version": campaign.version}
        gone = await self.database[CAMPAIGNS].delete_one(known, session=work.session)
        if not gone.deleted_count:
            raise Conflict("Somebody else changed this just now. Look at it again.")

    # --- how many -----------------------------------------------------------------------------

    async def families_of(self, school_id: str) -> int:
        """How many families a school has now."""
        query = {"students.school_id": school_id, "active": True}
        async with answering():
            return int(await self.database[FAMILIES].count_documents(query))

    async def told(self, school_id: str, first: datetime, after: datetime) -> int:
        """How many families of a school were told good news in a span, each once.

        Spoken to, voicemail left, paper handed out, or a letter handed to the mail service and not
        come back (DESIGN section 3). A contact that was taken back counts no more; a letter that
        left did tell, whatever became of its contact.
        """
        of_school = {"school_id": school_id, "tone": {"$in": sorted(POSITIVE)}}
        in_span = {"$gte": first, "$lt": after}
        spoken = {
            **of_school,
            "occurred_at": in_span,
            "outcome": {"$in": sorted(TOLD)},
            "retraction": None,
        }
        written = {
            **of_school,
            "occurred_at": {"$gte": first - LETTER_IS_OF_USE, "$lt": after},
            "letter": {"$ne": None},
        }
        async with answering():
            heard = await self._distinct(CONTACTS, spoken, "family_id")
            about = await self._distinct(CONTACTS, written, "_id")
            mailed = {"about": {"$in": about}, "state": "handed_over", "at": in_span}
            read = await self._distinct(LETTERS, mailed, "family_ids")
        return len({*heard, *read})

    async def _distinct(self, name: str, query: Document, field: str) -> list[str]:
        # Not `distinct`: its answer is one document, which ten thousands of ids can outgrow.
        parted = [{"$unwind": f"${field}"}] if field == "family_ids" else []
        steps: list[dict[str, Any]] = [
            {"$match": query}, *parted, {"$group": {"_id": f"${field}"}}
        ]  # fmt: skip
        return [str(row["_id"]) async for row in self.database[name].aggregate(steps)]


def _row(campaign: Campaign) -> Document:
    days = {"begins": campaign.begins.isoformat(), "ends": campaign.ends.isoformat()}
    return {"_id": campaign.campaign_id, **campaign.model_dump(), **days}
