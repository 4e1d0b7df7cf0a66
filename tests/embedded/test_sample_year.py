"""Whatever the day, there is school around it."""

from datetime import date, timedelta
from itertools import pairwise

from embedded.sample.year import is_school_day, next_school_day, year_around

EVERY_DAY = [date(2026, 1, 1) + timedelta(days=number) for number in range(800)]


def test_any_day_lies_in_a_semester_well_after_the_first_day_and_before_the_last() -> None:
    for today in EVERY_DAY:
        year = year_around(today)
        assert sum(term.begins <= today <= term.ends for term in year.semesters) == 1
        assert year.begins <= today - timedelta(weeks=7)
        assert today + timedelta(weeks=3) <= year.ends


def test_terms_follow_each_other_without_a_gap() -> None:
    for today in EVERY_DAY[::7]:
        year = year_around(today)
        for kind in ("semester", "gradingPeriod"):
            terms = [term for term in year.terms if term.kind == kind]
            assert (terms[0].begins, terms[-1].ends) == (year.begins, year.ends)
            for one, two in pairwise(terms):
                assert two.begins - one.ends == timedelta(days=1)


def test_an_autumn_day_lies_in_a_usual_school_year() -> None:
    year = year_around(date(2026, 11, 24))
    assert (year.begins, year.ends) == (date(2026, 8, 24), date(2027, 6, 11))
    assert sum(is_school_day(year, year.begins + timedelta(days=n)) for n in range(292)) > 170


def test_there_is_no_school_on_weekends_and_days_off() -> None:
    year = year_around(date(2026, 11, 24))
    assert not is_school_day(year, date(2026, 11, 26))
    assert not is_school_day(year, date(2026, 12, 25))
    assert not is_school_day(year, date(2026, 11, 21))
    assert is_school_day(year, date(2026, 11, 24))


def test_earlier_years_have_school_days_too() -> None:
    year = year_around(date(2026, 11, 24))
    days = [date(2024, 9, 1) + timedelta(days=number) for number in range(365)]
    assert 160 < sum(is_school_day(year, day) for day in days) < 200


def test_the_next_school_day_skips_a_day_off() -> None:
    year = year_around(date(2026, 11, 24))
    assert next_school_day(year, date(2026, 11, 24), 3) == date(2026, 12, 3)
