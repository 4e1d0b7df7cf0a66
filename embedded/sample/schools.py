"""The schools, what they teach, and who sits in which class with which teacher."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from random import Random

from embedded.sample.model import Course, School, SchoolClass, SchoolYear, Student, Term

GRADES: dict[str, tuple[str, ...]] = {
    "Elementary": ("KG", "01", "02", "03", "04", "05"),
    "Middle": ("06", "07", "08"),
    "High": ("09", "10", "11", "12"),
}
KINDS = tuple(GRADES)
HOMEROOM_SIZE = 25
SECTION_SIZE = 34
PERIODS = 7
LOAD = 6
"""The most sections that one teacher of a subject has; the seventh period is for preparing."""

ELECTIVES = ("Art", "Music")
"""They share a teacher and a period: one in each semester."""
SUBJECTS = (
    "English",
    "Mathematics",
    "Science",
    "Social Studies",
    "Physical Education",
    "Arts",
)
TITLES: dict[str, tuple[str, ...]] = {
    "English": ("English 9", "English 10", "American Literature", "World Literature"),
    "Mathematics": ("Algebra I", "Geometry", "Algebra II", "Statistics"),
    "Science": ("Earth Science", "Biology", "Chemistry", "Physics"),
    "Social Studies": ("World History", "US History", "Government", "Economics"),
    "Physical Education": ("Health 9", "Fitness 10", "Team Sports", "Lifetime Fitness"),
}

_FIRST = (
    "Fern",
    "Kestrel",
    "Lark",
    "Alder",
    "Thistle",
    "Otter",
    "Bramble",
    "Heron",
    "Juniper",
)
_LAST = ("hollow", "gate", "moor", "wick", "mead", "strand", "combe")


@dataclass(frozen=True, slots=True)
class Opening:
    """A teacher's job: the classes of one homeroom, or of up to six sections of a subject."""

    school_id: str
    rooms: tuple["Room", ...]


@dataclass(frozen=True, slots=True)
class Room:
    """A class that has no teacher yet."""

    course: Course
    kind: str
    terms: tuple[Term, ...]
    period: str
    letter: str
    student_ids: tuple[str, ...]


def open_schools(number: int) -> tuple[School, ...]:
    """An elementary, a middle and a high school, and so on around; the names are invented."""
    schools = []
    for index in range(number):
        kind = KINDS[index % len(KINDS)]
        first = _FIRST[index % len(_FIRST)]
        last = _LAST[index % len(_LAST)]
        round_ = index // (len(_FIRST) * len(_LAST))
        place = f"{first}{last}" + (f" {round_ + 1}" if round_ else "")
        name = f"{place} {kind} School"
        schools.append(School(f"s{index + 1:03d}", name, kind.lower(), GRADES[kind]))
    return tuple(schools)


def list_courses() -> tuple[Course, ...]:
    """Every course that schools in the district can teach, grade by grade."""
    numbers = count(1)
    return tuple(
        Course(
            f"k{next(numbers):03d}",
            title,
            f"{subject[:3].upper()}-{grade}",
            grade,
            subject,
        )
        for kind in KINDS
        for grade in GRADES[kind]
        for subject, title in _taught(kind, grade)
    )


def plan_openings(
    schools: tuple[School, ...],
    courses: tuple[Course, ...],
    students: list[Student],
    year: SchoolYear,
    rng: Random,
) -> Iterator[Opening]:
    """Seat every student, and say what teachers are needed for it."""
    seats: dict[tuple[str, str], list[str]] = {}
    for student in students:
        seats.setdefault((student.school_id, student.grade), []).append(student.id)
    catalog = {(course.grade, course.subject): course for course in courses}
    for school in schools:
        if school.kind == "elementary":
            yield from _homerooms(school, seats, catalog, year)
        else:
            yield from _departments(school, seats, catalog, year, rng)


def staffed(
    opening: Opening, educator_id: str, family_name: str, numbers: Iterator[int]
) -> Iterator[SchoolClass]:
    """The classes of an opening, now that somebody teaches them."""
    for room in opening.rooms:
        place = f"Room {room.letter}" if room.kind == "homeroom" else f"Period {room.period}"
        yield SchoolClass(
            f"c{next(numbers):05d}",
            f"{room.course.title}, {place} ({family_name})",
            room.kind,
            room.course.id,
            opening.school_id,
            room.course.grade,
            room.terms,
            room.period,
            educator_id,
            room.student_ids,
        )


Seats = dict[tuple[str, str], list[str]]
Catalog = dict[tuple[str, str], Course]


def _homerooms(
    school: School, seats: Seats, catalog: Catalog, year: SchoolYear
) -> Iterator[Opening]:
    for grade in school.grades:
        course = catalog[grade, "Homeroom"]
        for number, group in enumerate(_groups(seats.get((school.id, grade), []), HOMEROOM_SIZE)):
            letter = f"{grade.lstrip('0').rstrip('G')}{_letter(number)}"
            room = Room(course, "homeroom", year.semesters, "", letter, group)
            yield Opening(school.id, (room,))


def _departments(
    school: School, seats: Seats, catalog: Catalog, year: SchoolYear, rng: Random
) -> Iterator[Opening]:
    """Groups of students move through the subjects together, each in its own period."""
    groups: list[tuple[str, tuple[str, ...]]] = []
    for grade in school.grades:
        students = list(seats.get((school.id, grade), []))
        rng.shuffle(students)
        groups += [(grade, group) for group in _groups(students, SECTION_SIZE)]
    for place, subject in enumerate(SUBJECTS):
        rooms = [
            room
            for number, (grade, group) in enumerate(groups)
            for room in _sections(catalog, year, subject, grade, (place + number) % PERIODS, group)
        ]
        size = LOAD * (len(ELECTIVES) if subject == "Arts" else 1)
        jobs = iter(rooms)
        while job := tuple(islice(jobs, size)):
            yield Opening(school.id, job)


def _sections(
    catalog: Catalog,
    year: SchoolYear,
    subject: str,
    grade: str,
    period: int,
    group: tuple[str, ...],
) -> Iterator[Room]:
    if subject == "Arts":
        for elective, semester in zip(ELECTIVES, year.semesters, strict=True):
            course = catalog[grade, elective]
            yield Room(course, "scheduled", (semester,), str(period + 1), "", group)
        return
    course = catalog[grade, subject]
    yield Room(course, "scheduled", year.semesters, str(period + 1), "", group)


def _taught(kind: str, grade: str) -> Iterator[tuple[str, str]]:
    """Subjects and course titles of a grade."""
    if kind == "Elementary":
        yield "Homeroom", "Kindergarten" if grade == "KG" else f"Grade {int(grade)}"
        return
    for subject in (*SUBJECTS[:-1], *ELECTIVES):
        if kind == "High" and subject in TITLES:
            yield subject, TITLES[subject][GRADES["High"].index(grade)]
        else:
            yield subject, f"{subject} {int(grade)}"


def _groups(students: list[str], most: int) -> Iterator[tuple[str, ...]]:
    """Even groups of at most `most`, in the given order."""
    number = -(-len(students) // most)
    for index in range(number):
        first, last = (len(students) * edge // number for edge in (index, index + 1))
        yield tuple(students[first:last])


def _letter(number: int) -> str:
    """A, B … Z, then AA and on."""
    rest, last = divmod(number, 26)
    return (_letter(rest - 1) if rest else "") + chr(ord("A") + last)
