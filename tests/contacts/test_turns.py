"""Whose turn it is: a pure rule, tried with any history."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from services.contacts.domain.interpreters import Hours, Interpreting
from services.contacts.domain.invitations import ASKED_WITHIN, Invitation
from services.contacts.domain.suggestions import Suggested, Suggestion
from services.contacts.domain.turns import Cause, History, whose_turn
from shared.messages import Tone

TODAY = date(2026, 11, 24)
TERM = date(2026, 9, 1)
DAYS = st.none() | st.dates(TODAY - timedelta(days=400), TODAY)


MOMENT = datetime(2026, 11, 20, tzinfo=UTC)
NEWS = Suggested(
    suggestion=Suggestion(
        suggestion_id="s", student_id="p", family_id="f", what="read ten books", system="lms",
        achieved_at=MOMENT, heard_at=MOMENT,
    ),
    student="Maya",
)  # fmt: skip
FAIR = Invitation(event_id="e", school_id="oak", title="Science fair", closes_at=MOMENT)
CLOSES = st.none() | st.dates(TODAY, TODAY + ASKED_WITHIN)


THERE = Interpreting(
    language="ar", on=TODAY, hours=Hours(weekday=1, begins=time(14), ends=time(16))
)


def histories() -> st.SearchStrategy[list[History]]:
    one = st.builds(
        History,
        family_id=st.uuids().map(str),
        told_on=DAYS,
        tried_on=DAYS,
        spoken_on=DAYS,
        spoken_about=st.sampled_from(get_args(Tone)),
        concern_on=DAYS,
        term_began=st.sampled_from([None, TERM]),
        follow_up_on=DAYS,
        unanswered=st.sampled_from([None, FAIR]),
        answer_by=CLOSES,
        suggested=st.sampled_from([None, NEWS]),
        suggested_on=DAYS,
        interpreting=st.sampled_from([None, THERE]),
    )
    return st.lists(one, max_size=30, unique_by=lambda each: each.family_id)


def order(*held: History) -> list[str]:
    return [turn.family_id for turn in whose_turn(held, TODAY)]


def causes(held: History) -> list[Cause]:
    [turn] = whose_turn([held], TODAY)
    return [reason.cause for reason in turn.reasons]


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def test_who_never_heard_comes_before_who_heard_and_the_longest_wait_first() -> None:
    lately, long, never = (
        History("lately", told_on=ago(5)),
        History("long", told_on=ago(60)),
        History("never"),
    )
    assert order(lately, long, never) == ["never", "long", "lately"]


def test_a_concern_without_good_news_this_term_comes_first_and_never_after_a_try() -> None:
    worried = History("worried", told_on=ago(300), concern_on=ago(3), term_began=TERM)
    assert order(History("never"), worried) == ["worried", "never"]
    assert causes(worried) == ["concern_first", "told"]
    told = replace(worried, told_on=ago(30))
    assert order(History("never"), told) == ["never", "worried"]
    tried = replace(worried, tried_on=ago(2))
    assert order(History("never"), tried) == ["never", "worried"]


def test_a_concern_of_the_term_before_is_over() -> None:
    old = History("old", concern_on=TERM - timedelta(days=10), term_began=TERM)
    assert "concern_first" not in causes(old)
    assert "concern_first" in causes(replace(old, term_began=None))


def test_whom_a_colleague_spoke_with_yesterday_waits_behind_all_others() -> None:
    spoke = History("spoke", spoken_on=ago(1), spoken_about="information")
    assert order(spoke, History("heard", told_on=ago(2))) == ["heard", "spoke"]
    assert causes(spoke) == ["never_told", "last_about", "rests"]
    assert order(replace(spoke, spoken_on=ago(2)), History("heard", told_on=ago(3)))[0] == "spoke"


def test_a_try_says_so_and_counts_as_a_turn() -> None:
    tried = History("tried", told_on=ago(90), tried_on=ago(4), spoken_on=ago(4))
    assert causes(tried) == ["told", "tried"]
    assert order(tried, History("waits", told_on=ago(20))) == ["waits", "tried"]


def test_among_equals_a_follow_up_comes_first_then_an_invitation_then_a_suggestion() -> None:
    plain, news, silent, promised = (
        History("a", told_on=ago(20)),
        History("b", told_on=ago(20), suggested=NEWS, suggested_on=ago(4)),
        History("c", told_on=ago(20), unanswered=FAIR, answer_by=ago(-5)),
        History("d", told_on=ago(20), follow_up_on=ago(1)),
    )
    longer = History("e", told_on=ago(21))
    assert order(plain, news, silent, promised, longer) == ["e", "d", "c", "b", "a"]
    sooner = replace(silent, family_id="z", answer_by=ago(-2))
    assert order(silent, sooner) == ["z", "c"]
    every = replace(news, follow_up_on=ago(1), unanswered=FAIR, answer_by=ago(-5))
    assert causes(every) == ["told", "follow_up_due", "unanswered", "achieved"]


def test_an_unanswered_invitation_is_named_with_the_day_on_which_it_closes() -> None:
    [turn] = whose_turn([History("f", unanswered=FAIR, answer_by=ago(-5))], TODAY)
    [_, reason] = turn.reasons
    assert (reason.what, reason.on) == ("Science fair", ago(-5))


def test_that_an_interpreter_is_there_is_told_and_moves_nobody() -> None:
    plain, needing = (
        History("a", told_on=ago(20)),
        History("b", told_on=ago(20), interpreting=THERE),
    )
    assert order(needing, plain) == ["a", "b"]
    [turn] = whose_turn([needing], TODAY)
    assert [reason.cause for reason in turn.reasons] == ["told", "interpreter"]
    assert (turn.reasons[1].language, turn.reasons[1].hours) == ("ar", THERE.hours)


@given(histories(), st.randoms(use_true_random=False))
def test_nothing_to_do_or_to_tell_moves_anybody_before_a_longer_wait(
    held: list[History], chance: Random
) -> None:
    plain = [
        History(
            each.family_id, each.told_on, each.tried_on, each.spoken_on, each.spoken_about,
            each.concern_on, each.term_began,
        )
        for each in held
    ]  # fmt: skip
    by_id = {each.family_id: each for each in held}
    waits = [by_id[each].turn_on for each in order(*plain)]
    assert [by_id[each].turn_on for each in order(*chance.sample(held, len(held)))] == waits


@given(histories())
def test_everybody_stands_in_the_list_once_with_a_reason(held: list[History]) -> None:
    turns = whose_turn(held, TODAY)
    assert sorted(turn.family_id for turn in turns) == sorted(each.family_id for each in held)
    assert all(turn.reasons for turn in turns)


@given(
    histories(),
    st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=30, max_size=30),
)
def test_n_calls_by_the_list_reach_all_of_n_families_whatever_was_before(
    held: list[History], calls: list[tuple[int, bool]]
) -> None:
    families = {each.family_id: each for each in held}
    today, reached = TODAY, set[str]()
    for days, answered in calls[: len(held)]:
        today += timedelta(days=days)
        first = whose_turn(families.values(), today)[0].family_id
        reached.add(first)
        before = families[first]
        families[first] = replace(
            before,
            told_on=today if answered else before.told_on,
            tried_on=today,
            spoken_on=today,
            spoken_about="good_news",
        )
    assert reached == set(families) or _had_a_turn_that_day(families, reached)


def _had_a_turn_that_day(families: dict[str, History], reached: set[str]) -> bool:
    """Whoever had a turn on the very first day, before the first call, had it."""
    return all(families[each].turn_on == TODAY for each in families.keys() - reached)
