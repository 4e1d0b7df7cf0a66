"""When there is school: weekdays without those that a school's calendar takes out."""

from collections.abc import Collection
from datetime import date, timedelta

_SATURDAY = 5


def is_school_day(day: date, no_school_days: Collection[date]) -> bool:
    """Monday to Friday, except the days that the calendar names."""
    return day.weekday() < _SATURDAY and day not in no_school_days


def school_days(begins: date, ends: date, no_school_days: Collection[date]) -> int:
    """How many there are from one day to another, both included."""
    days = (begins + timedelta(days=number) for number in range((ends - begins).days + 1))
    return sum(is_school_day(day, no_school_days) for day in days)
