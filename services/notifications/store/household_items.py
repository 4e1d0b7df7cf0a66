"""What stands on households' own pages besides school events, and what was asked for there."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from pymongo import ASCENDING, DESCENDING, IndexModel

from services.notifications.domain.household_page import KnownAnswer
from shared.messages import EventRSVPd, FamilyAsked, FamilyErased, HouseholdItemChanged
from shared.mongo import Database, Document, Kept, answering
from shared.outbox import OUTBOX, Work

ITEMS = "household_items"
ANSWERS = "household_answers"
ASKS = "household_asks"
FEEDS = "household_feeds"
KEPT = (
    Kept(
        ITEMS,
        (
            IndexModel([("household_ids", ASCENDING)], name="of_household"),
            IndexModel([("kind", ASCENDING), ("school_ids", ASCENDING)], name="of_school"),
        ),
    ),
    Kept(
        ANSWERS,
        (
            IndexModel([("household_id", ASCENDING)], name="of_household"),
            IndexModel([("event_id", ASCENDING)], name="of_event"),
        ),
    ),
    Kept(
        ASKS,
        (IndexModel([("household_id", ASCENDING), ("asked_at", DESCENDING)], name="of_household"),),
    ),
    Kept(FEEDS),
)
MOST_SHOWN = 10
MOST_RESOURCES = 500


@dataclass(frozen=True)
class HouseholdItems:
    """Callers have checked the link of the household whose things they read."""

    database: Database

    # --- taking in --------------------------------------------------------------------------------

    async def keep(self, item: HouseholdItemChanged, work: Work) -> None:
        """Keep an item as it is now; an older word on it changes nothing."""
        row = item.model_dump(mode="json")
        await self._keep(ITEMS, item.item_id, row, work, again=True)

    async def keep_answer(self, said: EventRSVPd, work: Work) -> None:
        """Keep a household's answer; a later one replaces it."""
        answer = KnownAnswer.model_validate(said.model_dump())
        await self._keep(ANSWERS, said.rsvp_id, answer.model_dump(), work)

    async def _keep(
        self, name: str, key: str, row: Document, work: Work, *, again: bool = False
    ) -> None:
        version = work.cause.version if work.cause else 0
        known = await self.database[name].find_one({"_id": key}, session=work.session)
        # A resend tells the same version again.
        if known and (known["version"] > version or (known["version"] == version and not again)):
            return
        await self.database[name].replace_one(
            {"_id": key}, {**row, "version": version}, upsert=True, session=work.session
        )

    # --- the page ---------------------------------------------------------------------------------

    async def resources(self, school_ids: Collection[str]) -> list[HouseholdItemChanged]:
        """What these schools and the district share with families."""
        among = {"$in": [*sorted(school_ids), []]}
        query = {"kind": "resource", "gone": False, "school_ids": among}
        async with answering():
            rows = self.database[ITEMS].find(query).sort("_id", DESCENDING).limit(MOST_RESOURCES)
            return [HouseholdItemChanged.model_validate(row) async for row in rows]

    async def own(self, household_id: str) -> dict[str, HouseholdItemChanged]:
        """What other services say of what the household asked for, by id."""
        query = {"household_ids": household_id, "gone": False}
        async with answering():
            rows = self.database[ITEMS].find(query)
            return {row["_id"]: HouseholdItemChanged.model_validate(row) async for row in rows}

    async def answers(self, household_id: str) -> dict[str, KnownAnswer]:
        """The household's own answers, by event."""
        async with answering():
            rows = self.database[ANSWERS].find({"household_id": household_id})
            return {row["event_id"]: KnownAnswer.model_validate(row) async for row in rows}

    async def answers_to(
        self, event_id: str, work: Work, household_id: str | None = None
    ) -> list[KnownAnswer]:
        """What households answered to an event, in this transaction; of all of them or of one."""
        query = {"event_id": event_id} | ({"household_id": household_id} if household_id else {})
        rows = self.database[ANSWERS].find(query, session=work.session).sort("_id", ASCENDING)
        return [KnownAnswer.model_validate(row) async for row in rows]

    # --- asking -----------------------------------------------------------------------------------

    async def asked(self, household_id: str, since: datetime) -> list[FamilyAsked]:
        """What the household asked for, the newest first."""
        query = {"household_id": household_id, "asked_at": {"$gte": since}}
        async with answering():
            rows = self.database[ASKS].find(query).sort("asked_at", DESCENDING).limit(MOST_SHOWN)
            return [FamilyAsked.model_validate(row) async for row in rows]

    async def is_asked(self, asked_id: str, work: Work) -> bool:
        """Whether it was asked for already: a form that is sent twice asks once."""
        row = await self.database[ASKS].find_one({"_id": asked_id}, session=work.session)
        return row is not None

    async def asked_since(self, household_id: str, since: datetime, work: Work) -> int:
        """How often the household asked."""
        query = {"household_id": household_id, "asked_at": {"$gte": since}}
        return await self.database[ASKS].count_documents(query, session=work.session)

    async def add_ask(self, asked: FamilyAsked, work: Work) -> None:
        """Keep what a household asked for."""
        row = {"_id": asked.asked_id, **asked.model_dump()}
        await self.database[ASKS].insert_one(row, session=work.session)

    # --- the calendar -----------------------------------------------------------------------------

    async def feed_number(self, household_id: str) -> int:
        """Which of its addresses counts; 0 until the household asks for a new one."""
        async with answering():
            row = await self.database[FEEDS].find_one({"_id": household_id})
        return int(row["number"]) if row else 0

    async def renew_feed(self, household_id: str, work: Work) -> None:
        """End the address that counts: the next one does from now on."""
        await self.database[FEEDS].update_one(
            {"_id": household_id}, {"$inc": {"number": 1}}, upsert=True, session=work.session
        )

    # --- forgetting -------------------------------------------------------------------------------

    async def forget(self, gone: FamilyErased, work: Work) -> None:
        """Everything of a family that was erased, and the messages that told of it."""
        homes = {"$in": list(gone.household_ids)}
        of_family = {"student_id": {"$in": list(gone.student_ids)}}
        rows = self.database[ASKS].find(
            {"$or": [{"household_id": homes}, of_family]}, {"_id": 1}, session=work.session
        )
        asked = [row["_id"] async for row in rows]
        told = [f"org.partners.family|{each}" for each in asked]
        queries: tuple[tuple[str, Document], ...] = (
            (ASKS, {"_id": {"$in": asked}}),
            (ITEMS, {"$or": [{"_id": {"$in": asked}}, {"household_ids": homes}]}),
            (ANSWERS, {"household_id": homes}),
            (FEEDS, {"_id": homes}),
            (OUTBOX.name, {"aggregate": {"$in": told}, "sent_at": {"$type": "date"}}),
        )
        for name, query in queries:
            await self.database[name].delete_many(query, session=work.session)
