"""What is known of pupils' strengths and interests."""

from collections.abc import Sequence
from dataclasses import dataclass

from pymongo import ASCENDING, IndexModel

from services.contacts.domain.strengths import Strength
from shared.errors import NotFound
from shared.mongo import Database, Kept, answering
from shared.outbox import Work

STRENGTHS = "strengths"
STRENGTHS_KEPT = (
    Kept(
        STRENGTHS,
        (IndexModel([("student_id", ASCENDING), ("said_at", ASCENDING)], name="of_student"),),
        {"required": ["student_id", "words", "account_id", "said_at"]},
    ),
)


@dataclass
class StrengthRows:
    """Callers name pupils of whom the viewer may know (`domain.strengths.shares`)."""

    database: Database

    async def of_students(self, student_ids: Sequence[str]) -> list[Strength]:
        """Of these pupils, the oldest first."""
        query = {"student_id": {"$in": list(student_ids)}}
        async with answering():
            rows = await self.database[STRENGTHS].find(query).sort("said_at", 1).to_list(None)
        return [Strength.model_validate(row) for row in rows]

    async def one(self, strength_id: str) -> Strength:
        """One of them; `NotFound`."""
        async with answering():
            row = await self.database[STRENGTHS].find_one({"_id": strength_id})
        if row is None:
            raise NotFound("This was removed already.")
        return Strength.model_validate(row)

    async def known(self, student_id: str, work: Work) -> list[Strength]:
        """Of one pupil, within a transaction."""
        query = {"student_id": student_id}
        rows = await self.database[STRENGTHS].find(query, session=work.session).to_list(None)
        return [Strength.model_validate(row) for row in rows]

    async def add(self, strength: Strength, work: Work) -> None:
        """Keep a new one."""
        row = {**strength.model_dump(), "_id": strength.strength_id}
        await self.database[STRENGTHS].insert_one(row, session=work.session)

    async def remove(self, strength_id: str) -> None:
        """Forget one for good: a family may ask for that."""
        async with answering():
            await self.database[STRENGTHS].delete_one({"_id": strength_id})
