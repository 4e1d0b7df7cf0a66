"""To whom the record of a pupil was given, kept as long as the record."""

from dataclasses import dataclass

from pymongo import ASCENDING, IndexModel

from services.contacts.domain.records import Disclosure
from shared.mongo import Database, Kept, answering
from shared.outbox import Work

DISCLOSURES = "disclosures"
DISCLOSURES_KEPT = (
    Kept(
        DISCLOSURES,
        (IndexModel([("student_id", ASCENDING), ("at", ASCENDING)], name="of_student"),),
        {"required": ["student_id", "to", "reason", "account_id", "at"]},
    ),
)


@dataclass
class DisclosureRows:
    """Callers name a pupil whose record the viewer may take out (`domain.records.may_give`)."""

    database: Database

    async def of_student(self, student_id: str) -> tuple[Disclosure, ...]:
        """All of them, oldest first."""
        async with answering():
            rows = self.database[DISCLOSURES].find({"student_id": student_id}).sort("at", 1)
            return tuple([Disclosure.model_validate(row) async for row in rows])

    async def add(self, disclosure: Disclosure, work: Work) -> None:
        """Keep one more; none is ever changed or taken out."""
        row = {"_id": disclosure.disclosure_id, **disclosure.model_dump()}
        await self.database[DISCLOSURES].insert_one(row, session=work.session)
