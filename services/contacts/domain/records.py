"""Everything that contacts knows of one pupil, and to whom it was given.

A family may inspect its child's record (FERPA, 34 CFR 99.10), and the school keeps with the record
who asked for it and why (34 CFR 99.32). What a member of the staff wrote and shared is part of it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from services.contacts.domain.caseloads import Caseload
from services.contacts.domain.contact import Contact
from services.contacts.domain.corrections import Correction
from services.contacts.domain.flags import FlagEntry
from services.contacts.domain.follow_ups import FollowUp
from services.contacts.domain.readings import Look, NoteReading
from services.contacts.domain.strengths import Strength
from services.contacts.domain.suggestions import Suggestion
from services.contacts.domain.views import Letter, Reply
from shared.identity import Role, Viewer
from shared.messages import FamilyChanged, GuardianFacts, Record, StudentFacts

GIVES: frozenset[Role] = frozenset({"principal", "district"})
For = Literal["family", "student", "school", "court", "other"]


class DisclosureDraft(Record):
    """For whom a record is taken out, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    to: For
    reason: Annotated[str, Field(min_length=3, max_length=500)]
    """Who asked for it, and the interest they have in it."""


class Disclosure(Record):
    """One time that a record was taken out."""

    disclosure_id: str
    student_id: str
    to: For
    reason: str
    account_id: str
    name: str
    at: datetime


class StudentRecord(Record):
    """All of it, as of a moment."""

    student: StudentFacts
    guardians: tuple[GuardianFacts, ...]
    contacts: tuple[Contact, ...]
    strengths: tuple[Strength, ...]
    letters: tuple[Letter, ...]
    replies: tuple[Reply, ...]
    follow_ups: tuple[FollowUp, ...]
    """Of the whole family, oldest first."""
    suggestions: tuple[Suggestion, ...]
    caseloads: tuple[Caseload, ...]
    """Educators to whom the family was given by hand."""
    flags: tuple[FlagEntry, ...]
    corrections: tuple[Correction, ...]
    """What staff corrected of the adults, the newest first; no addresses: neither parent is told
    the other's.
    """
    note_readings: tuple[NoteReading, ...]
    looks: tuple[Look, ...]
    """Who looked at the family's page on which days, in the last three years."""
    disclosures: tuple[Disclosure, ...]
    made_at: datetime


def may_give(student: StudentFacts, viewer: Viewer) -> bool:
    """The principal of the pupil's school, and the district."""
    return viewer.role in GIVES and viewer.sees_school(student.school_id)


def about(student_id: str, contacts: Sequence[Contact]) -> tuple[Contact, ...]:
    """The contacts that were about a pupil, alone or with a sister or brother, oldest first."""
    found = (each for each in contacts if student_id in each.student_ids)
    return tuple(sorted(found, key=lambda each: each.occurred_at))


def letters_about(
    family: FamilyChanged, contacts: Sequence[Contact], letters: Sequence[Letter]
) -> tuple[Letter, ...]:
    """The letters of these contacts, and those that were to the whole family, oldest first."""
    own = {each.contact_id for each in contacts}
    notes = {"good_news", "note"}
    held = (
        each
        for each in letters
        if each.about in own or (each.kind not in notes and family.family_id in each.family_ids)
    )
    return tuple(sorted(held, key=lambda each: each.at))
