"""Who is meant: families, adults and staff by what other systems' files call them."""

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass

from pymongo.collation import Collation

from shared.directory import EDUCATORS, FAMILIES
from shared.messages import EducatorChanged, FamilyChanged
from shared.mongo import Database, answering

_ANY_CASE = Collation("en", strength=2)


@dataclass(frozen=True)
class Way:
    """A phone number and an address of an adult, as the roster writes them."""

    family_id: str
    guardian_id: str
    phone: str
    email: str


@dataclass
class NamedRows:
    """For work on files alone; what a person may see of it is judged where it is shown."""

    database: Database

    async def families_of_students(self, sourced_ids: Collection[str]) -> dict[str, FamilyChanged]:
        """The active families of pupils whom the roster calls so, by that id."""
        wanted = set(sourced_ids)
        query = {"students.sourced_ids": {"$in": sorted(wanted)}, "active": True}
        async with answering():
            rows = await self.database[FAMILIES].find(query).to_list(None) if wanted else []
        families = [FamilyChanged.model_validate(row) for row in rows]
        return {
            sourced_id: family
            for family in families
            for student in family.students
            for sourced_id in student.sourced_ids
            if sourced_id in wanted
        }

    async def families(self, family_ids: Collection[str]) -> dict[str, FamilyChanged]:
        """Several active families, by id."""
        query = {"_id": {"$in": sorted(family_ids)}, "active": True}
        async with answering():
            rows = await self.database[FAMILIES].find(query).to_list(None) if family_ids else []
        return {row["_id"]: FamilyChanged.model_validate(row) for row in rows}

    async def ways(self) -> AsyncIterator[Way]:
        """Every adult's phone and address, of all active families."""
        async with answering():
            async for row in self.database[FAMILIES].find({"active": True}, {"own.reach": 1}):
                for each in row.get("own", {}).get("reach", ()):
                    yield Way(
                        row["_id"],
                        each["guardian_id"],
                        each.get("phone") or "",
                        each.get("email") or "",
                    )

    async def educators(self, names: Collection[str]) -> dict[str, EducatorChanged]:
        """Staff, also those who left, by roster id and by mail address in small letters."""
        if not names:
            return {}
        wanted = {"$in": sorted(names)}
        query = {"$or": [{"sourced_ids": wanted}, {"email": wanted}]}
        async with answering():
            cursor = self.database[EDUCATORS].find(query).collation(_ANY_CASE)
            rows = await cursor.to_list(None)
        found: dict[str, EducatorChanged] = {}
        for educator in (EducatorChanged.model_validate(row) for row in rows):
            found.update(dict.fromkeys(educator.sourced_ids, educator))
            if educator.email:
                found[educator.email.casefold()] = educator
        return found
