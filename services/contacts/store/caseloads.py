"""Families that were given to educators by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pymongo import ASCENDING, IndexModel

from services.contacts.domain.caseloads import Caseload
from shared.errors import NotFound
from shared.mongo import Database, Document, Kept, answering
from shared.outbox import Work

CASELOADS = "caseloads"
CASELOADS_KEPT = (
    Kept(
        CASELOADS,
        (
            IndexModel([("family_id", ASCENDING), ("ends", ASCENDING)], name="of_family"),
            IndexModel([("educator_id", ASCENDING), ("ends", ASCENDING)], name="of_educator"),
        ),
        {"required": ["family_id", "educator_id", "reason", "begins", "ends"]},
    ),
)


@dataclass
class CaseloadRows:
    """Callers name families that the viewer was allowed to see just before."""

    database: Database

    async def of_families(self, family_ids: Sequence[str], on: date) -> dict[str, list[Caseload]]:
        """The entries of some families that run on a day, by family, the oldest first."""
        query = {"family_id": {"$in": list(family_ids)}, **_still(on)}
        async with answering():
            rows = await self.database[CASELOADS].find(query).sort("given_at", 1).to_list(None)
        found: dict[str, list[Caseload]] = {}
        for each in map(Caseload.model_validate, rows):
            if each.runs(on):
                found.setdefault(each.family_id, []).append(each)
        return found

    async def all_of(self, family_id: str) -> list[Caseload]:
        """Every entry of a family, also what ended; for whoever takes out a pupil's record."""
        async with answering():
            rows = await self.database[CASELOADS].find({"family_id": family_id}).to_list(None)
        return sorted(map(Caseload.model_validate, rows), key=lambda each: each.given_at)

    async def one(self, caseload_id: str) -> Caseload:
        """One entry; `NotFound`. The caller judges who asks."""
        async with answering():
            row = await self.database[CASELOADS].find_one({"_id": caseload_id})
        if row is None:
            raise NotFound("There is no such entry.")
        return Caseload.model_validate(row)

    async def known(self, caseload_id: str, work: Work) -> Caseload | None:
        """One entry within a transaction, None when there is none."""
        row = await self.database[CASELOADS].find_one({"_id": caseload_id}, session=work.session)
        return Caseload.model_validate(row) if row else None

    async def of_educators(
        self, educator_ids: Sequence[str], on: date, work: Work
    ) -> dict[str, list[Caseload]]:
        """What some educators have on a day or later, within a transaction, the oldest first."""
        query = {"educator_id": {"$in": list(educator_ids)}, **_still(on)}
        cursor = self.database[CASELOADS].find(query, session=work.session).sort("given_at", 1)
        found: dict[str, list[Caseload]] = {}
        async for row in cursor:
            found.setdefault(row["educator_id"], []).append(Caseload.model_validate(row))
        return found

    async def put(self, caseload: Caseload, work: Work) -> None:
        """Keep an entry whole."""
        row = {
            **caseload.model_dump(),
            "begins": caseload.begins.isoformat(),
            "ends": caseload.ends.isoformat(),
            "_id": caseload.caseload_id,
        }
        await self.database[CASELOADS].replace_one(
            {"_id": caseload.caseload_id}, row, upsert=True, session=work.session
        )


def _still(on: date) -> Document:
    return {"ends": {"$gte": on.isoformat()}, "ended_at": None}
