"""What is arranged with one family: a place on a waitlist, a lunch, a visit, a volunteer's shift.

Each tells how it stands now, in full; a lower sequence is older. None carries an address: a visit
is where the family lives unless `place` says otherwise.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from shared.messages.base import Language, Message, Record

ShortWords = Annotated[str, Field(max_length=200)]
LongWords = Annotated[str, Field(max_length=2000)]


class Hours(Record):
    """From when until when, at the school's own clock."""

    starts_at: datetime
    ends_at: datetime
    time_zone: str


class WaitlistChanged(Message):
    """How a household's place on the waitlist of a school event stands. Sent by events.

    `offered`: seats are free for it until `answer_by`. `closed`: it took them or gave its place up,
    and knows so. `no_seat`: the list ended without a seat for it.
    """

    TYPE = "org.partners.waitlist.changed.v1"
    OWNER = "events"
    ABOUT = "place_id"

    place_id: str
    event_id: str
    school_id: str
    household_id: str
    state: Literal["waiting", "offered", "closed", "no_seat"]
    place: Annotated[int, Field(ge=1)] | None = None
    """1 is next; None where it is not told."""
    seats: Annotated[int, Field(ge=1, le=20)] = 1
    """So many people wait, or may come."""
    answer_by: datetime | None = None


class LunchChanged(Message):
    """A parent's name was drawn for lunch with the principal, and how it stands. Sent by events.

    `offered`: drawn, to be accepted until `answer_by`. `closed`: the parent said no, or nothing.
    Moved: the same state with other hours.
    """

    TYPE = "org.partners.lunch.changed.v1"
    OWNER = "events"
    ABOUT = "lunch_id"

    lunch_id: str
    draw_id: str
    school_id: str
    household_id: str
    guardian_id: str
    """Whose name it is."""
    state: Literal["offered", "agreed", "closed", "called_off"]
    hours: Hours | None = None
    place: ShortWords = ""
    answer_by: datetime | None = None
    reason: LongWords = ""
    """Why it is called off, as somebody typed it."""
    organizer: ShortWords = ""
    organizer_id: str | None = None
    language: Language = "en"
    """Of what people typed."""


class VisitChanged(Message):
    """A visit to a family, and how it stands. Only logistics, no notes. Sent by events.

    `offered`: proposed, and the family may say no. `closed`: it said no, or nothing. Moved: the
    same state with other hours.
    """

    TYPE = "org.partners.visit.changed.v1"
    OWNER = "events"
    ABOUT = "visit_id"

    visit_id: str
    school_id: str
    household_id: str
    state: Literal["offered", "agreed", "closed", "called_off"]
    hours: Hours
    place: ShortWords = ""
    """Empty: at the family's home."""
    visitors: tuple[ShortWords, ...] = ()
    """Who comes, by name: two, as trained."""
    answer_by: datetime | None = None
    reason: LongWords = ""
    organizer: ShortWords = ""
    organizer_id: str | None = None
    language: Language = "en"


class ShiftChanged(Message):
    """A volunteer's shift, and how it stands. Sent by events.

    `agreed`: confirmed. `closed`: the volunteer gave it up, and knows so. Moved: `agreed` with
    other hours.
    """

    TYPE = "org.partners.shift.changed.v1"
    OWNER = "events"
    ABOUT = "shift_id"

    shift_id: str
    school_id: str
    household_id: str
    guardian_id: str
    """Who helps."""
    state: Literal["agreed", "closed", "called_off"]
    title: Annotated[str, Field(min_length=1, max_length=200)]
    description: LongWords = ""
    hours: Hours
    place: ShortWords = ""
    reason: LongWords = ""
    organizer: ShortWords = ""
    organizer_id: str | None = None
    language: Language = "en"
