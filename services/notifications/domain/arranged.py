"""What is arranged with one family, or published for schools: contents of notices, and their rules.

Each fact tells how it stands in full, so that letters follow from the newest one alone, and from
what the household was told before.
"""

from datetime import datetime
from typing import Literal, assert_never

from services.notifications.domain.kinds import KindName
from shared.messages import (
    EventFacts,
    LunchChanged,
    PolicyChanged,
    Record,
    ShiftChanged,
    SurveyChanged,
    VisitChanged,
    WaitlistChanged,
)

Fact = WaitlistChanged | LunchChanged | VisitChanged | ShiftChanged
"""About one household."""
Publication = PolicyChanged | SurveyChanged
"""For all families of schools or classes."""


class SeatWords(Record):
    """How a household's place on the waitlist of an event stands."""

    of: Literal["seat"] = "seat"
    now: WaitlistChanged
    event: EventFacts


class LunchWords(Record):
    """A lunch for which a parent's name was drawn."""

    of: Literal["lunch"] = "lunch"
    now: LunchChanged
    before: LunchChanged | None = None
    """As the household was told of it last."""


class VisitWords(Record):
    """A visit to the family."""

    of: Literal["visit"] = "visit"
    now: VisitChanged
    before: VisitChanged | None = None


class ShiftWords(Record):
    """A volunteer's shift."""

    of: Literal["shift"] = "shift"
    now: ShiftChanged
    before: ShiftChanged | None = None


class PolicyWords(Record):
    """Something written that families have a right to get."""

    of: Literal["policy"] = "policy"
    now: PolicyChanged


class SurveyWords(Record):
    """Questions to families."""

    of: Literal["survey"] = "survey"
    now: SurveyChanged


DatedWords = LunchWords | VisitWords | ShiftWords
ArrangedWords = SeatWords | DatedWords
PublishedWords = PolicyWords | SurveyWords

_UNSEEN = {"place", "seats"}
"""Of a waitlist: a place that moves up is news in a letter that waits, and no letter by itself."""
_BEHIND = {"organizer", "organizer_id", "language", "school_id", "draw_id"}


def words_of(
    fact: Fact, told: "ArrangedWords | None", event: EventFacts | None = None
) -> ArrangedWords:
    """The content of a notice; `event`: the one whose waitlist it is."""
    match fact:
        case WaitlistChanged():
            assert event is not None
            return SeatWords(now=fact, event=event)
        case LunchChanged():
            return LunchWords(now=fact, before=told.now if isinstance(told, LunchWords) else None)
        case VisitChanged():
            return VisitWords(now=fact, before=told.now if isinstance(told, VisitWords) else None)
        case ShiftChanged():
            return ShiftWords(now=fact, before=told.now if isinstance(told, ShiftWords) else None)
        case never:
            assert_never(never)


def kind_of_words(words: ArrangedWords | PublishedWords) -> KindName:
    """What a family may still refuse is another kind of letter than what was agreed with it."""
    match words:
        case SeatWords():
            return "waitlist"
        case LunchWords(now=now):
            return "lunch_drawn" if now.state == "offered" else "lunch"
        case VisitWords(now=now):
            return "visit_proposed" if now.state == "offered" else "visit"
        case ShiftWords():
            return "shift"
        case PolicyWords():
            return "policy"
        case SurveyWords():
            return "survey"
        case never:
            assert_never(never)


def wants_letter(fact: Fact, *, told: bool) -> bool:
    """Whether the household has to hear of it; of an end only who was told of a beginning."""
    if fact.state == "closed":
        return False
    return told or fact.state not in {"called_off", "no_seat"}


def reads_alike(before: Fact, after: Fact) -> bool:
    """Whether a family that was told the one knows the other."""
    left_out = _UNSEEN | _BEHIND if isinstance(after, WaitlistChanged) else _BEHIND
    return type(before) is type(after) and (
        before.model_dump(exclude=left_out) == after.model_dump(exclude=left_out)
    )


def moved(words: DatedWords) -> bool:
    """Whether the household knows it with another day, hour or place."""
    before = words.before
    if before is None:
        return False
    return (before.hours, before.place) != (words.now.hours, words.now.place)


def wants_answer_by(content: object) -> datetime | None:
    """Until when one of these wants an answer, if it wants one by a date."""
    match content:
        case SeatWords(now=now) if now.state == "offered":
            return now.answer_by
        case LunchWords(now=now) | VisitWords(now=now) if now.state == "offered":
            return now.answer_by
        case SurveyWords(now=survey):
            return survey.answer_by
    return None


def of_use_until(words: ArrangedWords) -> datetime | None:
    """A question until its answer is due; news until the thing itself is over."""
    if answer := wants_answer_by(words):
        return answer
    if isinstance(words, SeatWords):
        return words.event.starts_at
    hours = words.now.hours
    if hours is None:
        return None
    return hours.starts_at if words.now.state == "offered" else hours.ends_at
