"""Many people of the directory at once, for a batch of letters."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeVar

from shared.directory import EDUCATORS, FAMILIES, HOUSEHOLDS, SCHOOLS
from shared.messages import (
    EducatorChanged,
    FamilyChanged,
    HouseholdChanged,
    Message,
    SchoolChanged,
)
from shared.mongo import Database, answering

M = TypeVar("M", bound=Message)


@dataclass(frozen=True)
class People:
    """For the service itself; what people see is asked of the directory with the viewer named."""

    database: Database

    async def households(self, ids: Collection[str]) -> dict[str, HouseholdChanged]:
        """Households by id."""
        return await self._by_id(HouseholdChanged, HOUSEHOLDS, ids)

    async def reading(self, mailbox: str) -> list[HouseholdChanged]:
        """The active households that read this address, however it is written."""
        async with answering():
            found = self.database[HOUSEHOLDS].find({"mailbox": mailbox, "active": True})
            rows = await found.collation({"locale": "en", "strength": 2}).to_list(None)
        return [HouseholdChanged.model_validate(row) for row in rows]

    async def families(self, ids: Collection[str]) -> dict[str, FamilyChanged]:
        """Families by id."""
        return await self._by_id(FamilyChanged, FAMILIES, ids)

    async def educators(self, ids: Collection[str]) -> dict[str, EducatorChanged]:
        """Educators by id."""
        return await self._by_id(EducatorChanged, EDUCATORS, ids)

    async def schools(self, ids: Collection[str]) -> dict[str, SchoolChanged]:
        """Schools by id."""
        return await self._by_id(SchoolChanged, SCHOOLS, ids)

    async def behind(self, mailboxes: Collection[str]) -> dict[str, tuple[HouseholdChanged, ...]]:
        """The active households that read each of these addresses, by it in small letters."""
        if not mailboxes:
            return {}
        homes: dict[str, tuple[HouseholdChanged, ...]] = {}
        query = {"mailbox": {"$in": sorted(mailboxes)}, "active": True}
        async with answering():
            async for row in self.database[HOUSEHOLDS].find(query).sort("_id", 1):
                mailbox = str(row["mailbox"]).lower()
                home = HouseholdChanged.model_validate(row)
                homes[mailbox] = (*homes.get(mailbox, ()), home)
        return homes

    async def families_named(
        self, students: Collection[str], guardians: Collection[str]
    ) -> list[FamilyChanged]:
        """The active families of pupils and adults whom the roster calls so."""
        named = [
            {"students.sourced_ids": {"$in": sorted(students)}},
            {"guardians.sourced_ids": {"$in": sorted(guardians)}},
        ]
        async with answering():
            found = self.database[FAMILIES].find({"active": True, "$or": named}).sort("_id", 1)
            return [FamilyChanged.model_validate(row) async for row in found]

    async def households_of(self, family_ids: Collection[str]) -> list[HouseholdChanged]:
        """The active households of some families."""
        query = {"active": True, "family_ids": {"$in": sorted(family_ids)}}
        async with answering():
            found = self.database[HOUSEHOLDS].find(query).sort("_id", 1)
            return [HouseholdChanged.model_validate(row) async for row in found]

    async def homes(self, student_ids: Collection[str]) -> dict[str, list[HouseholdChanged]]:
        """By pupil: the active households that may hear about it."""
        homes: dict[str, list[HouseholdChanged]] = {}
        if not student_ids:
            return homes
        query = {"student_ids": {"$in": sorted(set(student_ids))}, "active": True}
        async with answering():
            async for row in self.database[HOUSEHOLDS].find(query).sort("_id", 1):
                household = HouseholdChanged.model_validate(row)
                for student_id in household.student_ids:
                    homes.setdefault(student_id, []).append(household)
        return homes

    async def _by_id(self, kind: type[M], name: str, ids: Collection[str]) -> dict[str, M]:
        if not ids:
            return {}
        async with answering():
            found = self.database[name].find({"_id": {"$in": sorted(set(ids))}})
            return {row["_id"]: kind.model_validate(row) async for row in found}
