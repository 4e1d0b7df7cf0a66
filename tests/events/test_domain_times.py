"""School time through the nights when clocks change, and what is refused in a form."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.events.domain import Wrong, times
from services.events.domain.draft import hours_of
from tests.events.making import NOW, ZONE, draft

SPRING = datetime(2027, 3, 14, 2, 30)  # clocks go from 2:00 to 3:00
AUTUMN = datetime(2027, 11, 7, 1, 30)  # clocks go from 2:00 back to 1:00


def fields_at_fault(**other: object) -> list[str]:
    with pytest.raises(Wrong) as caught:
        hours_of(draft(**other).tidy(), ZONE, NOW)
    return [fault.field for fault in caught.value.faults]


def test_a_time_that_the_clocks_skip_is_refused_with_the_next_that_exists() -> None:
    with pytest.raises(Wrong, match=r"02:30 does not exist.*from 03:00 on"):
        times.moment_of(SPRING, ZONE, field="starts")


def test_a_time_that_happens_twice_is_the_first() -> None:
    assert times.moment_of(AUTUMN, ZONE, field="starts") == datetime(2027, 11, 7, 5, 30, tzinfo=UTC)
    assert times.second_moment_of(AUTUMN, ZONE) == datetime(2027, 11, 7, 6, 30, tzinfo=UTC)


def test_an_event_may_run_through_the_hour_that_comes_twice() -> None:
    hours = hours_of(
        draft(starts=datetime(2027, 11, 7, 1, 45), ends=datetime(2027, 11, 7, 1, 15)), ZONE, NOW
    )
    assert hours.ends_at - hours.starts_at == timedelta(minutes=30)


def test_a_time_with_an_offset_is_taken_as_it_is() -> None:
    second = datetime.fromisoformat("2027-11-07T01:30:00-05:00")
    assert times.moment_of(second, ZONE, field="starts") == datetime(2027, 11, 7, 6, 30, tzinfo=UTC)


def test_the_same_evening_hour_is_another_moment_after_the_clocks_change() -> None:
    before = times.moment_of(datetime(2027, 3, 11, 18), ZONE, field="starts")
    after = times.moment_of(datetime(2027, 3, 18, 18), ZONE, field="starts")
    assert after - before == timedelta(days=7) - timedelta(hours=1)


def test_a_reply_day_lasts_until_midnight_at_the_school() -> None:
    hours = hours_of(draft(), ZONE, NOW)
    assert hours.reply_by == datetime(2026, 12, 2, 4, 59, 59, tzinfo=UTC)


def test_a_reply_day_on_the_day_itself_ends_when_it_starts() -> None:
    hours = hours_of(draft(reply_by=date(2026, 12, 3)), ZONE, NOW)
    assert hours.reply_by == hours.starts_at


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)).map(lambda t: t.replace(second=0)),
    st.sampled_from([ZONE, "America/Los_Angeles", "America/Phoenix", "Australia/Lord_Howe"]),
)
def test_the_clock_shows_what_was_typed_or_the_time_is_refused(wall: datetime, zone: str) -> None:
    try:
        moment = times.moment_of(wall, zone, field="starts")
    except Wrong:
        # Only an hour, or on Lord Howe half an hour, is ever skipped.
        after = times.moment_of(wall + timedelta(hours=1), zone, field="starts")
        assert times.wall_clock(after, zone) == wall + timedelta(hours=1)
    else:
        assert times.wall_clock(moment, zone) == wall


def test_an_event_needs_a_name() -> None:
    assert fields_at_fault(title=" \t ") == ["title"]


def test_every_fault_is_named_at_once() -> None:
    faults = fields_at_fault(title="", starts=SPRING, ends=SPRING)
    assert faults == ["title", "starts"]


def test_an_event_in_the_past_is_refused() -> None:
    past = {"starts": datetime(2026, 11, 1, 18), "ends": datetime(2026, 11, 1, 19)}
    assert fields_at_fault(**past, reply_by=None) == ["starts"]


def test_an_event_ends_after_it_starts() -> None:
    assert fields_at_fault(ends=datetime(2026, 12, 3, 17, 0)) == ["ends"]


def test_an_event_lasts_a_month_at_most() -> None:
    assert fields_at_fault(ends=datetime(2027, 2, 3, 17, 0)) == ["ends"]


def test_an_event_is_at_most_two_years_away() -> None:
    far = {"starts": datetime(2029, 12, 3, 18), "ends": datetime(2029, 12, 3, 19)}
    assert fields_at_fault(**far) == ["starts"]


def test_families_answer_before_it_starts() -> None:
    assert fields_at_fault(reply_by=date(2026, 12, 4)) == ["reply_by"]


def test_a_reply_day_that_is_over_is_refused() -> None:
    assert fields_at_fault(reply_by=date(2026, 11, 20)) == ["reply_by"]


def test_an_unknown_time_zone_is_said() -> None:
    with pytest.raises(Wrong, match="Mars/Base is not known"):
        hours_of(draft(), "Mars/Base", NOW)


def test_marks_that_turn_text_around_and_control_characters_are_dropped() -> None:
    tidy = draft(title="Math\u202e \x00Night", description=" a\r\nb ", class_ids=("c", "c")).tidy()
    assert (tidy.title, tidy.description, tidy.class_ids) == ("Math Night", "a\nb", ("c",))


def test_words_that_are_too_long_are_refused() -> None:
    assert fields_at_fault(title="x" * 121, place="y" * 201) == ["title", "place"]
