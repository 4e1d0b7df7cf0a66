"""A household's own page: what stands on it, and what the household asks for there."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from shared.messages.base import Language, Message

Ask = Literal["call", "meet", "interpreter", "visit", "volunteer", "know"]
"""A family wants to be called, to meet, an interpreter, a visit at home, to help at school, or the
school to know something about its child."""
AskTime = Literal["any", "morning", "afternoon", "evening"]
MOST_ASKED = 500
"""Characters of a family's own words."""


class FamilyAsked(Message):
    """A household asked its school for something on its page. Sent by notifications."""

    TYPE = "org.partners.family.asked.v1"
    OWNER = "notifications"
    ABOUT = "asked_id"

    asked_id: str
    household_id: str
    family_ids: tuple[str, ...]
    """All families of the household: whoever asks was reached."""
    student_id: str
    school_id: str
    what: Ask
    best_time: AskTime = "any"
    words: Annotated[str, Field(max_length=MOST_ASKED)] = ""
    language: Language = "en"
    """In which the household wants its answer."""
    asked_at: datetime


class HouseholdItemChanged(Message):
    """A part of households' own pages as it is now, in full; a lower sequence is older.

    For what no other message tells: school events and answers to them are known from theirs.
    Sent by any service.
    """

    TYPE = "org.partners.household-item.changed.v1"
    OWNER = "*"
    ABOUT = "item_id"

    item_id: str
    kind: Literal["resource", "ask"]
    """`ask`: what became of what a household asked for; its id is that of `FamilyAsked`."""
    household_ids: tuple[str, ...] = ()
    """On whose page it stands. Empty: by school and grade."""
    school_ids: tuple[str, ...] = ()
    """Empty: of all schools."""
    grades: tuple[str, ...] = ()
    """Empty: of all grades."""
    title: str = ""
    language: Language = "en"
    link: str = ""
    """A web address, or from "/" on a public page, where `{school_id}` stands for the child's."""
    state: Literal["open", "done", "dropped"] = "open"
    who: str = ""
    """Who answers. Empty: the school's coordinators."""
    due_on: date | None = None
    gone: bool = False
