"""What the roster does not know of a school, set by people: clock, phone, days without school."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import available_timezones

from services.contacts.store import Store
from services.contacts.store.directory import days_text
from shared.errors import Forbidden, NotFound, Refused
from shared.identity import Viewer
from shared.messages import Record, SchoolChanged
from shared.outbox import Units, Work

NO_SCHOOL = re.compile(
    r"no school|no classes|no students|\bclosed\b|holiday|recess|vacation|\bbreak\b"
    r"|teacher (?:work|in-?service)|professional (?:development|day)|in-?service",
    re.IGNORECASE,
)
"""Titles that mean a day without school."""
NO_SCHOOL_KINDS = re.compile(r"no-?school|holiday|\bbreak\b|vacation", re.IGNORECASE)
"""Categories that say so, whatever the title is."""
STILL_SCHOOL = re.compile(
    r"early (?:dismissal|release)|(?:half|partial|minimum).?day|delayed", re.IGNORECASE
)
LONGEST = 100
"""Days of one entry; a longer one is the summer, or a mistake."""


class SchoolSettings(Record):
    """None: stays as it is."""

    time_zone: str | None = None
    phone: str | None = None
    no_school_days: tuple[date, ...] | None = None


async def set_school(
    store: Store, units: Units, school_id: str, settings: SchoolSettings, by: Viewer
) -> SchoolChanged:
    """Keep what somebody set and tell the others. `Refused` for a zone that there is not."""
    if by.role not in {"principal", "district"} or not by.sees_school(school_id):
        raise Forbidden("Only the principal of a school and the district set this.")
    if settings.time_zone is not None and settings.time_zone not in available_timezones():
        raise Refused("There is no such time zone. Write one such as America/Chicago.")
    changes = settings.model_dump(exclude_none=True, exclude={"no_school_days"})
    if settings.no_school_days is not None:
        changes["no_school_days"] = days_text(settings.no_school_days)

    async def body(work: Work) -> SchoolChanged:
        known = (await store.writing.known("school", [school_id], work)).get(school_id)
        if known is None:
            raise NotFound("There is no such school.")
        await store.writing.set_school(school_id, changes, work)
        row = {**known, **changes, "version": int(known["version"]) + 1}
        await store.writing.put("school", [row], work)
        school = SchoolChanged.model_validate(row)
        work.emit(school, sequence=row["version"])
        return school

    return await units.run(body)


def read_calendar(text: bytes) -> tuple[date, ...]:
    """The days without school of an iCalendar file (RFC 5545). `Refused` when it is none."""
    # Imported late: four megabytes for what a district does once a year.
    from icalendar import Calendar

    try:
        calendar = Calendar.from_ical(text)
    except (ValueError, KeyError, IndexError, TypeError) as wrong:
        raise Refused("This is not a calendar file (.ics) that can be read.") from wrong
    entries = list(calendar.walk("VEVENT"))
    days = {day for entry in entries for day in _days(entry)}
    if not entries:
        raise Refused("There are no entries in this calendar file.")
    if not days:
        raise Refused("No entry says that there is no school, such as “No school: Thanksgiving”.")
    return tuple(sorted(days))


def _days(entry: object) -> Iterator[date]:
    title = str(_get(entry, "SUMMARY"))
    categories = _get(entry, "CATEGORIES")
    said = f"{categories.to_ical().decode()}" if hasattr(categories, "to_ical") else ""
    if STILL_SCHOOL.search(title) or not (NO_SCHOOL_KINDS.search(said) or NO_SCHOOL.search(title)):
        return
    begins, ends = _moment(entry, "DTSTART"), _moment(entry, "DTEND")
    if begins is None:
        return
    # DTEND of whole days is the day after (RFC 5545, 3.6.1); without it the entry is one day.
    last = ends - timedelta(days=1) if ends and ends > begins else begins
    for number in range(min((last - begins).days + 1, LONGEST)):
        yield begins + timedelta(days=number)


def _moment(entry: object, name: str) -> date | None:
    from icalendar.error import BrokenCalendarProperty

    try:
        value = getattr(_get(entry, name), "dt", None)
    except BrokenCalendarProperty:
        return None  # such as an empty DTEND: the entry is one day
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None


def _get(entry: object, name: str) -> object:
    return entry.get(name, "") if hasattr(entry, "get") else ""
