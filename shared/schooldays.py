"""Days of a school's calendar: when there is school, and where a month ends."""

from collections.abc import Collection
from datetime import date, timedelta

_SATURDAY = 5


def is_school_day(day: date, no_school_days: Collection[date]) -> bool:
    """Monday to Friday, except the days that the calendar names."""
    return day.weekday() < _SATURDAY and day not in no_school_days


def week_of(day: date) -> date:
    """The Monday of the week of a day (ISO 8601)."""
    return day - timedelta(days=day.weekday())


def first_school_day(week: date, no_school_days: Collection[date]) -> date | None:
    """The first day with school in the week that begins on a Monday; None where there is none."""
    days = (week + timedelta(days=number) for number in range(_SATURDAY))
    return next((day for day in days if is_school_day(day, no_school_days)), None)


def next_month(day: date) -> date:
    """The first day of the month after."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def school_days(begins: date, ends: date, no_school_days: Collection[date]) -> int:
    """How many there are from one day to another, both included."""
    days = (begins + timedelta(days=number) for number in range((ends - begins).days + 1))
    return sum(is_school_day(day, no_school_days) for day in days)
