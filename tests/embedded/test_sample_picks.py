"""The demo finds somebody to sign in as, families to show and events to invite to."""

from datetime import date
from functools import cache

from embedded.sample import District, Position, Shape, make_district
from embedded.sample.model import PLACEHOLDER_ADDRESS

TODAY = date(2026, 11, 24)


@cache
def sample() -> District:
    return make_district(today=TODAY)


def test_the_demo_s_teacher_has_all_three_families_in_class() -> None:
    district, picks = sample(), sample().picks
    (room,) = district.classes_of[picks.educator.id]
    for family in (picks.good_news, picks.separated, picks.arabic):
        assert set(family.student_ids) & set(room.student_ids)
    assert picks.coordinator.school_id == picks.educator.school_id == room.school_id
    assert picks.district.position is Position.DISTRICT
    assert picks.educator.id not in district.guardian


def test_the_demo_s_families_can_be_written_to() -> None:
    district, picks = sample(), sample().picks
    assert picks.good_news.language == "es"
    assert picks.separated.shape is Shape.SEPARATED
    assert {district.guardian[each].language for each in picks.arabic.guardian_ids} == {"ar"}
    languages = [district.guardian[each].language for each in picks.separated.guardian_ids]
    assert languages == ["en", "es"]
    for family in (picks.good_news, picks.separated, picks.arabic):
        addresses = {district.guardian[each].email for each in family.guardian_ids}
        assert len(addresses) == 2
        assert not addresses & {"", PLACEHOLDER_ADDRESS}


def test_two_school_events_are_ahead_on_school_days() -> None:
    titles = [event.title for event in sample().events]
    assert titles == ["Family Literacy and Math Night", "Coffee with the Principal"]
    for event in sample().events:
        assert TODAY < event.starts_at.date() <= event.ends_at.date()
        assert event.starts_at.tzinfo is not None
        assert event.starts_at < event.ends_at
