"""Campaigns: their days, how they end, and how full the thermometer is."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contacts.domain.campaigns import (
    FEWEST_SHOWN,
    LONGEST,
    Campaign,
    CampaignDraft,
    Thermometer,
    may_plan,
    thermometer,
)
from shared.errors import Conflict, Refused
from shared.messages import EventFacts
from tests.contacts.conftest import staff_viewer

ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 18, 15, 0, tzinfo=UTC)
COORDINATOR = staff_viewer("coordinator", "maple")
HOUR = timedelta(hours=1)


def draft(**facts: object) -> CampaignDraft:
    usual = {
        "name": " American Education Week ",
        "begins": date(2026, 11, 16),
        "ends": date(2026, 11, 20),
        "goal": 50,
    }
    return CampaignDraft.model_validate({**usual, **facts})


def planned(**facts: object) -> Campaign:
    return Campaign.planned("c1", "maple", draft(**facts), COORDINATOR, NOW)


def test_its_days_are_the_schools_and_the_last_one_counts() -> None:
    campaign = planned()
    assert campaign.name == "American Education Week"
    first = datetime(2026, 11, 16, 5, 0, tzinfo=UTC)
    after = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)
    assert campaign.span(ZONE) == (first, after)
    moments = (first - HOUR, first, after - HOUR, after)
    standings = [campaign.standing(at, ZONE) for at in moments]
    assert standings == ["coming", "running", "running", "over"]


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"ends": date(2026, 11, 15)}, "before the first"),
        ({"ends": date(2026, 11, 16) + timedelta(days=LONGEST)}, "three months"),
        ({"goal": 101, "goal_is": "percent"}, "100 percent"),
        ({"event_ids": tuple(map(str, range(21)))}, "20 events"),
    ],
)
def test_what_can_not_be_is_refused_with_the_reason(facts: dict[str, object], why: str) -> None:
    with pytest.raises(Refused, match=why):
        planned(**facts)


def test_it_ends_early_once_and_only_while_it_runs() -> None:
    campaign = planned()
    ended = campaign.ended(NOW, ZONE)
    assert ended.standing(NOW, ZONE) == "over"
    assert ended.span(ZONE)[1] == NOW
    with pytest.raises(Conflict, match="running"):
        ended.ended(NOW + HOUR, ZONE)
    with pytest.raises(Conflict, match="running"):
        campaign.ended(NOW - timedelta(days=9), ZONE)


def test_other_words_leave_an_early_end_and_another_last_day_lifts_it() -> None:
    ended = planned().ended(NOW, ZONE)
    assert ended.edited(draft(words="Thank you."), NOW).ended_at == NOW
    longer = ended.edited(draft(ends=date(2026, 11, 25)), NOW)
    assert longer.standing(NOW, ZONE) == "running"
    assert longer.version == 3


def test_families_see_it_from_two_weeks_before_until_two_weeks_after() -> None:
    campaign = planned()
    first, after = campaign.span(ZONE)
    fortnight = timedelta(days=14)
    moments = (first - fortnight - HOUR, first - fortnight, after + fortnight - HOUR,
               after + fortnight)  # fmt: skip
    assert [campaign.is_told_of(at, ZONE) for at in moments] == [False, True, True, False]


def test_a_share_is_of_all_families_of_the_school() -> None:
    half = planned(goal=50, goal_is="percent")
    assert thermometer(half, 3, 41) == Thermometer(3, 21)
    assert thermometer(half, 0, 0) == Thermometer(0, 1)
    assert thermometer(planned(goal=50), 3, 41) == Thermometer(3, 50)


@given(st.integers(0, 5000), st.integers(1, 5000))
def test_it_is_never_fuller_than_full_and_full_only_when_the_goal_is_reached(
    told: int, wanted: int
) -> None:
    shown = Thermometer(told, wanted)
    assert 0 <= shown.percent <= 100
    assert (shown.percent == 100) == (told >= wanted)
    assert shown.is_public == (told >= FEWEST_SHOWN)


def test_an_event_is_of_the_campaign_by_the_day_on_which_it_begins_at_the_school() -> None:
    late = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
    event = EventFacts(
        event_id="e", school_id="maple", title="Open house", starts_at=late, ends_at=late + HOUR,
        time_zone="America/New_York",
    )  # fmt: skip
    assert planned().holds(event, ZONE)
    next_day = {"starts_at": late + timedelta(days=1)}
    assert not planned().holds(event.model_copy(update=next_day), ZONE)


@pytest.mark.parametrize(
    ("role", "school", "may"),
    [
        ("coordinator", "maple", True), ("principal", "maple", True), ("district", "", True),
        ("coordinator", "oak", False), ("educator", "maple", False), ("office", "maple", False),
    ],
)  # fmt: skip
def test_who_plans(role: str, school: str, may: bool) -> None:
    assert may_plan("maple", staff_viewer(role, *([school] if school else []))) is may
