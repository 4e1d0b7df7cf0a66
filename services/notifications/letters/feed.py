"""The calendar of a household that its telephone follows (RFC 5545, with what RFC 7986 adds).

It says what takes place, when and where, and nothing of the family: calendars are shared, and the
address is read by other people's computers. Entries have the ids that they have in letters.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from services.notifications.domain.household_page import Coming
from services.notifications.letters.calendar import PRODUCT, rules_of

if TYPE_CHECKING:
    from icalendar import Event, Timezone

CONTENT_TYPE = "text/calendar; charset=utf-8"
LOOK_AGAIN, LOOK_AGAIN_TEXT = timedelta(hours=6), "PT6H"


def feed(
    coming: Sequence[Coming], schools: dict[str, str], name: str, domain: str, now: datetime
) -> bytes:
    """All entries, each at its school's own time; `schools`: their names by id."""
    # Imported late: four megabytes that only calendars need.
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", LOOK_AGAIN, parameters={"VALUE": "DURATION"})
    # Older than RFC 7986, and what more programs read; no library knows that it is a duration.
    calendar.add("x-published-ttl", LOOK_AGAIN_TEXT)
    for zone in _zones(coming):
        calendar.add_component(zone)
    for each in coming:
        calendar.add_component(_entry(each, schools.get(each.facts.school_id, ""), domain, now))
    return bytes(calendar.to_ical())


def mark_of(coming: Iterable[Coming], schools: dict[str, str], name: str) -> str:
    """The same as long as the calendar says the same (an entity tag, RFC 9110)."""
    said = [[each.known.cancelled, each.facts.model_dump(mode="json")] for each in coming]
    digest = sha256(json.dumps([said, schools, name]).encode()).hexdigest()
    return f'"{digest[:32]}"'


def _zones(coming: Sequence[Coming]) -> list["Timezone"]:
    """The rules of each zone, for the years that are shown: all of them would be most of it."""
    found: list[Timezone] = []
    for name in sorted({each.facts.time_zone for each in coming}):
        own = [each.facts for each in coming if each.facts.time_zone == name]
        first = min(each.starts_at for each in own).astimezone(ZoneInfo(name))
        last = max(each.ends_at for each in own).astimezone(ZoneInfo(name))
        found.append(rules_of(name, first, last))
    return found


def _entry(coming: Coming, school: str, domain: str, now: datetime) -> "Event":
    from icalendar import Event

    facts, cancelled = coming.facts, coming.known.cancelled
    zone = ZoneInfo(facts.time_zone)
    entry = Event()
    entry.add("uid", f"{facts.event_id}@{domain}")
    entry.add("sequence", facts.revision + (1 if cancelled else 0))
    entry.add("dtstamp", now)
    entry.add("dtstart", facts.starts_at.astimezone(zone))
    entry.add("dtend", facts.ends_at.astimezone(zone))
    entry.add("summary", facts.title)
    entry.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    entry.add("location", ", ".join(part for part in (facts.place, school) if part))
    entry.add("class", "PRIVATE")
    return entry
