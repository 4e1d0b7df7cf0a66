"""Which contact a row becomes, or why it becomes none: each row ends as one of the two."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from services.contacts.domain.contact import Contact, ContactDraft, Place
from services.contacts.domain.contact_files.rows import Fault, FileRow
from services.contacts.domain.outside import author_of, classes_between
from services.contacts.domain.people import shown
from shared.errors import Refused
from shared.messages import EducatorChanged, FamilyChanged, SchoolChanged, StudentFacts

Adult = tuple[str, str]
"""A family and an adult of it, by their ids."""


@dataclass(frozen=True)
class Known:
    """What the directory says of the people in some rows."""

    of_student: Mapping[str, FamilyChanged] = field(default_factory=dict)
    """Active families by the student's id in the roster."""
    by_phone: Mapping[str, frozenset[Adult]] = field(default_factory=dict)
    by_email: Mapping[str, frozenset[Adult]] = field(default_factory=dict)
    families: Mapping[str, FamilyChanged] = field(default_factory=dict)
    educators: Mapping[str, EducatorChanged] = field(default_factory=dict)
    """By roster id, and by mail address in small letters."""
    schools: Mapping[str, SchoolChanged] = field(default_factory=dict)
    zones: Mapping[str, tzinfo] = field(default_factory=dict)


@dataclass(frozen=True)
class _Who:
    family: FamilyChanged
    students: tuple[StudentFacts, ...]
    guardian_id: str | None


class _Unsure(Exception):
    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.fault = Fault(code, reason)


def contact_of(
    row: FileRow, known: Known, place: tuple[str, str], contact_id: str, now: datetime
) -> Contact | Fault:
    """The contact of a row, as if the system had sent a message; else why there is none.

    `place`: the name of the system, and the school whose families may be named, empty for all.
    """
    system, school = place
    try:
        who = _who(row, known, school)
        educator = _educator(row, known)
    except _Unsure as unsure:
        return unsure.fault
    school_id = who.students[0].school_id
    classes = (each for student in who.students for each in classes_between(student, educator))
    zone = known.zones.get(school_id, UTC)
    draft = ContactDraft(
        family_id=who.family.family_id,
        student_ids=tuple(student.student_id for student in who.students),
        guardian_id=who.guardian_id,
        channel=row.channel,
        direction=row.direction,
        tone=row.tone,
        outcome=row.outcome,
        occurred_at=row.moment.at(zone, now),
        # Never words for the family: nobody who logged it meant a letter that leaves today.
        note=row.note,
    )
    counts_at = Place(school_id=school_id, class_ids=tuple(dict.fromkeys(classes)))
    author = author_of(system, educator, known.schools.get(school_id))
    try:
        return Contact.logged(contact_id, draft, counts_at, author, now)
    except Refused as wrong:
        return Fault("rule", str(wrong))


def _who(row: FileRow, known: Known, school_id: str) -> _Who:
    if row.student:
        return _by_student(row, known, school_id)
    adults = _adults(row, known)
    homes = {family_id for family_id, _ in adults}
    found = [
        (known.families[each], pupils)
        for each in sorted(homes)
        if each in known.families and (pupils := _at(known.families[each], school_id))
    ]
    said = shown(row.phone or row.email)
    if not found:
        where = " at this school" if school_id else ""
        reason = (
            f"No parent or caregiver{where} has {said} in the roster. Fill in the student's id."
        )
        raise _Unsure("unknown-adult", reason)
    if len(found) > 1:
        reason = f"{said} belongs to {len(found)} families. Fill in the student's id."
        raise _Unsure("several-families", reason)
    [(family, pupils)] = found
    return _Who(family, pupils, _only(adults, family.family_id))


def _by_student(row: FileRow, known: Known, school_id: str) -> _Who:
    family = known.of_student.get(row.student)
    pupils = _at(family, school_id) if family else ()
    named = tuple(each for each in pupils if row.student in each.sourced_ids)
    if family is None or not named:
        where = " at this school" if school_id else ""
        reason = (
            f"The roster has no student{where} with the id {shown(row.student)}. Check the id: "
            "spreadsheets drop zeros at its beginning."
        )
        raise _Unsure("unknown-student", reason)
    return _Who(family, named, _only(_adults(row, known), family.family_id))


def _at(family: FamilyChanged, school_id: str) -> tuple[StudentFacts, ...]:
    """The family's pupils at the file's school, or at any when it is the district's."""
    return tuple(
        each
        for each in family.students
        if each.school_id and (not school_id or each.school_id == school_id)
    )


def _adults(row: FileRow, known: Known) -> frozenset[Adult]:
    by_phone = known.by_phone.get(row.phone, frozenset())
    by_email = known.by_email.get(row.email, frozenset())
    return by_phone & by_email or by_phone or by_email


def _only(adults: frozenset[Adult], family_id: str) -> str | None:
    held = [guardian for family, guardian in adults if family == family_id]
    return held[0] if len(held) == 1 else None


def _educator(row: FileRow, known: Known) -> EducatorChanged | None:
    if not row.educator:
        return None
    named = row.educator
    educator = known.educators.get(named) or known.educators.get(named.casefold())
    if educator is None:
        reason = (
            f"The roster has nobody on the staff with the id or email address {shown(named)}. "
            "Correct it, or leave the cell empty."
        )
        raise _Unsure("unknown-educator", reason)
    return educator
