"""School calendars as schools publish them: the days without school, as iCalendar (RFC 5545)."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from embedded.sample.model import DaysOff, District, School


def write_calendars(district: District, folder: Path) -> None:
    """One `<school id>.ics` for each school, into `folder`, which is made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    for school in district.schools:
        text = "".join(f"{line}\r\n" for line in _lines(district, school))
        (folder / f"{school.id}.ics").write_bytes(text.encode())


def _lines(district: District, school: School) -> Iterator[str]:
    year = district.year
    yield "BEGIN:VCALENDAR"
    yield "VERSION:2.0"
    yield "PRODID:-//Thistlemead Public Schools//School calendar//EN"
    yield "CALSCALE:GREGORIAN"
    yield f"X-WR-CALNAME:{school.name}"
    yield from _day(district, school, DaysOff("First day of school", year.begins, year.begins))
    for off in year.days_off:
        title = f"No school: {off.title}"
        yield from _day(district, school, DaysOff(title, off.first, off.last), "no-school")
    yield from _day(district, school, DaysOff("Last day of school", year.ends, year.ends))
    yield "END:VCALENDAR"


def _day(district: District, school: School, days: DaysOff, category: str = "") -> Iterator[str]:
    """An entry for whole days. DTEND is the day after; the titles need no escape and no folding."""
    yield "BEGIN:VEVENT"
    yield f"UID:{days.first.isoformat()}-{school.id}@staff.example"
    yield f"DTSTAMP:{_basic(district.today)}T000000Z"
    yield f"DTSTART;VALUE=DATE:{_basic(days.first)}"
    yield f"DTEND;VALUE=DATE:{_basic(days.last + timedelta(days=1))}"
    yield f"SUMMARY:{days.title}"
    if category:
        yield f"CATEGORIES:{category}"
    yield "END:VEVENT"


def _basic(day: date) -> str:
    return day.strftime("%Y%m%d")
