"""The register of flags: every change with its number, without a gap, and who acts on it."""

from dataclasses import dataclass
from datetime import datetime

from services.contacts.domain.flags import FlagEntry
from shared.directory import FLAGS, HOUSEHOLDS
from shared.messages import HouseholdChanged
from shared.mongo import Database, Document, Kept, answering
from shared.outbox import Work

COUNTER = "counters"
APPLIED = "flags_applied"
# The entries lie in the collection that `shared.directory` reads, in the shape of the replicas.
FLAGS_KEPT = (Kept(COUNTER), Kept(APPLIED))


@dataclass
class FlagRows:
    """Entries are added, never changed; the newest of a pair holds."""

    database: Database

    async def next_number(self, work: Work) -> int:
        """Take the next number. The counter is one document: callers come one at a time."""
        row = await self.database[COUNTER].find_one_and_update(
            {"_id": "flags"},
            {"$inc": {"number": 1}},
            upsert=True,
            return_document=True,
            session=work.session,
        )
        return int(row["number"])

    async def number(self, work: Work | None = None) -> int:
        """The newest number; 0 before the first flag."""
        session = work.session if work else None
        async with answering():
            row = await self.database[COUNTER].find_one({"_id": "flags"}, session=session)
        return int(row["number"]) if row else 0

    async def add(self, entry: FlagEntry, work: Work) -> None:
        """Keep an entry."""
        row = {"_id": entry.number, **entry.model_dump()}
        await self.database[FLAGS].insert_one(row, session=work.session)

    async def in_force(
        self, guardian_ids: list[str] | None = None, work: Work | None = None
    ) -> list[FlagEntry]:
        """The newest entry of each pair, also those that lift everything; of all or some adults."""
        query: Document = {"guardian_id": {"$in": guardian_ids}} if guardian_ids is not None else {}
        session = work.session if work else None
        newest: dict[tuple[str, str], FlagEntry] = {}
        async with answering():
            async for row in self.database[FLAGS].find(query, session=session).sort("_id", 1):
                entry = FlagEntry.model_validate(row)
                newest[entry.pair] = entry
        return sorted(newest.values(), key=lambda entry: entry.number)

    async def entries(self, after: int, most: int) -> list[FlagEntry]:
        """Entries by number, for telling all again."""
        async with answering():
            cursor = self.database[FLAGS].find({"_id": {"$gt": after}}).sort("_id", 1).limit(most)
            return [FlagEntry.model_validate(row) async for row in cursor]

    async def applied(self, service: str, number: int, at: datetime, work: Work) -> None:
        """A service acts on every flag up to this number."""
        reached = {"number": {"$lte": number}, f"applied.{service}": {"$exists": False}}
        await self.database[FLAGS].update_many(
            reached, {"$set": {f"applied.{service}": at}}, session=work.session
        )
        await self.database[APPLIED].update_one(
            {"_id": service}, {"$max": {"number": number}}, upsert=True, session=work.session
        )

    async def households_of(self, guardian_id: str, work: Work) -> list[Document]:
        """The active households of an adult, with what lies under the flags."""
        query = {"guardian_ids": guardian_id, "active": True}
        found = self.database[HOUSEHOLDS].find(query, session=work.session)
        return await found.to_list(None)

    async def put_household(self, household: HouseholdChanged, version: int, work: Work) -> None:
        """Keep a household as the flags left it."""
        await self.database[HOUSEHOLDS].update_one(
            {"_id": household.household_id},
            {"$set": {**household.model_dump(mode="json"), "version": version}},
            session=work.session,
        )
