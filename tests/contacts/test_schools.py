"""A school's clock, phone and days without school, which rosters lack."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from embedded.sample import District
from services.contacts.actions.schools import SchoolSettings, read_calendar, set_school
from shared.errors import Forbidden, Refused
from tests.contacts.conftest import Office, staff_viewer
from tests.contacts.rosters import data_set


async def test_what_was_set_is_told_and_survives_the_next_import(
    district: Office, sample: District, package: Path
) -> None:
    school = sample.schools[0].id
    store, units = district.desk.store, district.desk.units
    settings = SchoolSettings(
        time_zone="America/Denver", phone="555-0100", no_school_days=(date(2026, 11, 26),)
    )
    await set_school(store, units, school, settings, staff_viewer("principal", school))
    [told] = await district.told("school.changed")
    assert told.version == 2
    assert told.data["time_zone"] == "America/Denver"
    changed = package.parent / "contacts.csv"
    await district.bring(package, changed)
    kept = await store.directory.school(school)
    assert kept is not None
    assert kept.no_school_days == (date(2026, 11, 26),)
    assert kept.phone == "555-0100"
    assert kept.classes


async def test_only_the_own_principal_and_the_district_set_it(
    district: Office, sample: District
) -> None:
    school = sample.schools[0].id
    store, units = district.desk.store, district.desk.units
    for by in (staff_viewer("office", school), staff_viewer("principal", "elsewhere")):
        with pytest.raises(Forbidden):
            await set_school(store, units, school, SchoolSettings(phone="1"), by)


async def test_a_time_zone_that_there_is_not_is_refused(district: Office, sample: District) -> None:
    school = sample.schools[0].id
    store, units = district.desk.store, district.desk.units
    with pytest.raises(Refused, match="time zone"):
        await set_school(
            store, units, school, SchoolSettings(time_zone="Mars/Base"), staff_viewer("district")
        )


def test_the_sample_calendar_gives_its_days_without_school(sample: District, package: Path) -> None:
    text = (package.parent / "calendars" / f"{sample.schools[0].id}.ics").read_bytes()
    days = read_calendar(text)
    for off in sample.year.days_off:
        assert off.first in days
        assert off.last in days
    assert sample.year.begins not in days


@pytest.mark.parametrize("year", ["2025-2026", "2026-2027"])
def test_a_real_school_calendar_means_the_days_that_its_makers_list(year: str) -> None:
    folder = data_set("school-calendars/livingston-nj")
    days = read_calendar((folder / "docs" / "calendars" / f"{year}.ics").read_bytes())
    listed = json.loads((folder / "data" / f"{year}.json").read_text())["events"]
    off = [each for each in listed if each["type"] in {"no-school", "holiday", "break"}]
    expected = {day for each in off for day in _listed(each)}
    assert set(days) == expected


def _listed(event: dict[str, str]) -> list[date]:
    first = date.fromisoformat(event.get("startDate") or event["date"])
    last = date.fromisoformat(event.get("endDate") or event["date"])
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def test_a_calendar_with_an_empty_end_is_read_day_by_day() -> None:
    folder = data_set("school-calendars/malaysia")
    assert read_calendar((folder / "school-holidays.ics").read_bytes())


def test_what_is_no_calendar_is_refused() -> None:
    for text in (b"", b"hello", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"):
        with pytest.raises(Refused):
            read_calendar(text)


def test_an_early_dismissal_is_a_school_day() -> None:
    text = (
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\n"
        b"DTSTART;VALUE=DATE:20261125\r\nSUMMARY:Early dismissal before Thanksgiving recess\r\n"
        b"END:VEVENT\r\nBEGIN:VEVENT\r\nUID:2\r\nDTSTART;VALUE=DATE:20261126\r\n"
        b"DTEND;VALUE=DATE:20261128\r\nSUMMARY:Schools closed\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    assert read_calendar(text) == (date(2026, 11, 26), date(2026, 11, 27))
