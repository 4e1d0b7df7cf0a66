"""What a sample district is made of: plain frozen records that know nothing of the platform."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property

TIME_ZONE = "America/New_York"
PLACEHOLDER_ADDRESS = "none@families.example"
"""What an office types when a form demands an address and a family has none."""


class Position(StrEnum):
    """What a member of staff does."""

    TEACHER = "teacher"
    COUNSELOR = "counselor"
    PRINCIPAL = "principal"
    COORDINATOR = "coordinator"
    OFFICE = "office"
    DISTRICT = "district"


class Shape(StrEnum):
    """How the adults of a family live."""

    TOGETHER = "together"
    SINGLE = "single"
    SEPARATED = "separated"
    BLENDED = "blended"
    """One of two families that share a mother: her household spans both."""
    KIN = "kin"
    """Grandparents or foster parents."""
    GROUP_HOME = "group home"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class School:
    """A school with the grades that it teaches, in CEDS codes (`KG`, `01` … `12`)."""

    id: str
    name: str
    kind: str
    grades: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A part of the school year; both days belong to it. `kind` is a OneRoster session type."""

    id: str
    title: str
    kind: str
    begins: date
    ends: date
    parent_id: str = ""


@dataclass(frozen=True, slots=True)
class DaysOff:
    """Days without school, both included."""

    title: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class SchoolYear:
    """The school year around the day the district was made for; `terms[0]` is the whole year."""

    terms: tuple[Term, ...]
    days_off: tuple[DaysOff, ...]

    @property
    def begins(self) -> date:
        """The first day of school."""
        return self.terms[0].begins

    @property
    def ends(self) -> date:
        """The last day of school."""
        return self.terms[0].ends

    @property
    def semesters(self) -> tuple[Term, ...]:
        """The two halves of the year, without a gap between them."""
        return tuple(term for term in self.terms if term.kind == "semester")


@dataclass(frozen=True, slots=True)
class Course:
    """What is taught, in one grade."""

    id: str
    title: str
    code: str
    grade: str
    subject: str


@dataclass(frozen=True, slots=True)
class SchoolClass:
    """A homeroom, or one period of a course, with the people in it."""

    id: str
    title: str
    kind: str
    course_id: str
    school_id: str
    grade: str
    terms: tuple[Term, ...]
    period: str
    educator_id: str
    student_ids: tuple[str, ...]

    @property
    def begins(self) -> date:
        """The first day of its first term."""
        return self.terms[0].begins

    @property
    def ends(self) -> date:
        """The last day of its last term."""
        return self.terms[-1].ends


@dataclass(frozen=True, slots=True)
class Educator:
    """A member of staff. One who is a parent too has the id of that guardian."""

    id: str
    given_name: str
    family_name: str
    email: str
    position: Position
    school_id: str
    """Empty for people of the district office."""


@dataclass(frozen=True, slots=True)
class Student:
    """A pupil, named as the school office typed it."""

    id: str
    given_name: str
    family_name: str
    grade: str
    school_id: str


@dataclass(frozen=True, slots=True)
class Guardian:
    """An adult of a family, named in the adult's own script. `role` is the OneRoster role."""

    id: str
    given_name: str
    family_name: str
    email: str
    phone: str
    role: str
    language: str
    interpreter: bool


@dataclass(frozen=True, slots=True)
class Tie:
    """What one guardian is to one student; a row of the contacts file when `listed`."""

    guardian_id: str
    student_id: str
    relationship: str
    household_id: str
    order: int
    gets_mail: bool = True
    may_see_record: bool = True
    listed: bool = True


@dataclass(frozen=True, slots=True)
class Family:
    """The students who have exactly the same guardians, as they are in truth.

    `guardian_ids` names each adult once, also one whom the roster lists twice (`District.doubles`).
    """

    id: str
    shape: Shape
    language: str
    student_ids: tuple[str, ...]
    guardian_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SchoolEvent:
    """A school event that the demo publishes; the times are aware."""

    title: str
    description: str
    place: str
    school_id: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str = TIME_ZONE


@dataclass(frozen=True, slots=True)
class Picks:
    """Who to sign in as and whom to look at: the three families have a child in one class."""

    educator: Educator
    coordinator: Educator
    district: Educator
    good_news: Family
    separated: Family
    arabic: Family


@dataclass(frozen=True)
class District:
    """A whole invented district. The same seed, sizes and day always give the same one."""

    seed: int
    today: date
    id: str
    name: str
    time_zone: str
    year: SchoolYear
    schools: tuple[School, ...]
    courses: tuple[Course, ...]
    classes: tuple[SchoolClass, ...]
    educators: tuple[Educator, ...]
    students: tuple[Student, ...]
    guardians: tuple[Guardian, ...]
    ties: tuple[Tie, ...]
    families: tuple[Family, ...]
    doubles: tuple[tuple[str, str], ...]
    """Guardians whom two offices entered each for itself: (id, the other id)."""
    events: tuple[SchoolEvent, ...]
    picks: Picks

    @cached_property
    def student(self) -> dict[str, Student]:
        """Students by id."""
        return {student.id: student for student in self.students}

    @cached_property
    def guardian(self) -> dict[str, Guardian]:
        """Guardians by id."""
        return {guardian.id: guardian for guardian in self.guardians}

    @cached_property
    def ties_of(self) -> dict[str, tuple[Tie, ...]]:
        """What adults a student has, by the student's id; a student without any is absent."""
        found: dict[str, list[Tie]] = {}
        for tie in self.ties:
            found.setdefault(tie.student_id, []).append(tie)
        return {student_id: tuple(ties) for student_id, ties in found.items()}

    @cached_property
    def classes_of(self) -> dict[str, tuple[SchoolClass, ...]]:
        """The classes that an educator teaches, by the educator's id."""
        found: dict[str, list[SchoolClass]] = {}
        for each in self.classes:
            found.setdefault(each.educator_id, []).append(each)
        return {educator_id: tuple(classes) for educator_id, classes in found.items()}
