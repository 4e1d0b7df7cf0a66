"""For how long a class, or a family given by hand, gives an educator sight of families."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from shared.messages import Assignment, EducatorChanged, StudentFacts

BEFORE_CLASS = timedelta(days=14)
"""An educator sees own pupils' families from so long before the class begins until it ends."""


def in_sight(assignment: Assignment, on: date) -> bool:
    """Whether a class gives its educator sight of its pupils' families on a day."""
    return assignment.begins - BEFORE_CLASS <= on <= assignment.ends


def classes_in_sight(educator: EducatorChanged, on: date) -> frozenset[str]:
    """The ids of the classes that give an educator sight of their pupils' families on a day."""
    return frozenset(each.class_id for each in educator.assignments if in_sight(each, on))


def given_to(educator: EducatorChanged, on: date) -> frozenset[str]:
    """The ids of the families that an educator was given by hand and has on a day."""
    return frozenset(e.family_id for e in educator.caseload if e.begins <= on <= e.ends)


def taught_in(class_ids: Collection[str], on: date) -> dict[str, Any]:
    """A query on families with a pupil in one of some classes, from two weeks before it begins."""
    enrolled = {
        "class_id": {"$in": sorted(class_ids)},
        "begins": {"$lte": (on + BEFORE_CLASS).isoformat()},
        "ends": {"$gte": on.isoformat()},
    }
    return {"students.enrollments": {"$elemMatch": enrolled}}


def attends(student: StudentFacts, class_ids: Collection[str], on: date) -> bool:
    """Whether a pupil is in one of some classes on a day, from two weeks before it begins."""
    return any(each.class_id in class_ids and in_sight(each, on) for each in student.enrollments)
