"""Who is there for a family: those who teach its pupils, and those to whom it was given."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from services.contacts.domain.caseloads import Caseload
from shared.messages import EducatorChanged, FamilyChanged


def teachers_by_class(
    educators: Iterable[EducatorChanged], on: date
) -> dict[str, list[EducatorChanged]]:
    """Who teaches each class on a day; a class that is over has nobody."""
    found: dict[str, list[EducatorChanged]] = {}
    for educator in educators:
        for each in educator.assignments:
            if each.begins <= on <= each.ends:
                found.setdefault(each.class_id, []).append(educator)
    return found


def educators_of(
    family: FamilyChanged,
    by_class: Mapping[str, Sequence[EducatorChanged]],
    given: Iterable[Caseload],
    on: date,
) -> tuple[str, ...]:
    """The names of those who are there for a family on a day, to whom it was given first."""
    taught = [
        f"{educator.given_name} {educator.family_name}".strip()
        for student in family.students
        for enrolled in student.enrollments
        if enrolled.begins <= on <= enrolled.ends
        for educator in by_class.get(enrolled.class_id, ())
    ]
    return tuple(dict.fromkeys([*(each.educator for each in given), *taught]))
