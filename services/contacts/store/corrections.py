"""What staff corrected of adults: every change, and which of them hold."""

from collections.abc import Sequence
from dataclasses import dataclass

from pymongo import ASCENDING, DESCENDING, IndexModel

from services.contacts.domain.corrections import YES, Correction, What
from services.contacts.domain.importing import Import
from services.contacts.store.imports import IMPORTS
from shared.mongo import Database, Kept, answering
from shared.outbox import Work

CORRECTIONS = "corrections"
CORRECTIONS_KEPT = (
    Kept(
        CORRECTIONS,
        (
            IndexModel([("guardian_id", ASCENDING), ("at", DESCENDING)], name="of_guardian"),
            IndexModel([("newest", ASCENDING)], name="newest"),
        ),
        {"required": ["guardian_id", "sourced_ids", "what", "value", "account_id", "at"]},
    ),
)
MOST_SHOWN = 50


@dataclass
class CorrectionRows:
    """Callers name adults of families that the viewer may see."""

    database: Database

    async def of_guardians(
        self, guardian_ids: Sequence[str], work: Work | None = None
    ) -> dict[tuple[str, What], Correction]:
        """The newest of each adult and field."""
        query = {"guardian_id": {"$in": list(guardian_ids)}, "newest": True}
        session = work.session if work else None
        async with answering():
            rows = await self.database[CORRECTIONS].find(query, session=session).to_list(None)
        found = [Correction.model_validate(row) for row in rows]
        return {(each.guardian_id, each.what): each for each in found}

    async def confidential(self, guardian_ids: Sequence[str]) -> frozenset[str]:
        """Those of the adults whose address and phone are confidential."""
        query = {
            "guardian_id": {"$in": list(guardian_ids)},
            "what": "confidential",
            "newest": True,
            "ended": False,
            "value": YES,
        }
        async with answering():
            found = self.database[CORRECTIONS].find(query, {"guardian_id": 1})
            return frozenset([row["guardian_id"] async for row in found])

    async def history(self, guardian_ids: Sequence[str]) -> list[Correction]:
        """Every change, the newest first."""
        query = {"guardian_id": {"$in": list(guardian_ids)}}
        async with answering():
            found = self.database[CORRECTIONS].find(query).sort([("at", -1), ("_id", -1)])
            rows = await found.limit(MOST_SHOWN).to_list(None)
        return [Correction.model_validate(row) for row in rows]

    async def add(self, made: Sequence[Correction], work: Work) -> None:
        """Keep changes, which are the newest from now on."""
        for each in made:
            before = {"guardian_id": each.guardian_id, "what": each.what, "newest": True}
            await self.database[CORRECTIONS].update_many(
                before, {"$set": {"newest": False}}, session=work.session
            )
        rows = [{**each.model_dump(), "_id": each.correction_id, "newest": True} for each in made]
        await self.database[CORRECTIONS].insert_many(rows, session=work.session)

    async def newest(self) -> list[Correction]:
        """All that hold, or say that none does: what is laid over the roster."""
        async with answering():
            rows = await self.database[CORRECTIONS].find({"newest": True}).to_list(None)
        return [Correction.model_validate(row) for row in rows]

    async def put_in_place(self, job: Import, work: Work) -> None:
        """Have families formed anew, unless that is queued already and has not begun.

        The queued job is written to, so that one which begins at this moment is in the way of this
        transaction, and the other way round: either it reads what is corrected here, or another
        job will.
        """
        waiting = {"kind": "corrections", "state": "planning", "seen_at": None}
        found = await self.database[IMPORTS].update_one(
            waiting, {"$inc": {"asked": 1}}, session=work.session
        )
        if not found.matched_count:
            row = {"_id": job.import_id, **job.model_dump(), "key": "", "tidied": False, "asked": 1}
            await self.database[IMPORTS].insert_one(row, session=work.session)
