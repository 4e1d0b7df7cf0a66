"""A school event as an iCalendar file (RFC 5545) that phones and calendars take in."""

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from services.events.domain import SchoolEvent
from shared.messages import SchoolChanged

if TYPE_CHECKING:
    from icalendar import Event

CONTENT_TYPE = "text/calendar; charset=utf-8"


def calendar_of(event: SchoolEvent, school: SchoolChanged, *, domain: str, now: datetime) -> bytes:
    """One entry at the school's own time, with that zone's rules; a later revision replaces it.

    `domain` is the district's, as in letters, so that both are the same entry.
    """
    # Imported late: four megabytes that are needed when somebody saves a date.
    from icalendar import Event

    zone = ZoneInfo(event.time_zone)
    entry = Event()
    entry.add("uid", f"{event.event_id}@{domain}")
    entry.add("sequence", event.revision)
    entry.add("dtstamp", now)
    entry.add("dtstart", event.starts_at.astimezone(zone))
    entry.add("dtend", event.ends_at.astimezone(zone))
    entry.add("summary", event.title)
    entry.add("status", "CANCELLED" if event.state == "cancelled" else "CONFIRMED")
    entry.add("location", ", ".join(part for part in (event.place, school.name) if part))
    # Without the link: calendars are shared, and the link is this household's alone.
    entry.add("description", event.description)
    return _whole(entry)


def _whole(entry: "Event") -> bytes:
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//Partners//School events//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add_component(entry)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())
