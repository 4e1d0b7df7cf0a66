"""Months, terms, school years and weeks."""

from datetime import date

import pytest

from services.reports.domain.periods import choices, month_of, read, terms_of, weeks_of, year_of
from tests.reports.making import OAK, TERMS, school

TODAY = date(2026, 11, 24)


def test_a_school_year_runs_from_july_to_june_and_holds_all_its_terms() -> None:
    year = year_of(TODAY, TERMS)
    assert (year.begins, year.ends) == (date(2026, 7, 1), date(2027, 6, 30))
    assert year.key == "year:2026"
    assert year_of(date(2027, 6, 30)).key == "year:2026"
    assert year_of(date(2027, 7, 1)).key == "year:2027"
    assert len(year.months) == 12


def test_a_month_ends_on_its_last_day() -> None:
    assert month_of(date(2028, 2, 10)).ends == date(2028, 2, 29)
    assert month_of(date(2026, 12, 31)).months == ("2026-12",)


def test_terms_that_schools_share_are_offered_once() -> None:
    assert terms_of([school(), school(OAK)]) == list(TERMS)


def test_the_filter_offers_what_has_begun() -> None:
    keys = [each.key for each in choices(TODAY, TERMS)]
    assert keys[:4] == ["year:2026", "year:2025", "term:fall", "month:2026-11"]
    assert keys[-1] == "month:2025-12"


@pytest.mark.parametrize("key", ["", "year:2026", "term:fall", "month:2026-02"])
def test_what_an_address_names_is_found(key: str) -> None:
    found = read(key, TODAY, TERMS)
    assert found is not None
    assert found.key == key or not key


@pytest.mark.parametrize(
    "key", ["x", "month:13", "year:no", "term:none", "month:2026-99", "month:9999-12", "year:0"]
)
def test_nonsense_in_an_address_is_no_period(key: str) -> None:
    assert read(key, TODAY, TERMS) is None


def test_weeks_begin_on_monday_and_stop_today() -> None:
    month = month_of(TODAY)
    weeks = weeks_of(month, TODAY)
    assert weeks[0] == (date(2026, 11, 1), date(2026, 11, 1))
    assert weeks[1] == (date(2026, 11, 2), date(2026, 11, 8))
    assert weeks[-1] == (date(2026, 11, 23), TODAY)
    assert weeks_of(month, date(2026, 10, 1)) == []
    assert weeks_of(month, date(2027, 5, 1))[-1] == (date(2026, 11, 30), date(2026, 11, 30))
