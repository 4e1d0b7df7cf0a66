"""The replica of who is who, kept by each service that reads pupils' or families' data.

Contacts owns the directory and tells it by messages; a lower version than the one kept is ignored.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeVar

from pymongo import ASCENDING, IndexModel

from shared import messages as m
from shared.identity import Viewer
from shared.messages import Message
from shared.mongo import Database, Document, Kept, answering
from shared.once import asked_once
from shared.outbox import Work
from shared.sight import attends, classes_in_sight, given_to, taught_in

FLAGS_FRESH_FOR = timedelta(minutes=5)

SCHOOLS = "dir_schools"
EDUCATORS = "dir_educators"
FAMILIES = "dir_families"
HOUSEHOLDS = "dir_households"
FLAGS = "dir_flags"
REGISTER = "dir_register"

_KIND = {
    m.SchoolChanged: SCHOOLS,
    m.EducatorChanged: EDUCATORS,
    m.FamilyChanged: FAMILIES,
    m.HouseholdChanged: HOUSEHOLDS,
}
M = TypeVar("M", bound=Message)


def _index(*fields: str) -> IndexModel:
    return IndexModel([(name, ASCENDING) for name in fields], name="_".join(fields))


KEPT = (
    Kept(SCHOOLS),
    Kept(EDUCATORS, (_index("sourced_ids"), _index("email"), _index("school_ids"))),
    Kept(
        FAMILIES,
        (
            _index("students.student_id"),
            _index("students.school_id"),
            _index("students.enrollments.class_id"),
            _index("students.sourced_ids"),
            _index("guardians.guardian_id"),
            _index("guardians.sourced_ids"),
        ),
    ),
    Kept(HOUSEHOLDS, (_index("family_ids"), _index("student_ids"), _index("mailbox"))),
    Kept(FLAGS, (_index("guardian_id", "student_id"), _index("household_ids"))),
    Kept(REGISTER),
)


@dataclass
class Directory:
    """Reads, and takes in what contacts tells."""

    database: Database
    _complete: int = field(default=0, init=False)
    """Up to which number every flag is known to be here; none is ever taken out."""

    # --- taking in --------------------------------------------------------------------------------

    async def apply(self, message: Message, work: Work) -> bool:
        """Keep the full state that a message brings; False when a newer one is kept already."""
        collection = self.database[_KIND[type(message)]]
        version = work.cause.version if work.cause else 0
        document = {**message.model_dump(mode="json"), "version": version}
        result = await collection.update_one(
            {"_id": message.subject, "version": {"$lt": version}},
            {"$set": document},
            session=work.session,
        )
        if result.matched_count:
            return True
        known = await collection.find_one({"_id": message.subject}, session=work.session)
        if known is not None:
            return False
        await collection.insert_one({"_id": message.subject, **document}, session=work.session)
        return True

    async def apply_flag(self, flag: m.FlagsChanged, work: Work) -> None:
        """Keep one entry of the register; a later number for the same two people wins.

        An entry that is told again (`directory resend`) changes nothing.
        """
        row = flag.model_dump(mode="json")
        # No insert that may fail: an error ends the transaction, whoever catches it.
        await self.database[FLAGS].update_one(
            {"_id": flag.number}, {"$setOnInsert": row}, upsert=True, session=work.session
        )
        # Of two entries taken in at once neither would see the other, and nobody would ever say
        # that both are here. This lets one of them wait; flags are few.
        await self.database[REGISTER].update_one(
            {"_id": "entries"}, {"$inc": {"taken": 1}}, upsert=True, session=work.session
        )

    async def note_as_of(self, as_of: m.FlagsAsOf, work: Work) -> None:
        """Keep the newest word on how many entries the register has."""
        await self.database[REGISTER].update_one(
            {"_id": "flags"},
            {"$max": {"number": as_of.number, "as_of": as_of.as_of}},
            upsert=True,
            session=work.session,
        )

    async def contiguous(self, work: Work | None = None) -> int:
        """Up to which number the replica has every flag, without a gap."""
        session = work.session if work else None
        newest = 0
        cursor = self.database[FLAGS].find({}, {"_id": 1}, session=session).sort("_id", 1)
        async for row in cursor:
            if row["_id"] != newest + 1:
                break
            newest += 1
        return newest

    async def flags_fresh(self, now: datetime, work: Work | None = None) -> bool:
        """Whether every flag known to contacts under 5 minutes ago is here."""
        session = work.session if work else None
        async with answering():
            register = await self.database[REGISTER].find_one({"_id": "flags"}, session=session)
            if register is None or now - register["as_of"] > FLAGS_FRESH_FOR:
                return False
            number = int(register["number"])
            if number <= self._complete:
                return True
            # Numbers begin at 1 without gaps, so that counting shows whether one is missing.
            wanted = {"_id": {"$gte": 1, "$lte": number}}
            known = await self.database[FLAGS].count_documents(wanted, session=session)
        if known == number and work is None:
            self._complete = number
        return known == number

    async def barred(self, guardian_ids: Sequence[str], student_ids: Sequence[str]) -> bool:
        """Whether any of these adults has a flag in force for any of these pupils."""
        adults, students = {"$in": list(guardian_ids)}, {"$in": list(student_ids)}
        wanted = {"guardian_id": adults, "student_id": students}
        latest: dict[tuple[str, str], Document] = {}
        async with answering():
            async for row in self.database[FLAGS].find(wanted).sort("_id", 1):
                latest[row["guardian_id"], row["student_id"]] = row
        return any(row["do_not_contact"] or row["custody"] for row in latest.values())

    # --- reading ----------------------------------------------------------------------------------

    @asked_once
    async def school(self, school_id: str) -> m.SchoolChanged | None:
        """One school with its classes and calendar."""
        return await self._one(m.SchoolChanged, {"_id": school_id})

    @asked_once
    async def time_zone_of(self, school_id: str) -> str | None:
        """The name of a school's time zone, which every page asks for."""
        async with answering():
            row = await self.database[SCHOOLS].find_one({"_id": school_id}, {"time_zone": 1})
        return row["time_zone"] if row else None

    async def schools(self) -> list[m.SchoolChanged]:
        """All schools that are open, by name."""
        return sorted(await self._many(m.SchoolChanged, {"active": True}), key=lambda s: s.name)

    async def schools_in_brief(self, among: Collection[str] | None = None) -> list[m.SchoolChanged]:
        """The same, of some or of all, without classes and calendars, which are the most of it."""
        some: Document = {} if among is None else {"_id": {"$in": sorted(among)}}
        without = ("classes", "no_school_days")
        found = await self._many(m.SchoolChanged, {"active": True, **some}, without)
        return sorted(found, key=lambda school: school.name)

    @asked_once
    async def educator(self, educator_id: str) -> m.EducatorChanged | None:
        """One member of the staff."""
        return await self._one(m.EducatorChanged, {"_id": educator_id})

    async def educators(self, school_id: str | None = None) -> list[m.EducatorChanged]:
        """The active staff, of one school or of all, by family name."""
        return await self._staff({"school_ids": school_id} if school_id else {})

    async def educators_in_brief(self, school_id: str) -> list[m.EducatorChanged]:
        """The active staff of a school without mail addresses: to check these takes longest."""
        return await self._staff({"school_ids": school_id}, without=("email",))

    async def educators_near(self, families: Sequence[m.FamilyChanged]) -> list[m.EducatorChanged]:
        """Those of them who may see one of these families on some day (which: `shared.sight`)."""
        pupils = [each for family in families for each in family.students]
        classes = {held.class_id for each in pupils for held in each.enrollments}
        taught = {"assignments.class_id": {"$in": sorted(classes)}}
        given = {"caseload.family_id": {"$in": [each.family_id for each in families]}}
        schools = {"school_ids": {"$in": sorted({each.school_id for each in pupils})}}
        return await self._staff({**schools, "$or": [taught, given]}, without=("email",))

    async def _staff(self, query: Document, without: Sequence[str] = ()) -> list[m.EducatorChanged]:
        found = await self._many(m.EducatorChanged, {"active": True, **query}, without)
        return sorted(found, key=lambda each: (each.family_name, each.given_name))

    async def educators_named(self, educator_ids: Collection[str]) -> dict[str, m.EducatorChanged]:
        """Several members of the staff, also those who left, by id."""
        query = {"_id": {"$in": sorted(educator_ids)}}
        return {each.educator_id: each for each in await self._many(m.EducatorChanged, query)}

    async def educator_by_sourced(self, sourced_id: str) -> m.EducatorChanged | None:
        """The educator whom the roster calls so."""
        return await self._one(m.EducatorChanged, {"sourced_ids": sourced_id})

    async def family(self, family_id: str) -> m.FamilyChanged | None:
        """One family in full."""
        return await self._one(m.FamilyChanged, {"_id": family_id})

    async def family_of_student(self, student_id: str) -> m.FamilyChanged | None:
        """The active family of a pupil."""
        return await self._one(m.FamilyChanged, {"students.student_id": student_id, "active": True})

    async def families(self, family_ids: Sequence[str]) -> list[m.FamilyChanged]:
        """Several families."""
        return await self._many(m.FamilyChanged, {"_id": {"$in": list(family_ids)}})

    async def families_of_guardian(self, sourced_id: str) -> list[m.FamilyChanged]:
        """The active families of the adult whom the roster calls so."""
        query = {"guardians.sourced_ids": sourced_id, "active": True}
        return await self._many(m.FamilyChanged, query)

    async def household(self, household_id: str) -> m.HouseholdChanged | None:
        """One household."""
        return await self._one(m.HouseholdChanged, {"_id": household_id})

    async def households_by_mailbox(self, mailbox: str) -> list[m.HouseholdChanged]:
        """The active households that read this address."""
        return await self._many(m.HouseholdChanged, {"mailbox": mailbox, "active": True})

    async def households_of_guardian(self, guardian_id: str) -> list[m.HouseholdChanged]:
        """The active households of one adult."""
        return await self._many(m.HouseholdChanged, {"guardian_ids": guardian_id, "active": True})

    async def households_of(self, family_id: str) -> list[m.HouseholdChanged]:
        """The active households of a family."""
        return await self._many(m.HouseholdChanged, {"family_ids": family_id, "active": True})

    async def students_in(
        self, school_id: str, class_ids: Sequence[str], on: date
    ) -> dict[str, m.StudentFacts]:
        """The pupils of a school, or of some of its classes on a day, by id."""
        query: Document = {"active": True, "students.school_id": school_id}
        if wanted := set(class_ids):
            query["students.enrollments.class_id"] = {"$in": sorted(wanted)}
        return {
            student.student_id: student
            for family in await self._many(m.FamilyChanged, query)
            for student in family.students
            if student.school_id == school_id and (not wanted or attends(student, wanted, on))
        }

    async def households_in(
        self, school_id: str, class_ids: Sequence[str], on: date
    ) -> list[m.HouseholdChanged]:
        """The active households with a pupil in the school, or in some of its classes on a day."""
        students = await self.students_in(school_id, class_ids, on)
        query = {"active": True, "student_ids": {"$in": list(students)}}
        return await self._many(m.HouseholdChanged, query)

    # --- who may see ------------------------------------------------------------------------------

    async def classes_of(self, viewer: Viewer, on: date) -> frozenset[str]:
        """The ids of the classes that give an educator sight of families on a day."""
        return (await self.in_charge_of(viewer, on))[0]

    async def in_charge_of(self, viewer: Viewer, on: date) -> tuple[frozenset[str], frozenset[str]]:
        """The same, and the ids of the families that were given to the educator by hand."""
        educator = await self.educator(viewer.educator_id) if viewer.educator_id else None
        if educator is None or not educator.active:
            return frozenset(), frozenset()
        return classes_in_sight(educator, on), given_to(educator, on)

    async def sight(self, viewer: Viewer, on: date) -> Document:
        """A query on families that matches just those whom the viewer may see on a day."""
        if viewer.role in {"district", "operator"}:
            return {}
        if viewer.role in {"coordinator", "office", "principal"}:
            return {"students.school_id": {"$in": sorted(viewer.school_ids)}}
        classes, given = await self.in_charge_of(viewer, on)
        taught = taught_in(classes, on)
        return {"$or": [taught, {"_id": {"$in": sorted(given)}}]} if given else taught

    @asked_once
    async def sees_family(self, viewer: Viewer, family_id: str, on: date) -> bool:
        """Whether the viewer may see a family on a day."""
        return await self._sees_any({"_id": family_id}, viewer, on)

    async def family_seen_by(
        self, viewer: Viewer, family_id: str, on: date
    ) -> m.FamilyChanged | None:
        """One family in full; None also where the viewer may not see it on a day."""
        return await self._one(m.FamilyChanged, {"_id": family_id, **await self.sight(viewer, on)})

    async def sees_household(self, viewer: Viewer, household_id: str, on: date) -> bool:
        """Whether the viewer may see a household: one of its families is in sight."""
        household = await self.household(household_id)
        ids = list(household.family_ids) if household else []
        return await self._sees_any({"_id": {"$in": ids}}, viewer, on)

    async def _sees_any(self, families: Document, viewer: Viewer, on: date) -> bool:
        query = {**families, **await self.sight(viewer, on)}
        async with answering():
            return await self.database[FAMILIES].find_one(query, {"_id": 1}) is not None

    async def family_ids_seen_by(self, viewer: Viewer, on: date) -> list[str]:
        """The ids of all active families that the viewer may see on a day."""
        query = {"active": True, **await self.sight(viewer, on)}
        async with answering():
            rows = await self.database[FAMILIES].find(query, {"_id": 1}).to_list(None)
        return [row["_id"] for row in rows]

    async def _one(self, kind: type[M], query: Document) -> M | None:
        async with answering():
            row = await self.database[_KIND[kind]].find_one(query)
        return kind.model_validate(row) if row else None

    async def _many(self, kind: type[M], query: Document, without: Sequence[str] = ()) -> list[M]:
        async with answering():
            found = self.database[_KIND[kind]].find(query, dict.fromkeys(without, 0) or None)
            rows = await found.sort("_id", 1).to_list(None)
        return [kind.model_validate(row) for row in rows]
