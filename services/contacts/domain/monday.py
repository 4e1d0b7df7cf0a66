"""The Monday mail: one a week at most tells somebody how many follow-ups are due."""

from collections.abc import Iterable
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from services.contacts.domain.follow_ups import when_due
from shared.messages import Language, Record
from shared.schooldays import first_school_day, week_of

KIND = "follow_ups_due"
"""What notifications calls this letter."""
MORNING = time(7)
"""On the school's clock. Earlier nobody is at work, and a mail would be the start of the day."""


class Calendar(Record):
    """What is known of a school's week."""

    school_id: str
    no_school_days: tuple[date, ...] = ()

    def mails_on(self, now: datetime, zone: ZoneInfo) -> date | None:
        """Today, where it is the first school day of its week and the morning has come."""
        local = now.astimezone(zone)
        today = local.date()
        if local.time() < MORNING:
            return None
        first = first_school_day(week_of(today), self.no_school_days)
        return today if today == first else None


class Due(Record):
    """How many follow-ups of one person are due: all that the mail tells of them."""

    overdue: int = 0
    this_week: int = 0

    @property
    def any(self) -> bool:
        """Whether there is anything to tell."""
        return self.overdue + self.this_week > 0


def count_due(days: Iterable[date], today: date) -> Due:
    """Of the days on which follow-ups are due; what is due later is not told."""
    found = [when_due(day, today) for day in days]
    return Due(overdue=found.count("overdue"), this_week=found.count("this_week"))


class Wish(Record):
    """What somebody wants of the Monday mail. `language`: that of the pages when they said so."""

    wanted: bool = True
    language: Language = "en"
