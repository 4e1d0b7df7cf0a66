"""Flags as the moment of writing needs them: in the same transaction, and with their freshness."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from shared.directory import FLAGS, Directory
from shared.messages import FlagsChanged
from shared.mongo import Database
from shared.outbox import Work


@dataclass(frozen=True)
class Flags:
    """Reads the directory's register of flags."""

    database: Database
    directory: Directory

    async def of_guardians(
        self, guardian_ids: Collection[str], work: Work | None = None
    ) -> list[FlagsChanged]:
        """Every flag ever set on these adults, oldest first."""
        session = work.session if work else None
        query = {"guardian_id": {"$in": sorted(guardian_ids)}}
        found = self.database[FLAGS].find(query, session=session).sort("_id", 1)
        return [FlagsChanged.model_validate(row) async for row in found]

    async def touching(
        self, guardian_ids: Collection[str], student_ids: Collection[str], work: Work
    ) -> list[FlagsChanged]:
        """Every flag ever set on one of these adults or pupils, oldest first."""
        either = [
            {"guardian_id": {"$in": sorted(guardian_ids)}},
            {"student_id": {"$in": sorted(student_ids)}},
        ]
        found = self.database[FLAGS].find({"$or": either}, session=work.session).sort("_id", 1)
        return [FlagsChanged.model_validate(row) async for row in found]

    async def fresh(self, now: datetime, work: Work | None = None) -> bool:
        """Whether every flag that contacts knew of under five minutes ago is here."""
        return await self.directory.flags_fresh(now, work)
