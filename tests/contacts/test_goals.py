"""Goals: a pure rule, tried with any history."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.contacts.domain.goals import (
    Calendar,
    Goals,
    Own,
    Progress,
    Span,
    Try,
    fair_share,
    progress,
)
from shared.messages import SchoolChanged, Term

TODAY = date(2026, 11, 24)
"""A Tuesday before Thanksgiving."""
HOLIDAYS = frozenset({date(2026, 11, 11), date(2026, 11, 26), date(2026, 11, 27)})
CALENDAR = Calendar(TODAY, HOLIDAYS)
MANY = [Own(f"family {number}") for number in range(40)]


def told(family: int, days_ago: int = 0, *, mine: bool = True) -> Try:
    return Try(f"family {family}", TODAY - timedelta(days=days_ago), told=True, mine=mine)


def tried(family: int, days_ago: int = 0) -> Try:
    return Try(f"family {family}", TODAY - timedelta(days=days_ago), told=False, mine=True)


def month_of(*tries: Try, own: list[Own] = MANY, goals: Goals | None = None) -> tuple[int, int]:
    month = progress(goals or Goals(), own, tries, CALENDAR).month
    assert month
    return month.done, month.goal


def round_of(*tries: Try, own: list[Own] = MANY) -> Progress:
    return progress(Goals(), own, tries, CALENDAR)


def test_the_month_asks_for_twenty_and_never_for_more_than_school_days_or_families() -> None:
    assert month_of() == (0, 18), "November 2026 has 21 weekdays, three of them holidays"
    assert month_of(goals=Goals(a_school_day=None)) == (0, 20)
    assert month_of(goals=Goals(a_month=None, a_school_day=2)) == (0, 36)
    assert month_of(own=MANY[:6]) == (0, 6)


def test_a_family_of_several_educators_is_shared_by_them() -> None:
    assert fair_share([Own(str(number), educators=6) for number in range(60)]) == 10
    assert fair_share([Own("one", educators=3)] * 3) == 1
    assert month_of(own=[Own(str(number), educators=6) for number in range(60)]) == (0, 10)


def test_an_educator_without_families_owes_nothing() -> None:
    nobody = progress(Goals(), [], [told(1)], CALENDAR)
    assert nobody.month
    assert nobody.month.goal == 0
    assert nobody.month.left == 0
    assert nobody.today is None


def test_a_try_counts_for_nothing_until_the_family_could_hear_it() -> None:
    assert month_of(tried(1), tried(2), told(3))[0] == 1


def test_what_a_colleague_told_counts_for_the_round_and_not_for_my_month() -> None:
    figures = round_of(told(1, mine=False), told(2))
    assert figures.round
    assert figures.round.done == 2
    assert figures.month
    assert figures.month.done == 1


def test_a_second_contact_counts_once_everyone_had_a_turn() -> None:
    two = MANY[:2]
    assert month_of(told(0, 3), told(0, 2), own=two)[0] == 1
    assert month_of(told(0, 3), told(1, 2), told(0, 1), own=two)[0] == 3
    assert month_of(told(0, 5), tried(1, 4), tried(1, 3), told(0, 2), own=two)[0] == 1
    assert month_of(told(0, 5), *[tried(1, 4)] * 3, told(0, 2), own=two)[0] == 2


def test_whoever_was_tried_three_times_is_told_apart_from_whoever_heard() -> None:
    figures = round_of(*[tried(1, 3)] * 3, *[tried(2, 4)] * 3, told(2, 1))
    assert figures.tried == 1
    assert figures.round
    assert figures.round.done == 1


def test_today_asks_for_one_family_and_for_none_on_a_holiday() -> None:
    figures = round_of(told(1), told(2, 1))
    assert figures.today
    assert (figures.today.done, figures.today.goal) == (1, 1)
    holiday = Calendar(date(2026, 11, 26), HOLIDAYS)
    assert progress(Goals(), MANY, [], holiday).today is None


def test_what_is_left_of_the_month_includes_today() -> None:
    assert round_of().school_days_left == 3, "Tuesday, Wednesday, and Monday the 30th"


def test_a_goal_that_was_taken_away_is_not_shown() -> None:
    nothing = Goals(a_school_day=None, a_month=None, every_family_each=None)
    figures = progress(nothing, MANY, [told(1)], CALENDAR)
    assert (figures.today, figures.month, figures.round) == (None, None, None)


def test_a_quarter_is_the_schools_own_term_where_that_is_short_enough() -> None:
    short = Term(term_id="q2", title="Q2", begins=date(2026, 11, 2), ends=date(2027, 1, 22))
    long = Term(term_id="s1", title="Fall", begins=date(2026, 8, 24), ends=date(2027, 1, 15))
    own = Calendar.of(SchoolChanged(school_id="s", name="Maple", terms=(short,)), TODAY)
    assert own.round("quarter") == Span(short.begins, short.ends)
    half_a_year = Calendar(TODAY, terms=(long,))
    assert half_a_year.round("quarter") == Span(date(2026, 10, 1), date(2026, 12, 31))
    assert half_a_year.round("term") == Span(long.begins, long.ends)
    assert CALENDAR.round("term") == Span(date(2026, 10, 1), date(2026, 12, 31))
    assert CALENDAR.round("month") == Span(date(2026, 11, 1), date(2026, 11, 30))


def test_a_round_that_begins_within_the_month_begins_anew() -> None:
    term = Term(term_id="q2", title="Q2", begins=date(2026, 11, 9), ends=date(2027, 1, 22))
    calendar = Calendar(TODAY, HOLIDAYS, (term,))
    twice = [Try("family 1", date(2026, 11, 5), True, True), told(1)]
    figures = progress(Goals(), MANY, twice, calendar)
    assert figures.month
    assert figures.month.done == 2, "once in each round"
    assert figures.round
    assert figures.round.done == 1


TRIES = st.lists(
    st.builds(
        Try,
        family_id=st.sampled_from([each.family_id for each in MANY[:8]]),
        on=st.dates(TODAY - timedelta(days=90), TODAY),
        told=st.booleans(),
        mine=st.booleans(),
    ),
    max_size=60,
)


@given(TRIES, st.integers(1, 8), st.sampled_from(["month", "quarter", "term"]))
def test_figures_never_say_more_than_there_is(tries: list[Try], families: int, each: str) -> None:
    own = MANY[:families]
    figures = progress(Goals.model_validate({"every_family_each": each}), own, tries, CALENDAR)
    assert figures.month
    assert figures.round
    assert 0 <= figures.round.done <= figures.round.goal == families
    assert figures.round.done + figures.tried <= families
    assert figures.month.goal <= families
    mine = [one for one in tries if one.mine and one.told and one.on in CALENDAR.month]
    assert figures.month.done <= len(mine)


@given(TRIES, st.permutations(range(8)))
def test_following_the_list_reaches_the_goal(tries: list[Try], order: list[int]) -> None:
    """Whoever tells each own family once has done what is asked for, whatever was before."""
    own = MANY[:8]
    figures = progress(Goals(), own, [*tries, *(told(each) for each in order)], CALENDAR)
    assert figures.month
    assert figures.round
    assert figures.round.left == 0
