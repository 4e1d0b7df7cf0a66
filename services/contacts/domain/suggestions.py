"""Suggestions: what another system saw a pupil achieve, as long as nobody told the family."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from shared.messages import Record

LASTS = timedelta(days=30)
"""Older news is no news any more."""


class Suggestion(Record):
    """What another system saw. Nothing is sent because of it."""

    suggestion_id: str
    student_id: str
    family_id: str
    what: Annotated[str, Field(max_length=200)]
    system: str
    """The name of the other system, such as `lms`."""
    achieved_at: datetime
    heard_at: datetime


class Suggested(Record):
    """A suggestion as somebody is shown it, with the pupil's given name."""

    suggestion: Suggestion
    student: str


def stands(suggestion: Suggestion, told_at: datetime | None, now: datetime) -> bool:
    """Whether it still is a reason to call.

    `told_at`: when the family last heard good news about this pupil (`contact.TOLD`); good news
    at or after what was achieved uses it up.
    """
    if suggestion.achieved_at <= now - LASTS:
        return False
    return told_at is None or told_at < suggestion.achieved_at
