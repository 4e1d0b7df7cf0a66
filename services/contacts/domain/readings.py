"""Who read what about a family: kept with its records (FERPA, 34 CFR 99.32 asks for less).

A note for staff is its author's. The principal may read it too, and says why each time a note is
opened for the first time; the author sees that, and so does the family with its child's record.
"""

from datetime import date, datetime
from typing import Annotated

from pydantic import ConfigDict, Field

from shared.identity import Role
from shared.messages import Record


class NoteDraft(Record):
    """Why somebody opens a note that is not theirs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Annotated[str, Field(min_length=3, max_length=300)]


class NoteReading(Record):
    """One note that was opened."""

    contact_id: str
    family_id: str
    account_id: str
    name: str
    reason: str
    at: datetime


class Look(Record):
    """A day on which somebody looked at a family's page."""

    family_id: str
    account_id: str
    name: str
    role: Role
    day: date
