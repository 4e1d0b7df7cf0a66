"""Letters to nobody about what is arranged with one family or published for all: each as it may
stand. All names in them are made up.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from services.notifications.domain.arranged import (
    ArrangedWords,
    LunchWords,
    PolicyWords,
    PublishedWords,
    SeatWords,
    ShiftWords,
    SurveyWords,
    VisitWords,
)
from shared.messages import (
    EventFacts,
    Hours,
    LunchChanged,
    PolicyChanged,
    ShiftChanged,
    SurveyChanged,
    VisitChanged,
    WaitlistChanged,
)

_IDS = {"school_id": "sample", "household_id": "sample"}
_BY = {"organizer": "Ms. Rivera"}
_SNOW = {"state": "called_off", "reason": "Snow."}
_LINK = "https://partners.example/sample"


def arranged_samples(facts: EventFacts, now: datetime) -> Iterator[ArrangedWords | PublishedWords]:
    """One for each way in which these things may stand. `facts`: of an event with a waitlist."""
    begins = now + timedelta(days=7)
    hours = Hours(starts_at=begins, ends_at=begins + timedelta(hours=1), time_zone=facts.time_zone)
    until = now + timedelta(days=4)
    yield from _seats(facts, until)
    yield from _lunches(hours, until)
    yield from _visits(hours, until)
    yield from _shifts(hours)
    yield from _published(facts.time_zone, until)


def _seats(facts: EventFacts, until: datetime) -> Iterator[SeatWords]:
    waits = WaitlistChanged.model_validate(
        {**_IDS, "place_id": "sample", "event_id": "sample", "state": "waiting", "place": 2}
    )
    free = {"state": "offered", "seats": 3, "answer_by": until}
    for now in (
        waits,
        waits.model_copy(update=free),
        waits.model_copy(update={"state": "no_seat"}),
    ):
        yield SeatWords(now=now, event=facts)


def _lunches(hours: Hours, until: datetime) -> Iterator[LunchWords]:
    drawn = LunchChanged.model_validate(
        {**_IDS, **_BY, "lunch_id": "sample", "draw_id": "sample", "guardian_id": "sample",
         "state": "offered", "hours": hours, "place": "Library", "answer_by": until}
    )  # fmt: skip
    agreed = drawn.model_copy(update={"state": "agreed", "answer_by": None})
    yield LunchWords(now=drawn)
    yield LunchWords(now=drawn.model_copy(update={"hours": None}))
    yield LunchWords(now=agreed, before=drawn)
    yield LunchWords(now=agreed.model_copy(update={"place": "Room 4"}), before=agreed)
    yield LunchWords(now=agreed.model_copy(update=_SNOW), before=agreed)


def _visits(hours: Hours, until: datetime) -> Iterator[VisitWords]:
    offered = VisitChanged.model_validate(
        {**_IDS, **_BY, "visit_id": "sample", "state": "offered", "hours": hours,
         "visitors": ("Ms. Rivera", "Mr. Chen"), "answer_by": until}
    )  # fmt: skip
    agreed = offered.model_copy(update={"state": "agreed", "answer_by": None})
    yield VisitWords(now=offered)
    yield VisitWords(now=offered.model_copy(update={"place": "Library"}), before=offered)
    yield VisitWords(now=agreed, before=offered)
    yield VisitWords(now=agreed.model_copy(update={"place": "Library"}), before=agreed)
    yield VisitWords(now=agreed.model_copy(update=_SNOW), before=agreed)


def _shifts(hours: Hours) -> Iterator[ShiftWords]:
    agreed = ShiftChanged.model_validate(
        {**_IDS, **_BY, "shift_id": "sample", "guardian_id": "sample", "state": "agreed",
         "title": "Book fair", "description": "Help at the counter.", "hours": hours,
         "place": "Gym"}
    )  # fmt: skip
    yield ShiftWords(now=agreed)
    yield ShiftWords(now=agreed.model_copy(update={"place": "Hall"}), before=agreed)
    yield ShiftWords(now=agreed.model_copy(update=_SNOW), before=agreed)


def _published(zone: str, until: datetime) -> Iterator[PublishedWords]:
    policy = PolicyChanged.model_validate(
        {**_BY, "policy_id": "sample", "school_ids": ("sample",), "link": _LINK,
         "title": "How our school and families work together", "comments_by": until,
         "time_zone": zone}
    )  # fmt: skip
    yield PolicyWords(now=policy)
    yield PolicyWords(now=policy.model_copy(update={"edition": 2}))
    survey = SurveyChanged.model_validate(
        {**_BY, "survey_id": "sample", "school_ids": ("sample",), "link": _LINK, "minutes": 5,
         "title": "How was reading night?", "answer_by": until, "time_zone": zone}
    )  # fmt: skip
    yield SurveyWords(now=survey)
    yield SurveyWords(now=survey.model_copy(update={"anonymous": False, "minutes": None}))
