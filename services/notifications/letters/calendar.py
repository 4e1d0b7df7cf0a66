"""The calendar entry in a letter about something that has a date (RFC 5545, 5546).

PUBLISH, not REQUEST: a mail program that answers a REQUEST sends its answer by mail to the
organizer, past the signed page on which the whole household answers. A cancelled event is a CANCEL.
"""

from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from shared.messages import EventFacts

if TYPE_CHECKING:
    from icalendar import Event, Timezone

PRODUCT = "-//Partners//family engagement//EN"
_STATUS = {"cancelled": "CANCELLED", "proposed": "TENTATIVE"}
"""By kind of letter; all else takes place."""


def method_of(kind: str) -> str:
    """The iTIP method for a kind of letter."""
    return "CANCEL" if kind == "cancelled" else "PUBLISH"


@lru_cache(maxsize=64)
def entries(events: tuple[EventFacts, ...], kind: str, domain: str, written_at: datetime) -> bytes:
    """A VEVENT for each, and a VTIMEZONE for each zone: the same UID for ever, a higher SEQUENCE
    each revision. One PUBLISH may hold several (RFC 5546, 3.2.1).

    The same for all households of a batch, and a fifth of the work on each of their letters.
    """
    # Imported late: four megabytes that only letters about events need.
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method_of(kind))
    for name in dict.fromkeys(facts.time_zone for facts in events):
        here, zone = [facts for facts in events if facts.time_zone == name], ZoneInfo(name)
        first = min(facts.starts_at for facts in here).astimezone(zone)
        last = max(facts.ends_at for facts in here).astimezone(zone)
        calendar.add_component(rules_of(name, first, last))
    for facts in events:
        calendar.add_component(_event(facts, kind, domain, written_at))
    return bytes(calendar.to_ical())


def rules_of(time_zone: str, begins: datetime, ends: datetime) -> "Timezone":
    """The rules of a zone for the years of two local moments.

    Of a day or two alone the library tells no rule at all, which RFC 5545 (3.6.5) forbids.
    """
    from icalendar import Timezone

    if time_zone == "UTC":
        return Timezone.from_tzid("Etc/UTC")
    first, last = date(begins.year, 1, 1), date(ends.year, 12, 31)
    return Timezone.from_tzid(time_zone, first_date=first, last_date=last)


def _event(facts: EventFacts, kind: str, domain: str, written_at: datetime) -> "Event":
    from icalendar import Event

    zone, event = ZoneInfo(facts.time_zone), Event()
    event.add("uid", f"{facts.event_id}@{domain}")
    event.add("dtstamp", written_at)
    event.add("sequence", facts.revision + (1 if kind == "cancelled" else 0))
    event.add("dtstart", facts.starts_at.astimezone(zone))
    event.add("dtend", facts.ends_at.astimezone(zone))
    event.add("summary", facts.title)
    event.add("location", facts.place)
    event.add("description", facts.description)
    event.add("status", _STATUS.get(kind, "CONFIRMED"))
    event.add("transp", "OPAQUE")
    return event
