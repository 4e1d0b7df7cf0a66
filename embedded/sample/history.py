"""Contacts that could have taken place before today, so that lists and reports have a past."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from embedded.sample.model import District, Educator, Guardian, Position
from embedded.sample.plans import Weights, weighted
from embedded.sample.year import is_school_day

CHANNELS: Weights[str] = (
    ("call", 0.52),
    ("text", 0.14),
    ("email", 0.14),
    ("in_person", 0.12),
    ("video", 0.03),
    ("home_visit", 0.02),
    ("letter", 0.03),
)
TONES: Weights[str] = (
    ("good_news", 0.46),
    ("hello", 0.12),
    ("information", 0.22),
    ("concern", 0.20),
)
OUTCOMES: dict[str, Weights[str]] = {
    "call": (
        ("reached", 0.52),
        ("voicemail", 0.27),
        ("message_left", 0.05),
        ("no_answer", 0.13),
        ("wrong_number", 0.03),
    ),
    "video": (("reached", 0.85), ("no_answer", 0.15)),
    "home_visit": (("reached", 0.8), ("no_answer", 0.2)),
    "in_person": (("reached", 1.0),),
    "text": (("sent", 0.7), ("reached", 0.3)),
    "email": (("sent", 0.8), ("reached", 0.2)),
    "letter": (("sent", 0.5), ("handed_out", 0.5)),
}
FROM_FAMILY = 0.15
OFFICE_HOURS = (time(7, 40), 9 * 60)
"""The first minute of a contact, and how many minutes the day has."""

SLOWEST, BUSIEST = 0.05, 0.9
"""Contacts per school day of the educators who log least and most."""
NEVER = 0.22
"""The share of an educator's students whose families that educator does not get to."""
PUT_OFF_WITHOUT_INTERPRETER = 0.5
NOBODY_NAMED = 0.06


@dataclass(frozen=True, slots=True)
class PastContact:
    """One conversation or attempt; the words are those of the platform's own contact form."""

    educator_id: str
    student_id: str
    guardian_id: str | None
    channel: str
    direction: str
    tone: str
    outcome: str
    language: str | None
    at: datetime
    """Aware, in UTC, on a school day before `today`."""


@dataclass(frozen=True, slots=True)
class _Habit:
    """How one educator goes about it: how often, and in which order with whom."""

    educator_id: str
    per_day: float
    student_ids: tuple[str, ...]


def history(district: District, seed: int = 1116, days: int = 90) -> Iterator[PastContact]:
    """Contacts of the `days` calendar days before the district's today, oldest first.

    About one for every two educators and school day; easy families hear often, some never, those
    who need an interpreter less. The same district, seed and days give the same contacts. Days
    before the school year are taken from the calendar of this one, so `days` may be years.
    """
    rng = Random(f"{seed}/history")
    habits = list(_habits(district, rng))
    for ago in range(days, 0, -1):
        day = district.today - timedelta(days=ago)
        if is_school_day(district.year, day):
            found = [each for habit in habits for each in _of_a_day(district, habit, day, rng)]
            yield from sorted(found, key=lambda each: (each.at, each.educator_id))


def _habits(district: District, rng: Random) -> Iterator[_Habit]:
    by_school: dict[str, list[str]] = {}
    for student in district.students:
        by_school.setdefault(student.school_id, []).append(student.id)
    for educator in district.educators:
        students = _students(district, educator, by_school)
        if students:
            rng.shuffle(students)
            kept = students[: max(1, round(len(students) * (1 - NEVER)))]
            pace = SLOWEST + (BUSIEST - SLOWEST) * rng.random() ** 1.5
            yield _Habit(educator.id, pace, tuple(kept))


def _students(district: District, educator: Educator, by_school: dict[str, list[str]]) -> list[str]:
    """Those of an educator's classes; coordinators and counselors know the whole school."""
    if educator.position in (Position.COORDINATOR, Position.COUNSELOR):
        return list(by_school.get(educator.school_id, []))
    classes = district.classes_of.get(educator.id, ())
    return list(dict.fromkeys(student for each in classes for student in each.student_ids))


def _of_a_day(district: District, habit: _Habit, day: date, rng: Random) -> Iterator[PastContact]:
    chance = habit.per_day
    while chance > 0 and rng.random() < chance:
        chance -= 0.4
        place = int(len(habit.student_ids) * rng.random() ** 1.8)
        student_id = habit.student_ids[place]
        guardian = _spoken_to(district, student_id, rng)
        hard = guardian is not None and guardian.interpreter
        if not (hard and rng.random() < PUT_OFF_WITHOUT_INTERPRETER):
            at = _moment(district, day, rng)
            yield _contact(habit.educator_id, student_id, guardian, at, rng)


def _moment(district: District, day: date, rng: Random) -> datetime:
    first, minutes = OFFICE_HOURS
    began = datetime.combine(day, first, ZoneInfo(district.time_zone))
    return began.astimezone(UTC) + timedelta(minutes=rng.randrange(minutes))


def _contact(
    educator_id: str,
    student_id: str,
    guardian: Guardian | None,
    at: datetime,
    rng: Random,
) -> PastContact:
    channel = weighted(rng, CHANNELS)
    return PastContact(
        educator_id,
        student_id,
        guardian.id if guardian else None,
        channel,
        "from_family" if rng.random() < FROM_FAMILY else "to_family",
        weighted(rng, TONES),
        weighted(rng, OUTCOMES[channel]),
        guardian.language if guardian else None,
        at,
    )


def _spoken_to(district: District, student_id: str, rng: Random) -> Guardian | None:
    """Usually the first adult who may hear about the child; sometimes nobody was written down."""
    ties = [
        tie
        for tie in district.ties_of.get(student_id, ())
        if tie.listed and tie.gets_mail and tie.may_see_record
    ]
    if not ties or rng.random() < NOBODY_NAMED:
        return None
    tie = ties[0] if rng.random() < 0.7 else rng.choice(ties)
    return district.guardian[tie.guardian_id]
