"""When families are reminded: in the morning of the last open day, whatever the clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.domain.kinds import KINDS
from services.notifications.domain.reminders import (
    ASKING,
    COMING,
    FRESH,
    is_open,
    once_stale,
    reminds_at,
    until,
)
from services.notifications.domain.settings import MailSettings, QuietHours, SchoolDays, may_leave
from tests.notifications.making import FACTS

SCHOOL_DAYS = MailSettings()
ANY_DAY = MailSettings(school_days_only=False)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def _local(text: str, zone: str = "America/New_York") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _second(text: str) -> datetime:
    """The later of the two moments that a clock in New York calls so."""
    zone = ZoneInfo("America/New_York")
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=1).astimezone(UTC)


@pytest.mark.parametrize(
    ("begins", "settings", "reminded"),
    [
        # Without a change of the clocks: the day before.
        ("2026-11-19T18:00", SCHOOL_DAYS, "2026-11-18T07:00"),
        # On the Monday after the night in which it changes: the Friday before, or the Sunday.
        ("2026-11-02T18:00", SCHOOL_DAYS, "2026-10-30T07:00"),
        ("2026-11-02T18:00", ANY_DAY, "2026-11-01T07:00"),
        ("2027-03-15T08:00", SCHOOL_DAYS, "2027-03-12T07:00"),
        ("2027-03-15T08:00", ANY_DAY, "2027-03-14T07:00"),
        # On that Sunday itself.
        ("2026-11-01T10:00", SCHOOL_DAYS, "2026-10-30T07:00"),
        ("2027-03-14T10:00", ANY_DAY, "2027-03-13T07:00"),
        # At a time that the clock shows twice, and at one that it skips.
        ("2026-11-01T01:30", ANY_DAY, "2026-10-31T07:00"),
        ("2027-03-14T02:30", ANY_DAY, "2027-03-13T07:00"),
    ],
)
def test_it_is_seven_in_the_morning_on_both_sides_of_the_night_in_which_clocks_change(
    begins: str, settings: MailSettings, reminded: str
) -> None:
    assert reminds_at(_local(begins), settings, SchoolDays(), LONG_AGO) == _local(reminded)


def test_an_event_in_the_doubled_hour_is_reminded_of_at_one_time_whichever_is_meant() -> None:
    first, second = _local("2026-11-01T01:30"), _second("2026-11-01T01:30")
    assert second - first == timedelta(hours=1)
    for begins in (first, second):
        found = reminds_at(begins, ANY_DAY, SchoolDays(), LONG_AGO)
        assert found == _local("2026-10-31T07:00")


def test_where_clocks_never_change_it_is_the_same_hour_all_year() -> None:
    phoenix = SchoolDays(time_zone="America/Phoenix")
    for begins, day in (("2026-11-02T18:00", "2026-10-30"), ("2027-03-15T18:00", "2027-03-12")):
        found = reminds_at(_local(begins, "America/Phoenix"), SCHOOL_DAYS, phoenix, LONG_AGO)
        assert found == datetime.fromisoformat(f"{day}T14:00").replace(tzinfo=UTC)


def test_a_holiday_and_a_weekend_before_the_event_are_passed_over() -> None:
    thanksgiving = frozenset(date(2026, 11, day) for day in (25, 26, 27))
    school = SchoolDays(no_school_days=thanksgiving)
    found = reminds_at(_local("2026-11-30T18:00"), SCHOOL_DAYS, school, LONG_AGO)
    assert found == _local("2026-11-24T07:00")


def test_after_a_break_of_two_weeks_the_last_school_day_counts_and_after_a_summer_none_does() -> (
    None
):
    winter = frozenset(date(2026, 12, 19) + timedelta(days=each) for each in range(16))
    found = reminds_at(
        _local("2027-01-04T18:00"), SCHOOL_DAYS, SchoolDays(no_school_days=winter), LONG_AGO
    )
    assert found == _local("2026-12-18T07:00")
    summer = frozenset(date(2027, 6, 20) + timedelta(days=each) for each in range(70))
    school = SchoolDays(no_school_days=summer)
    assert reminds_at(_local("2027-08-27T18:00"), SCHOOL_DAYS, school, LONG_AGO) is None


@pytest.mark.parametrize(
    ("quiet", "hour"),
    [
        (None, "07:00"),
        (QuietHours(begins=time(18), ends=time(8, 30)), "08:30"),
        # Nobody is written to at two at night because a district allows it.
        (QuietHours(begins=time(23), ends=time(2)), "07:00"),
        (QuietHours(begins=time(6), ends=time(15)), "15:00"),
    ],
)
def test_it_is_the_hour_at_which_the_district_opens_and_never_before_seven(
    quiet: QuietHours | None, hour: str
) -> None:
    settings = MailSettings(quiet_hours=quiet)
    found = reminds_at(_local("2026-11-19T18:00"), settings, SchoolDays(), LONG_AGO)
    assert found == _local(f"2026-11-18T{hour}")


def test_nobody_is_reminded_of_what_a_letter_of_yesterday_said() -> None:
    begins = _local("2026-11-19T18:00")
    early, late = _local("2026-11-16T11:00"), _local("2026-11-16T11:01")
    earliest = once_stale(SCHOOL_DAYS, SchoolDays(), early)
    assert earliest == early + FRESH == _local("2026-11-18T07:00")
    assert reminds_at(begins, SCHOOL_DAYS, SchoolDays(), earliest) == earliest
    too_late = once_stale(SCHOOL_DAYS, SchoolDays(), late)
    assert reminds_at(begins, SCHOOL_DAYS, SchoolDays(), too_late) is None


def test_a_letter_that_waits_for_monday_is_not_followed_on_tuesday() -> None:
    answered = _local("2026-11-14T10:00")
    earliest = once_stale(SCHOOL_DAYS, SchoolDays(), answered)
    assert earliest == _local("2026-11-16T07:00") + FRESH
    assert reminds_at(_local("2026-11-18T18:00"), SCHOOL_DAYS, SchoolDays(), earliest) is None


def test_two_mornings_after_a_letter_one_may_be_reminded_although_spring_skips_an_hour() -> None:
    earliest = once_stale(ANY_DAY, SchoolDays(), _local("2027-03-13T10:00"))
    found = reminds_at(_local("2027-03-16T18:00"), ANY_DAY, SchoolDays(), earliest)
    assert found == _local("2027-03-15T07:00")


def test_a_reminder_is_of_use_until_the_event_or_the_day_of_the_answer() -> None:
    assert until(COMING, FACTS) == FACTS.starts_at
    assert until(ASKING, FACTS) == FACTS.reply_by
    assert until(ASKING, FACTS.model_copy(update={"reply_by": None})) is None
    late = FACTS.model_copy(update={"reply_by": FACTS.ends_at})
    assert until(ASKING, late) == FACTS.starts_at


def test_reminders_are_neither_routine_nor_gathered_nor_on_paper_and_can_be_stopped() -> None:
    for name in (COMING, ASKING):
        kind = KINDS[name]
        assert not any((kind.routine, kind.gathers, kind.on_paper, kind.asked_for, kind.must))
        assert kind.category == "events"


ZONES = ["America/New_York", "America/Phoenix", "America/Los_Angeles", "Australia/Lord_Howe", "UTC"]
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
QUIET = st.tuples(TIMES, TIMES).filter(lambda pair: pair[0] != pair[1])


@given(
    MOMENTS,
    st.integers(0, 60 * 24 * 40),
    st.one_of(st.none(), QUIET),
    st.booleans(),
    st.sampled_from(ZONES),
    st.frozensets(st.integers(-2, 45), max_size=30),
)
def test_whatever_the_calendar_a_reminder_is_in_open_hours_before_the_event_and_after_its_letter(
    published: datetime,
    minutes: int,
    quiet: tuple[time, time] | None,
    only: bool,
    zone: str,
    free: frozenset[int],
) -> None:
    hours = QuietHours(begins=quiet[0], ends=quiet[1]) if quiet else None
    settings = MailSettings(quiet_hours=hours, school_days_only=only)
    off = frozenset(published.date() + timedelta(days=each) for each in free)
    school = SchoolDays(time_zone=zone, no_school_days=off)
    begins = published + timedelta(minutes=minutes)
    leaves, _ = may_leave(settings, school, published)
    found = reminds_at(begins, settings, school, once_stale(settings, school, published))
    if found is None:
        return
    assert published <= leaves < leaves + FRESH <= found < begins
    assert is_open(settings, school, found)
    assert may_leave(settings, school, found) == (found, "now")
    # On an earlier day of the school than the event.
    here = ZoneInfo(zone)
    assert found.astimezone(here).date() < begins.astimezone(here).date()


@given(st.integers(0, 24 * 60 * 365), st.sampled_from(ZONES))
def test_on_days_like_any_other_it_is_always_seven_on_the_schools_clock(
    minutes: int, zone: str
) -> None:
    begins = datetime(2026, 6, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    found = reminds_at(begins, ANY_DAY, SchoolDays(time_zone=zone), LONG_AGO)
    assert found is not None
    local, event = found.astimezone(ZoneInfo(zone)), begins.astimezone(ZoneInfo(zone))
    assert (local.date(), local.time()) == (event.date() - timedelta(days=1), time(7))
