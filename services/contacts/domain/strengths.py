"""What a child is good at and loves, as its educators learned it: where a glad word begins."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from shared.identity import Role, Viewer
from shared.messages import Record, StudentFacts

MOST_WORDS = 120
MOST_OF_STUDENT = 20
"""More would not be read before a call."""
OF_SCHOOL: frozenset[Role] = frozenset({"coordinator", "principal"})
"""Who knows all pupils of a school; the office and the district do not read about children."""


class Strength(Record):
    """One thing that somebody noticed about a pupil, such as "loves dinosaurs"."""

    strength_id: str
    student_id: str
    words: Annotated[str, Field(min_length=2, max_length=MOST_WORDS)]
    account_id: str
    author: str = ""
    said_at: datetime


def shares(student: StudentFacts, viewer: Viewer, *, teaches: bool) -> bool:
    """Whether a person reads and adds what is known of a pupil: its educators, and its school.

    `teaches`: the viewer has the pupil in a class, or was given the family. Who sees the family by
    a sister or brother reads nothing of it.
    """
    if viewer.role == "educator":
        return teaches
    return viewer.role in OF_SCHOOL and viewer.sees_school(student.school_id)


def may_remove(strength: Strength, viewer: Viewer) -> bool:
    """Who wrote it, and the principal of the pupil's school (the caller has judged the school)."""
    return strength.account_id == viewer.account_id or viewer.role == "principal"
