"""The past of the sample district is plausible and always the same."""

from collections import Counter
from datetime import UTC, date, timedelta
from functools import cache
from itertools import pairwise
from typing import get_args

from embedded.sample import District, PastContact, history, is_school_day, make_district
from shared import messages


@cache
def sample() -> District:
    return make_district(today=date(2026, 11, 24))


@cache
def past() -> tuple[PastContact, ...]:
    return tuple(history(sample(), 1116, 90))


def test_the_same_seed_gives_the_same_past() -> None:
    assert tuple(history(sample(), 1116, 90)) == past()
    assert tuple(history(sample(), 2, 90)) != past()


def test_there_is_enough_of_it() -> None:
    assert 800 < len(past()) < 3000


def test_it_uses_the_words_of_the_platform() -> None:
    for contact in past():
        assert contact.channel in get_args(messages.Channel)
        assert contact.direction in get_args(messages.Direction)
        assert contact.tone in get_args(messages.Tone)
        assert contact.outcome in get_args(messages.Outcome)


def test_it_lies_on_school_days_before_today_oldest_first() -> None:
    assert all(one.at <= two.at for one, two in pairwise(past()))
    for contact in past():
        assert contact.at.tzinfo is UTC
        assert is_school_day(sample().year, contact.at.date())
        assert sample().today - timedelta(days=90) <= contact.at.date() < sample().today


def test_everybody_in_it_exists_and_belongs_together() -> None:
    educators = {educator.id for educator in sample().educators}
    for contact in past():
        assert contact.educator_id in educators
        assert contact.student_id in sample().student
        if contact.guardian_id:
            adults = sample().ties_of[contact.student_id]
            assert contact.guardian_id in {tie.guardian_id for tie in adults}


def test_nobody_spoke_with_an_adult_who_may_not_hear_about_the_child() -> None:
    barred = {(tie.guardian_id, tie.student_id) for tie in sample().ties if not tie.may_see_record}
    assert not any((each.guardian_id, each.student_id) in barred for each in past())


def test_some_families_hear_often_and_some_never() -> None:
    heard = Counter(contact.student_id for contact in past())
    assert 0.15 < 1 - len(heard) / len(sample().students) < 0.6
    assert max(heard.values()) > 5


def test_years_of_past_can_be_had() -> None:
    first = next(history(sample(), 1116, 1095))
    assert first.at.date() < date(2024, 1, 1)
