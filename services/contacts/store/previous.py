"""What was settled before: families, households and guardian ids, as the next import needs them."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.contacts.domain.households import Flag, Household, Member
from services.contacts.domain.settling import Previous
from shared.directory import EDUCATORS, FAMILIES, HOUSEHOLDS, SCHOOLS
from shared.mongo import Database, Document, Kept, answering
from shared.outbox import Work

COLLECTIONS = {
    "school": SCHOOLS,
    "educator": EDUCATORS,
    "family": FAMILIES,
    "household": HOUSEHOLDS,
}
DECISIONS = "match_decisions"
MATCHES = "matches"
PREVIOUS_KEPT = (Kept(DECISIONS), Kept(MATCHES))


@dataclass
class PreviousRows:
    """Reads the directory as an import needs it: by the roster's ids, with what only we know."""

    database: Database

    async def settled(self) -> tuple[Previous, dict[str, str]]:
        """Families and households of before, and each record's guardian id."""
        families: dict[str, frozenset[str]] = {}
        guardians: dict[str, str] = {}
        fields = {"students.sourced_ids": 1, "guardians.sourced_ids": 1}
        async with answering():
            cursor = self.database[FAMILIES].find({"active": True}, fields).batch_size(5000)
            async for row in cursor:
                families[row["_id"]] = frozenset(s["sourced_ids"][0] for s in row["students"])
                for guardian in row["guardians"]:
                    ids = guardian["sourced_ids"]
                    guardians.update(dict.fromkeys(ids, ids[0]))
        return Previous(families, await self._households()), guardians

    async def _households(self) -> tuple[Household, ...]:
        fields = {"own": 1, "link_version": 1, "family_ids": 1}
        async with answering():
            cursor = self.database[HOUSEHOLDS].find({"active": True}, fields).batch_size(5000)
            return tuple([_household(row) async for row in cursor])

    async def household(self, household_id: str) -> Household | None:
        """One active household with its members."""
        query = {"_id": household_id, "active": True}
        async with answering():
            row = await self.database[HOUSEHOLDS].find_one(query)
        return _household(row) if row else None

    async def digests(self, kind: str, keys: Sequence[str]) -> dict[str, str]:
        """The digests of some of a kind, empty for those that are closed."""
        query = {"_id": {"$in": list(keys)}}
        async with answering():
            cursor = self.database[COLLECTIONS[kind]].find(query, {"digest": 1, "active": 1})
            return {row["_id"]: row["digest"] if row["active"] else "" async for row in cursor}

    async def open_keys(self, kind: str) -> set[str]:
        """The ids of a kind that are in use."""
        async with answering():
            cursor = self.database[COLLECTIONS[kind]].find({"active": True}, {"_id": 1})
            return {row["_id"] async for row in cursor}

    async def decisions(self) -> dict[str, frozenset[tuple[str, str]]]:
        """Pairs of records of which a person said that they are the same adult, or different."""
        found: dict[str, set[tuple[str, str]]] = {"same": set(), "different": set()}
        async with answering():
            async for row in self.database[DECISIONS].find():
                found[row["decision"]].add((row["one"], row["other"]))
        return {word: frozenset(pairs) for word, pairs in found.items()}

    async def decide(self, pair: str, decision: Document, work: Work) -> None:
        """Keep what somebody said of two records, and take them off the list."""
        decided = self.database[DECISIONS]
        await decided.replace_one({"_id": pair}, decision, upsert=True, session=work.session)
        await self.database[MATCHES].delete_one({"_id": pair}, session=work.session)

    async def match(self, pair: str, work: Work) -> Document | None:
        """One pair of the list."""
        return await self.database[MATCHES].find_one({"_id": pair}, session=work.session)

    async def matches(self, most: int = 100) -> list[Document]:
        """Records that may be one adult each."""
        async with answering():
            return await self.database[MATCHES].find().sort("_id", 1).limit(most).to_list(None)

    async def count_matches(self) -> int:
        """How many pairs wait for a person."""
        async with answering():
            return await self.database[MATCHES].count_documents({})

    async def keep_matches(self, rows: Sequence[Document]) -> None:
        """Replace the list of records that may be one adult."""
        async with answering():
            await self.database[MATCHES].delete_many({})
            for start in range(0, len(rows), 1000):
                await self.database[MATCHES].insert_many(rows[start : start + 1000])


def own_of_household(household: Household) -> Document:
    """What contacts keeps of a household beside what it tells: enough to compare it next time."""
    return {
        "members": [
            [m.guardian_id, m.address, sorted(m.mail_about), m.order] for m in household.members
        ],
        "students": sorted(household.student_ids),
        "flags": sorted(
            [f.guardian_id, f.student_id, f.gets_mail, f.may_see_record] for f in household.flags
        ),
    }


def _household(row: Document) -> Household:
    own = row["own"]
    return Household(
        household_id=row["_id"],
        members=tuple(
            Member(guardian, address, frozenset(about), order)
            for guardian, address, about, order in own["members"]
        ),
        student_ids=frozenset(own["students"]),
        family_ids=frozenset(row["family_ids"]),
        link_version=row["link_version"],
        flags=frozenset(Flag(*each) for each in own["flags"]),
    )
