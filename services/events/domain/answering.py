"""Whether an answer can still be given, and what to tell a family when it can't."""

from datetime import datetime
from typing import Literal

from services.events.domain.rsvp import Rsvp, party_of, rsvp_id
from services.events.domain.school_event import SchoolEvent
from shared.messages import Answer, HouseholdChanged, Record

Standing = Literal["open", "cancelled", "over", "late", "unpublished"]


class Reply(Record):
    """An answer on its way in: what, when, and from where."""

    answer: Answer
    party_size: int | None = None
    answered_at: datetime
    origin: str
    by: str | None = None


def reply_state(event: SchoolEvent, now: datetime) -> Standing:
    """What stands in the way of a family's answer at a moment; "open" is nothing."""
    if event.state == "cancelled":
        return "cancelled"
    if event.state == "draft":
        return "unpublished"
    if now >= event.starts_at:
        return "over"
    if now >= event.closes_at:
        return "late"
    return "open"


def staff_may_write_down(event: SchoolEvent, now: datetime) -> bool:
    """The school may note an answer by phone or on paper until the event has ended."""
    return event.state == "published" and not event.is_over(now)


def rsvp_of(event: SchoolEvent, household: HouseholdChanged, reply: Reply) -> Rsvp:
    """The answer of a household as its first version; `Wrong` for an impossible party."""
    return Rsvp(
        rsvp_id=rsvp_id(event.event_id, household.household_id),
        event_id=event.event_id,
        school_id=event.school_id,
        household_id=household.household_id,
        family_ids=household.family_ids,
        answer=reply.answer,
        party_size=party_of(reply.answer, reply.party_size),
        answered_at=reply.answered_at,
        origin=reply.origin,
        by=reply.by,
    )


def is_newer(reply: Rsvp, before: Rsvp | None) -> bool:
    """Whether an answer that came by a slow way was given after the one that is known."""
    return before is None or reply.answered_at > before.answered_at
