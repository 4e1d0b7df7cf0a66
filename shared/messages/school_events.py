"""School events, and what families answer."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from shared.messages.base import Answer, Language, Message, Record


class EventFacts(Record):
    """A school event as families are told of it."""

    event_id: str
    school_id: str
    class_ids: tuple[str, ...] = ()
    """Empty: the whole school is invited."""
    title: str
    description: str = ""
    place: str = ""
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    reply_by: datetime | None = None
    organizer: str = ""
    organizer_id: str | None = None
    language: Language = "en"
    revision: int = 1


class EventPublished(Message):
    """A school event is open and families are to be invited. Sent by events."""

    TYPE = "org.partners.event.published.v1"
    OWNER = "events"
    ABOUT = "event_id"

    event_id: str
    facts: EventFacts


class EventChanged(Message):
    """A published school event moved or reads differently. Sent by events."""

    TYPE = "org.partners.event.changed.v1"
    OWNER = "events"
    ABOUT = "event_id"

    event_id: str
    facts: EventFacts


class EventCancelled(Message):
    """A published school event will not take place. Sent by events."""

    TYPE = "org.partners.event.cancelled.v1"
    OWNER = "events"
    ABOUT = "event_id"

    event_id: str
    facts: EventFacts
    reason: str = ""


class EventRSVPd(Message):
    """A household answered an invitation; a later answer replaces it. Sent by events."""

    TYPE = "org.partners.event.rsvpd.v1"
    OWNER = "events"
    ABOUT = "rsvp_id"

    rsvp_id: str
    event_id: str
    school_id: str
    household_id: str
    family_ids: tuple[str, ...]
    answer: Answer
    party_size: Annotated[int, Field(ge=0, le=20)] = 1
    answered_at: datetime
    origin: str = "/partners/events"
