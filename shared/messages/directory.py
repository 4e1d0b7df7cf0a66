"""Who is who: full state each time; a lower sequence is older and ignored."""

from datetime import date, datetime

from pydantic import EmailStr

from shared.messages.base import Language, Message, Record, Relationship


class Term(Record):
    """A part of the school year."""

    term_id: str
    title: str
    begins: date
    ends: date


class SchoolClass(Record):
    """A class with its first and last day."""

    class_id: str
    title: str
    grades: tuple[str, ...] = ()
    homeroom: bool = False
    """Whether its pupils begin their day in it, so that paper is handed out there."""
    begins: date
    ends: date


class SchoolChanged(Message):
    """A school, its classes and its calendar, as they are now. Sent by contacts."""

    TYPE = "org.partners.school.changed.v1"
    OWNER = "contacts"
    ABOUT = "school_id"

    school_id: str
    name: str
    time_zone: str = "America/New_York"
    phone: str = ""
    terms: tuple[Term, ...] = ()
    classes: tuple[SchoolClass, ...] = ()
    no_school_days: tuple[date, ...] = ()
    active: bool = True


class Assignment(Record):
    """An educator teaches a class from one day to another, both included."""

    class_id: str
    begins: date
    ends: date


class CaseloadEntry(Record):
    """A family given to an educator from one day to another, both included."""

    family_id: str
    begins: date
    ends: date


class EducatorChanged(Message):
    """A member of the staff as the roster has it now, and who was given to them by hand.

    Sent by contacts.
    """

    TYPE = "org.partners.educator.changed.v1"
    OWNER = "contacts"
    ABOUT = "educator_id"

    educator_id: str
    sourced_ids: tuple[str, ...] = ()
    given_name: str
    family_name: str
    email: EmailStr | None = None
    school_ids: tuple[str, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    caseload: tuple[CaseloadEntry, ...] = ()
    """Families beyond the own classes: of a counselor, a specialist, whoever adopted one."""
    active: bool = True


class StudentFacts(Record):
    """A pupil, as far as other services need to know."""

    student_id: str
    sourced_ids: tuple[str, ...] = ()
    given_name: str
    family_name: str
    school_id: str
    grade: str = ""
    enrollments: tuple[Assignment, ...] = ()
    programs: tuple[str, ...] = ()


class GuardianFacts(Record):
    """A parent or caregiver of a family. Which mail address is used is the household's to say."""

    guardian_id: str
    sourced_ids: tuple[str, ...] = ()
    given_name: str
    family_name: str
    relationship: Relationship = "guardian"
    language: Language = "en"
    interpreter: bool = False
    household_id: str | None = None
    gets_mail: bool = True
    may_see: tuple[str, ...] = ()
    """The ids of the students whose record this adult may see."""


class FamilyChanged(Message):
    """A family in full: the students who have exactly the same guardians. Sent by contacts."""

    TYPE = "org.partners.family.changed.v1"
    OWNER = "contacts"
    ABOUT = "family_id"

    family_id: str
    students: tuple[StudentFacts, ...]
    guardians: tuple[GuardianFacts, ...]
    active: bool = True


class HouseholdChanged(Message):
    """Who is invited, written to, and answers together. May span families. Sent by contacts."""

    TYPE = "org.partners.household.changed.v1"
    OWNER = "contacts"
    ABOUT = "household_id"

    household_id: str
    guardian_ids: tuple[str, ...]
    family_ids: tuple[str, ...]
    student_ids: tuple[str, ...]
    """Only pupils whom everyone in the household may see and hear about."""
    greeting: tuple[str, ...] = ()
    """The names of the adults, in the order in which a letter greets them."""
    mailbox: EmailStr | None = None
    language: Language = "en"
    interpreter: bool = False
    link_version: int = 1
    active: bool = True


class FamilySplit(Message):
    """A family came apart: students left it for new ones; past facts keep the old id."""

    TYPE = "org.partners.family.split.v1"
    OWNER = "contacts"
    ABOUT = "family_id"

    family_id: str
    into: tuple[str, ...]
    when: datetime


ERASED_WORDS = "…"
"""Stands where words were that a message must have."""


class FamilyErased(Message):
    """Names and words of a family that left are to go; ids and counts stay. Sent by contacts.

    Adults and households of other families, too, are not named. The blank family and households
    are told of as always, so that replicas need nothing of this.
    """

    TYPE = "org.partners.family.erased.v1"
    OWNER = "contacts"
    ABOUT = "family_id"

    family_id: str
    student_ids: tuple[str, ...]
    guardian_ids: tuple[str, ...] = ()
    household_ids: tuple[str, ...] = ()
    contact_ids: tuple[str, ...] = ()
    asked_ids: tuple[str, ...] = ()
    """What it asked for on its own page."""
    when: datetime


class FamilyMerged(Message):
    """Families became one, which keeps `family_id`; past facts keep their ids."""

    TYPE = "org.partners.family.merged.v1"
    OWNER = "contacts"
    ABOUT = "family_id"

    family_id: str
    merged: tuple[str, ...]
    when: datetime
