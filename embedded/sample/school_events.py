"""Two school events that the demo can invite families to."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from embedded.sample.model import TIME_ZONE, School, SchoolEvent, SchoolYear
from embedded.sample.year import next_school_day

TUESDAY, THURSDAY = 1, 3

LITERACY_AND_MATH = (
    "Come and play! Children and grown-ups read, build and count together at eight tables. "
    "Every family takes home a book and a game. Supper is at 6:00, and there is child care for "
    "little ones. Interpreters will be there for Spanish and Arabic."
)
COFFEE = (
    "Sit down with our principal before the day begins. Tell us what is going well and what would "
    "help your child. No need to prepare anything; little brothers and sisters are welcome."
)


def two_events(year: SchoolYear, school: School, today: date) -> tuple[SchoolEvent, SchoolEvent]:
    """An evening nine or more days from now, and a morning four or more days from now."""
    evening = next_school_day(year, today + timedelta(days=9), THURSDAY)
    morning = next_school_day(year, today + timedelta(days=4), TUESDAY)
    return (
        SchoolEvent(
            "Family Literacy and Math Night",
            LITERACY_AND_MATH,
            f"{school.name}, cafeteria",
            school.id,
            _at(evening, time(18, 0)),
            _at(evening, time(19, 30)),
        ),
        SchoolEvent(
            "Coffee with the Principal",
            COFFEE,
            f"{school.name}, library",
            school.id,
            _at(morning, time(8, 15)),
            _at(morning, time(9, 0)),
        ),
    )


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, ZoneInfo(TIME_ZONE))
