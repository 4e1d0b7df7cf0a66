"""A judged roster, whatever format it came in: schools, classes, people, who belongs to whom."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.contacts.domain.people import RoleKind


class Severity(StrEnum):
    REFUSED = "refused"  # the row (or the whole package) was left out
    REPAIRED = "repaired"  # the row is in, but something in it was left empty or changed
    NOTE = "note"  # nothing to mend; said once per file, with how often


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a person should know about a file. `line` is None when it is about all of it."""

    file: str
    line: int | None
    severity: Severity
    code: str
    reason: str
    count: int = 1


class Mode(StrEnum):
    BULK = "bulk"  # the complete set: what is missing is gone
    DELTA = "delta"  # only what is new, changed or removed
    ABSENT = "absent"  # the package says nothing about it: no change


class Table(StrEnum):
    SCHOOLS = "schools"
    TERMS = "terms"
    CLASSES = "classes"
    PEOPLE = "people"
    ROLES = "roles"
    ENROLLMENTS = "enrollments"
    LINKS = "links"


class OrgKind(StrEnum):
    SCHOOL = "school"
    DEPARTMENT = "department"  # part of a school: its people and classes count for that school
    DISTRICT = "district"  # anything above schools


@dataclass(frozen=True, slots=True)
class School:
    """A school, or the department or district around it (see `kind`)."""

    sourced_id: str
    name: str
    kind: OrgKind = OrgKind.SCHOOL
    parent_id: str | None = None
    identifier: str | None = None


@dataclass(frozen=True, slots=True)
class Term:
    sourced_id: str
    title: str
    kind: str
    begins: date | None
    ends: date | None
    school_year: str | None = None


@dataclass(frozen=True, slots=True)
class SchoolClass:
    """`begins`/`ends` come from its terms; None means not known, the class counts as running.

    `school_id` is None only in a delta package whose school was sent earlier (see `org_id`).
    """

    sourced_id: str
    title: str
    org_id: str
    school_id: str | None
    term_ids: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    homeroom: bool = False
    begins: date | None = None
    ends: date | None = None


@dataclass(frozen=True, slots=True)
class PersonRole:
    """What someone is at one place. `school_id` is None above the schools, or when not known.

    `sourced_id` is set only where roles are rows of their own and may be removed one by one
    (OneRoster 1.2 delta).
    """

    role: str
    kind: RoleKind
    org_id: str
    school_id: str | None
    begins: date | None = None
    ends: date | None = None
    primary: bool = False
    sourced_id: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """`roles` is None when this package does not say (1.2 delta without roles.csv): unchanged.

    `agents` are the people this row names as related, as written and not yet judged; a delta
    package replaces the whole list. `phone` is free text.
    """

    sourced_id: str
    given_name: str
    family_name: str
    roles: tuple[PersonRole, ...] | None
    grade: str | None = None
    email: str | None = None
    phone: str | None = None
    enabled: bool = True
    agents: tuple[str, ...] = ()
    username: str | None = None

    @property
    def kinds(self) -> frozenset[RoleKind]:
        return frozenset(role.kind for role in self.roles or ())

    @property
    def is_student(self) -> bool:
        return RoleKind.STUDENT in self.kinds

    @property
    def is_guardian(self) -> bool:
        return RoleKind.GUARDIAN in self.kinds

    @property
    def is_staff(self) -> bool:
        return RoleKind.STAFF in self.kinds

    @property
    def is_family_adult(self) -> bool:
        """Parent, guardian, relative or an adult of unknown standing."""
        return self.is_guardian or RoleKind.OTHER_ADULT in self.kinds


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role of somebody whose own row was sent in an earlier package."""

    person_id: str
    role: PersonRole


@dataclass(frozen=True, slots=True)
class Enrollment:
    """`begins`/`ends` only where the row itself says so; otherwise the class's dates hold."""

    sourced_id: str
    class_id: str
    person_id: str
    role: str
    kind: RoleKind
    begins: date | None = None
    ends: date | None = None
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A student and an adult of the family.

    `may_be_written_to` is false for relatives and unknown roles, until the contacts file says so.
    `settled` is false in a delta package that does not hold both people: check the other's role.
    """

    student_id: str
    adult_id: str
    relationship: str
    may_be_written_to: bool
    settled: bool = True


@dataclass(frozen=True, slots=True)
class Removal:
    """A delta row which says that a record is to be deleted."""

    table: Table
    sourced_id: str
    file: str
    line: int


class PackageUnreadable(Exception):
    """The file or folder can't be opened as a roster at all (exit code 2)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class PackageRefused(Exception):
    """The package was read but must not be imported as it is (exit code 1)."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(" ".join(f.reason for f in self.findings))


def school_of(org_id: str, orgs: Mapping[str, School]) -> str | None:
    """The school an organisation is or belongs to; None above the schools or when unknown."""
    seen: set[str] = set()
    org = orgs.get(org_id)
    while org is not None and org.sourced_id not in seen:
        if org.kind is OrgKind.SCHOOL:
            return org.sourced_id
        if org.kind is OrgKind.DISTRICT:
            return None
        seen.add(org.sourced_id)
        org = orgs.get(org.parent_id or "")
    return None


def class_dates(
    term_ids: Iterable[str], terms: Mapping[str, Term]
) -> tuple[date | None, date | None]:
    """From the first day of its first term to the last day of its last; None when not known."""
    held = [terms[term_id] for term_id in term_ids if term_id in terms]
    begins = [term.begins for term in held if term.begins]
    ends = [term.ends for term in held if term.ends]
    whole = bool(held) and len(begins) == len(ends) == len(held)
    return (min(begins), max(ends)) if whole else (None, None)
