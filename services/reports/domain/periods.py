"""Months, terms and school years, as the filter of a report has them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from shared.messages import SchoolChanged, Term
from shared.schooldays import next_month

YEAR_BEGINS = 7
"""July: school years of schools that have told no terms begin on its first."""
MOST_MONTHS = 12


@dataclass(frozen=True)
class Period:
    """From one day to another, both included. `key` names it in addresses."""

    kind: Literal["month", "term", "year"]
    key: str
    begins: date
    ends: date
    title: str = ""
    """A term's own name; months and years are named by the page, in the reader's language."""

    @property
    def months(self) -> tuple[str, ...]:
        """The months that it touches, such as 2026-11."""
        found = []
        day = self.begins.replace(day=1)
        while day <= self.ends:
            found.append(f"{day:%Y-%m}")
            day = next_month(day)
        return tuple(found)


def month_of(day: date) -> Period:
    """The month of a day."""
    first = day.replace(day=1)
    return Period("month", f"month:{first:%Y-%m}", first, next_month(first) - timedelta(days=1))


def year_of(day: date, terms: Sequence[Term] = ()) -> Period:
    """The school year of a day: its terms from first to last, or July to June.

    A summer belongs to the year that it follows.
    """
    start = date(day.year if day.month >= YEAR_BEGINS else day.year - 1, YEAR_BEGINS, 1)
    end = start.replace(year=start.year + 1) - timedelta(days=1)
    own = [each for each in terms if start <= each.begins <= end or start <= each.ends <= end]
    begins = min([each.begins for each in own], default=start)
    ends = max([each.ends for each in own], default=end)
    # All days of the twelve months count, so that nothing logged in a holiday is lost.
    return Period("year", f"year:{start.year}", min(begins, start), max(ends, end))


def terms_of(schools: Iterable[SchoolChanged]) -> list[Term]:
    """The terms of some schools, each once (schools of a district share them), oldest first."""
    known: dict[tuple[str, date, date], Term] = {}
    for school in schools:
        for term in school.terms:
            known.setdefault((term.title, term.begins, term.ends), term)
    return sorted(known.values(), key=lambda term: (term.begins, term.ends, term.title))


def choices(today: date, terms: Sequence[Term]) -> list[Period]:
    """What the filter offers: this school year and the last, its terms begun so far, its months."""
    year = year_of(today, terms)
    last_year = year_of(year.begins - timedelta(days=1), terms)
    begun = [
        Period("term", f"term:{each.term_id}", each.begins, each.ends, each.title)
        for each in terms
        if last_year.begins <= each.begins <= today
    ]
    months = [month_of(today)]
    while len(months) < MOST_MONTHS:
        months.append(month_of(months[-1].begins - timedelta(days=1)))
    return [year, last_year, *reversed(begun), *months]


def read(key: str, today: date, terms: Sequence[Term]) -> Period | None:
    """The period of a key in an address; the school year where there is none, None for nonsense."""
    if not key:
        return year_of(today, terms)
    kind, _, name = key.partition(":")
    try:
        if kind == "month":
            return month_of(date.fromisoformat(f"{name}-01"))
        if kind == "year":
            return year_of(date(int(name), YEAR_BEGINS, 1), terms)
    except (ValueError, OverflowError):
        return None
    if kind == "term":
        found = [each for each in terms if each.term_id == name]
        return next(
            (Period("term", key, each.begins, each.ends, each.title) for each in found), None
        )
    return None


def weeks_of(period: Period, today: date) -> list[tuple[date, date]]:
    """The weeks of a period up to today, each from Monday; the first and last cut to the period."""
    end = min(period.ends, today)
    if end < period.begins:
        return []
    first = period.begins - timedelta(days=period.begins.weekday())
    mondays = [first]
    while mondays[-1] <= end:
        mondays.append(mondays[-1] + timedelta(days=7))
    return [
        (max(monday, period.begins), min(following - timedelta(days=1), end))
        for monday, following in pairwise(mondays)
    ]
