"""Which households an event invites: pupils of its classes, nobody with a flag."""

from dataclasses import dataclass
from datetime import date, datetime

from services.events.domain import SchoolEvent, times
from shared.directory import FLAGS, Directory
from shared.identity import Viewer
from shared.messages import HouseholdChanged, StudentFacts
from shared.mongo import answering
from shared.sight import in_sight


@dataclass
class Audience:
    """Read from the replica each time: who moves, leaves or is barred is so at once."""

    directory: Directory

    async def households(self, event: SchoolEvent, now: datetime) -> list[HouseholdChanged]:
        """Every household that is invited today."""
        day = times.day_of(now, event.time_zone)
        homes = await self.directory.households_in(event.school_id, event.class_ids, day)
        flagged = await self._flagged_guardians()
        # Few adults have a flag: asking about each of a thousand households would be slow.
        return [
            home
            for home in homes
            if not flagged & set(home.guardian_ids) or await self.invites(event, home, now)
        ]

    async def seen(
        self, event: SchoolEvent, *, seen_by: Viewer, now: datetime
    ) -> list[HouseholdChanged]:
        """The invited households that this viewer may see."""
        homes = await self.households(event, now)
        if seen_by.role == "district":
            return homes
        day = times.day_of(now, event.time_zone)
        families = set(await self.directory.family_ids_seen_by(seen_by, day))
        return [home for home in homes if families & set(home.family_ids)]

    async def invites(self, event: SchoolEvent, household: HouseholdChanged, now: datetime) -> bool:
        """Whether this household is invited today."""
        if not household.active:
            return False
        day = times.day_of(now, event.time_zone)
        theirs = [
            student.student_id
            for family in await self.directory.families(household.family_ids)
            for student in family.students
            if family.active
            and student.student_id in household.student_ids
            and _is_asked(student, event, day)
        ]
        return bool(theirs) and not await self.directory.barred(household.guardian_ids, theirs)

    async def _flagged_guardians(self) -> set[str]:
        async with answering():
            found = await self.directory.database[FLAGS].distinct("guardian_id")
        return set(found)


def _is_asked(student: StudentFacts, event: SchoolEvent, day: date) -> bool:
    if student.school_id != event.school_id:
        return False
    attends = (each for each in student.enrollments if in_sight(each, day))
    return not event.class_ids or any(each.class_id in event.class_ids for each in attends)
