"""Who is there for a family: those who teach its pupils, and those to whom it was given."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from services.contacts.domain.caseloads import Caseload
from shared.messages import EducatorChanged, FamilyChanged
from shared.sight import attends, classes_in_sight, given_to, in_sight


def sees(educator: EducatorChanged, family: FamilyChanged, on: date) -> bool:
    """Whether an educator sees a family on a day: by a class, or because it was given to them."""
    if not educator.active:
        return False
    classes = classes_in_sight(educator, on)
    taught = any(attends(student, classes, on) for student in family.students)
    return taught or family.family_id in given_to(educator, on)


def teachers_by_class(
    educators: Iterable[EducatorChanged], on: date
) -> dict[str, list[EducatorChanged]]:
    """Who teaches each class on a day, from two weeks before it begins; then nobody."""
    found: dict[str, list[EducatorChanged]] = {}
    for educator in educators:
        for class_id in classes_in_sight(educator, on):
            found.setdefault(class_id, []).append(educator)
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
        if in_sight(enrolled, on)
        for educator in by_class.get(enrolled.class_id, ())
    ]
    return tuple(dict.fromkeys([*(each.educator for each in given), *taught]))


def carers_of(
    classes: Mapping[str, Iterable[str]], educators: Sequence[EducatorChanged], on: date
) -> dict[str, set[str]]:
    """The ids of those who are there for each of some families on a day.

    `classes`: those of each family's pupils, by its id.
    """
    by_class = teachers_by_class(educators, on)
    found = {
        family_id: {each.educator_id for held in attended for each in by_class.get(held, ())}
        for family_id, attended in classes.items()
    }
    for educator in educators:
        for family_id in given_to(educator, on) & classes.keys():
            found[family_id].add(educator.educator_id)
    return found
