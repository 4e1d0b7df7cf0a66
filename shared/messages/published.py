"""What the families of whole schools are to read, and what they are asked.

Each tells how it stands now, in full; a lower sequence is older.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from shared.messages.base import Language, Message

Link = Annotated[str, Field(max_length=2100, pattern=r"^(https?://|/[^/])")]
"""A web address, or from "/" on a public page of this platform."""
Title = Annotated[str, Field(min_length=1, max_length=200)]
Schools = Annotated[tuple[str, ...], Field(min_length=1)]
"""Whose families get it; a household with children at several of them gets one letter."""


class PolicyChanged(Message):
    """A written policy or compact that families have a right to get (ESSA, section 1116).

    A higher `edition` is distributed anew; other changes are for those who have no letter yet.
    Sent by contacts.
    """

    TYPE = "org.partners.policy.changed.v1"
    OWNER = "contacts"
    ABOUT = "policy_id"

    policy_id: str
    school_ids: Schools
    state: Literal["open", "closed"] = "open"
    """`closed`: withdrawn."""
    title: Title
    language: Language = "en"
    """Of the title, and of what is behind `link`."""
    link: Link
    translations: dict[Language, Link] = Field(default_factory=dict)
    """The same in other languages."""
    edition: Annotated[int, Field(ge=1)] = 1
    comments_by: datetime | None = None
    """Until when families are asked what should change."""
    time_zone: str = "UTC"
    organizer: Annotated[str, Field(max_length=200)] = ""
    organizer_id: str | None = None


class SurveyChanged(Message):
    """Questions to families, to be answered by a date. The answers are not told here.

    Sent by events.
    """

    TYPE = "org.partners.survey.changed.v1"
    OWNER = "events"
    ABOUT = "survey_id"

    survey_id: str
    school_ids: Schools
    class_ids: tuple[str, ...] = ()
    """Empty: the whole schools are asked."""
    state: Literal["open", "closed"] = "open"
    title: Title
    language: Language = "en"
    link: Link
    minutes: Annotated[int, Field(ge=1, le=120)] | None = None
    """How long it takes."""
    anonymous: bool = True
    answer_by: datetime
    time_zone: str
    organizer: Annotated[str, Field(max_length=200)] = ""
    organizer_id: str | None = None
