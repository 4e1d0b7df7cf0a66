"""Dates and times as phone systems and spreadsheets write them."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contacts.domain.contact_files.moments import DateOrder, Moment, fitting, read_moment


@pytest.mark.parametrize(
    ("day", "clock", "order", "meant"),
    [
        ("11/24/2026", "3:05 PM", "month_first", "2026-11-24T15:05:00"),
        ("11/24/26 12:00 am", "", "month_first", "2026-11-24T00:00:00"),
        ("24.11.2026 15:05", "", "day_first", "2026-11-24T15:05:00"),
        ("3/4/2026", "", "month_first", "2026-03-04"),
        ("3/4/2026", "", "day_first", "2026-04-03"),
        ("2026-11-24T15:04:00-05:00", "", "month_first", "2026-11-24T20:04:00+00:00"),
        ("2026-11-24 15:04:33.120", "", "day_first", "2026-11-24T15:04:33"),
        ("Tue, Nov 24, 2026 3:05 p.m.", "", "day_first", "2026-11-24T15:05:00"),
        ("24-Nov-26", "1505", "month_first", "2026-11-24T15:05:00"),
        ("20261124", "", "month_first", "2026-11-24"),
        ("11/24/2026", "11/24/2026 9:00 AM", "month_first", "2026-11-24T09:00:00"),
    ],
)
def test_dates_are_read_as_they_are_written(
    day: str, clock: str, order: DateOrder, meant: str
) -> None:
    moment = read_moment(day, clock, order)
    assert moment is not None
    assert moment.text == meant


@pytest.mark.parametrize(
    ("day", "clock"),
    [("13/24/2026", ""), ("2026-02-30", ""), ("soon", ""), ("11/24/2026", "13:70"),
     ("11/24/2026", "after lunch"), ("46350.62", ""), ("11/24", "")],
)  # fmt: skip
def test_what_is_no_date_or_time_is_never_guessed(day: str, clock: str) -> None:
    assert read_moment(day, clock, "month_first") is None


@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)))
def test_a_moment_written_in_any_of_these_ways_is_the_same(moment: datetime) -> None:
    moment = moment.replace(second=0, microsecond=0)
    written = [
        ("%m/%d/%Y %I:%M %p", "month_first"),
        ("%d.%m.%Y %H:%M", "day_first"),
        ("%Y-%m-%dT%H:%M:%S", "month_first"),
        ("%b %d, %Y %H:%M", "day_first"),
    ]
    for form, order in written:
        found = read_moment(moment.strftime(form), "", order)
        assert found == Moment(moment.date(), moment.time())


def test_which_way_dates_are_read_follows_from_those_that_fit_one_way_alone() -> None:
    orders = [fitting(cells) for cells in (["1/2/2026", "1/13/2026"], ["13/1/2026"], ["1/2/2026"])]
    assert [(each.guess, each.certain) for each in orders if each] == [
        ("month_first", True),
        ("day_first", True),
        ("month_first", False),
    ]
    assert fitting(["2026-01-13", "Jan 3, 2026"]) is None
