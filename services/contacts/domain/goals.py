"""How far somebody is with good news: goals that fit the own families, and nothing to be ranked by.

One family each school day, about twenty a month, and every family in each round: a month, a quarter
or a term, as the district says. The essay "From parents to partners" asks for the first two.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from shared.messages import Record, SchoolChanged, Term
from shared.schooldays import is_school_day, next_month, school_days

Round = Literal["month", "quarter", "term"]
ENOUGH_TRIES = 3
"""So often somebody tried: then a family had its turn, though nobody was there to hear it."""
LONGEST_QUARTER = 100
"""Days; a term that is no longer is taken for a quarter of the school year."""


class Goals(Record):
    """What is asked for. None: no such goal."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    a_school_day: Annotated[int, Field(ge=1, le=20)] | None = 1
    a_month: Annotated[int, Field(ge=1, le=400)] | None = 20
    every_family_each: Round | None = "quarter"


@dataclass(frozen=True)
class Decided:
    """The goals of the district or of one school, and whether leads see educators' figures."""

    goals: Goals
    opened: bool = False


@dataclass(frozen=True)
class Span:
    """From one day to another, both included."""

    begins: date
    ends: date

    def __contains__(self, day: date) -> bool:
        return self.begins <= day <= self.ends


@dataclass(frozen=True)
class Own:
    """A family of somebody's classes or given to them, and how many educators it has."""

    family_id: str
    educators: int = 1


@dataclass(frozen=True)
class Try:
    """Somebody brought a family good news, or said hello; `told` when the family could hear it."""

    family_id: str
    on: date
    told: bool
    mine: bool


@dataclass(frozen=True)
class Calendar:
    """Today at a school, and its days."""

    today: date
    no_school_days: frozenset[date] = frozenset()
    terms: tuple[Term, ...] = ()

    @classmethod
    def of(cls, school: SchoolChanged | None, today: date) -> "Calendar":
        """As a school told it; without one each weekday is a school day."""
        if school is None:
            return cls(today)
        return cls(today, frozenset(school.no_school_days), school.terms)

    @property
    def month(self) -> Span:
        """The month of today."""
        begins = self.today.replace(day=1)
        return Span(begins, next_month(begins) - timedelta(days=1))

    def days_in(self, span: Span) -> int:
        """School days of a span."""
        return school_days(span.begins, span.ends, self.no_school_days)

    @property
    def is_school_day(self) -> bool:
        """Whether there is school today."""
        return is_school_day(self.today, self.no_school_days)

    def round(self, each: Round) -> Span:
        """The round that today is in.

        A quarter is the school's own term where that is no longer than 100 days, else three months
        from January, April, July or October; so is a term where the school told none for today.
        """
        if each == "month":
            return self.month
        own = next((t for t in self.terms if t.begins <= self.today <= t.ends), None)
        if own and (each == "term" or (own.ends - own.begins).days < LONGEST_QUARTER):
            return Span(own.begins, own.ends)
        begins = self.today.replace(month=(self.today.month - 1) // 3 * 3 + 1, day=1)
        ends = begins
        for _ in range(3):
            ends = next_month(ends)
        return Span(begins, ends - timedelta(days=1))

    def looks_back_to(self, goals: Goals) -> date:
        """The first day whose contacts matter today."""
        spans = [self.month]
        if goals.every_family_each:
            spans.append(self.round(goals.every_family_each))
        return min(span.begins for span in spans)


class Count(Record):
    """A goal, and how far it is."""

    goal: int
    done: int

    @property
    def left(self) -> int:
        """What is still to do."""
        return max(0, self.goal - self.done)


class Progress(Record):
    """How far one educator is; for the eyes of that educator."""

    families: int
    today: Count | None
    """None: no such goal, or no school today."""
    month: Count | None
    school_days_left: int
    """Of this month, today included."""
    round: Count | None
    """Own families that have heard from anybody in this round, of all own families."""
    round_ends: date | None
    tried: int
    """Families of the round that have not heard, though somebody tried three times."""


def progress(
    goals: Goals, own: Sequence[Own], tries: Iterable[Try], calendar: Calendar
) -> Progress:
    """How far somebody is. `tries` are those with own families, by anybody, in any order.

    The month's goal is never more than the school days allow, nor than the fair share of the own
    families: one of six teachers of a family owes a sixth of its good news.
    """
    month, today = calendar.month, calendar.today
    span = calendar.round(goals.every_family_each) if goals.every_family_each else month
    known = {each.family_id for each in own}
    held = sorted(
        (each for each in tries if each.family_id in known and each.on <= today),
        key=lambda each: each.on,
    )
    counted = [
        *_counted([each for each in held if each.on < span.begins], known),
        *_counted([each for each in held if each.on in span], known),
    ]
    heard, tried = _turns([each for each in held if each.on in span])
    return Progress(
        families=len(known),
        today=_count(goals.a_school_day if calendar.is_school_day else None, own, counted, today),
        month=_month(goals, own, counted, calendar),
        school_days_left=calendar.days_in(Span(today, month.ends)),
        round=Count(goal=len(known), done=len(heard)) if goals.every_family_each else None,
        round_ends=span.ends if goals.every_family_each else None,
        tried=len(tried - heard),
    )


def fair_share(own: Sequence[Own]) -> int:
    """Families that would fall to one, were each told by one of its educators."""
    return math.ceil(round(sum(1 / max(1, each.educators) for each in own), 6))


def _month(
    goals: Goals, own: Sequence[Own], counted: Sequence[date], calendar: Calendar
) -> Count | None:
    days = calendar.days_in(calendar.month)
    by_day = goals.a_school_day * days if goals.a_school_day else None
    asked = [each for each in (goals.a_month, by_day) if each is not None]
    if not asked:
        return None
    done = sum(day in calendar.month for day in counted)
    return Count(goal=min(*asked, fair_share(own)), done=done)


def _count(
    goal: int | None, own: Sequence[Own], counted: Sequence[date], today: date
) -> Count | None:
    if goal is None or not own:
        return None
    return Count(goal=min(goal, len(own)), done=counted.count(today))


def _counted(tries: Sequence[Try], known: set[str]) -> list[date]:
    """The days of one's own contacts that count, in one round.

    A second one with a family counts once every own family had its turn: heard, or tried thrice.
    """
    waiting, tried, counted = set(known), Counter[str](), list[date]()
    told_by_me: set[str] = set()
    for each in tries:
        everyone_had_a_turn = not waiting
        tried[each.family_id] += 1
        if each.told or tried[each.family_id] >= ENOUGH_TRIES:
            waiting.discard(each.family_id)
        if each.told and each.mine:
            if each.family_id not in told_by_me or everyone_had_a_turn:
                counted.append(each.on)
            told_by_me.add(each.family_id)
    return counted


def _turns(tries: Iterable[Try]) -> tuple[set[str], set[str]]:
    held = list(tries)
    often = Counter(each.family_id for each in held)
    return (
        {each.family_id for each in held if each.told},
        {family_id for family_id, times in often.items() if times >= ENOUGH_TRIES},
    )
