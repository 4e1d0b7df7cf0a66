"""Several letters in one: beyond the budget, for who wants it so, and only what all may see."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.domain import reasons
from services.notifications.domain.delivery import Delivery
from services.notifications.domain.gates import Circumstances, Go, Together, Wait, judge
from services.notifications.domain.gathering import parted
from services.notifications.domain.settings import (
    WEEKDAYS,
    MailSettings,
    QuietHours,
    SchoolDays,
    next_digest,
    starting_settings,
)
from shared.messages import (
    FlagsChanged,
    HouseholdChanged,
)
from tests.notifications.making import (
    NOW,
    delivery,
)

LIVE = starting_settings("demo")
NEW_YORK = ZoneInfo("America/New_York")
KIM = "kim@family.example"


def _local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).astimezone(UTC)


# --- the moment for it ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "free", "comes"),
    [
        ("2026-11-24T10:00", [], "2026-11-27T15:00"),
        # Thanksgiving: the school day before it.
        ("2026-11-24T10:00", ["2026-11-25", "2026-11-26", "2026-11-27"], "2026-11-24T15:00"),
        ("2026-11-24T16:00", ["2026-11-25", "2026-11-26", "2026-11-27"], "2026-12-04T15:00"),
        # A week without school has none.
        ("2026-11-24T10:00", [f"2026-11-{day}" for day in range(23, 28)], "2026-12-04T15:00"),
        # The nights in which clocks change: three in the afternoon stays three.
        ("2026-10-30T15:00", [], "2026-11-06T15:00"),
        ("2027-03-12T15:00", [], "2027-03-19T15:00"),
    ],
)
def test_letters_come_together_on_the_day_of_the_week_or_the_school_day_before(
    now: str, free: list[str], comes: str
) -> None:
    days = SchoolDays(no_school_days=frozenset(map(date.fromisoformat, free)))
    assert next_digest(MailSettings(), days, _local(now)) == _local(comes)


@pytest.mark.parametrize("zone", ["America/New_York", "America/Phoenix"])
@pytest.mark.parametrize(
    ("asked", "free", "comes"),
    [
        # To the Monday after the nights in which clocks change in New York and not in Phoenix.
        ("2026-10-31T23:30", [], "2026-11-02T07:30"),
        ("2026-11-01T01:30", [], "2026-11-02T07:30"),
        ("2027-03-13T23:30", [], "2027-03-15T07:30"),
        # With a holiday on that Monday, and with a week of them.
        ("2026-10-31T23:30", ["2026-11-02"], "2026-11-03T07:30"),
        ("2027-03-13T23:30", [f"2027-03-{day}" for day in range(15, 20)], "2027-03-22T07:30"),
    ],
)
def test_the_nights_of_the_clocks_and_holidays_after_them_move_no_hour(
    zone: str, asked: str, free: list[str], comes: str
) -> None:
    days = SchoolDays(time_zone=zone, no_school_days=frozenset(map(date.fromisoformat, free)))
    settings = MailSettings(digest_day="monday", digest_at=time(7, 30))
    here = ZoneInfo(zone)
    now = datetime.fromisoformat(asked).replace(tzinfo=here).astimezone(UTC)
    found = next_digest(settings, days, now).astimezone(here)
    assert found.replace(tzinfo=None) == datetime.fromisoformat(comes)


def test_what_waits_a_week_for_room_over_an_autumn_night_does_not_come_before_seven() -> None:
    settings = MailSettings(school_days_only=False, all_schools_live=True)
    sent = tuple(_local(f"2026-10-{day}T07:10") for day in (31, 31, 31))
    now = _local("2026-11-04T12:00")
    verdict = judge(
        delivery(kind="announcement"),
        Circumstances(now=now, settings=settings, routine_letters=sent),
    )
    # Seven days of 24 hours later it is ten past six there.
    assert verdict == Wait(_local("2026-11-07T07:00"), reasons.BUDGET, gathers=True)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(WEEKDAYS),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.frozensets(st.integers(0, 20), max_size=12),
    st.booleans(),
)
def test_they_come_in_open_hours_and_within_the_weeks_that_have_school(
    now: datetime, day: Any, at: time, free: frozenset[int], only: bool
) -> None:
    settings = MailSettings(digest_day=day, digest_at=at, school_days_only=only)
    school_days = SchoolDays(
        no_school_days=frozenset(now.date() + timedelta(days=number) for number in free)
    )
    comes = next_digest(settings, school_days, now)
    local = comes.astimezone(NEW_YORK)
    assert now < comes < now + timedelta(days=36)
    assert not only or school_days.is_school_day(local.date())
    assert not QuietHours().cover(local.time())


# --- what waits for it ----------------------------------------------------------------------------


def _in(**over: Any) -> Circumstances:
    return replace(Circumstances(now=NOW, settings=LIVE), **over)


FRIDAY = _local("2026-11-27T15:00")
EVENTS = frozenset({"events"})


def test_who_wants_a_category_together_gets_it_on_the_day_of_the_week() -> None:
    news = delivery(kind="announcement", use_by=NOW + timedelta(days=14))
    wanted = judge(news, _in(digested=frozenset({"school"})))
    assert wanted == Wait(FRIDAY, reasons.WANTS_GATHERED, gathers=True)
    ripe = news.model_copy(update={"gather_at": FRIDAY})
    assert judge(ripe, _in(now=FRIDAY, digested=frozenset({"school"}))) == Together()


def test_what_wants_an_answer_is_about_one_family_or_puts_something_right_goes_at_once() -> None:
    everything = frozenset({"events", "school", "good_news"})
    invitation = delivery(kind="invitation")
    assert isinstance(judge(invitation, _in(digested=everything)), Wait)
    assert judge(invitation, _in(digested=everything, answer_by=FRIDAY)) == Go()
    for kind in ("good_news", "note", "rsvp_confirmation", "event_changed", "cancelled"):
        row = delivery(kind=kind, gather_at=NOW)
        assert judge(row, _in(digested=everything)) == Go(), kind


def test_nothing_waits_past_its_use() -> None:
    row = delivery(kind="invitation", use_by=FRIDAY)
    assert judge(row, _in(digested=EVENTS)) == Go()
    sent = tuple(NOW - timedelta(days=each) for each in (1, 2, 3))
    news = delivery(kind="announcement", use_by=NOW + timedelta(days=4))
    assert judge(news, _in(routine_letters=sent)) == Go()


def test_what_comes_together_finds_room_in_the_week_like_any_other() -> None:
    ripe = delivery(kind="announcement", gather_at=NOW)
    sent = tuple(NOW - timedelta(days=each) for each in (1, 2, 6))
    full = judge(ripe, _in(routine_letters=sent))
    assert full == Wait(NOW + timedelta(days=1), reasons.BUDGET, gathers=True)


@given(
    st.lists(st.integers(0, 24 * 40), min_size=1, max_size=60),
    st.integers(1, 4),
    st.frozensets(st.sampled_from(["school"])),
)
def test_in_any_seven_days_a_mailbox_gets_its_routine_letters_and_no_more(
    hours: list[int], limit: int, digested: frozenset[str]
) -> None:
    settings = LIVE.model_copy(update={"routine_letters_a_week": limit})
    waiting: list[tuple[datetime, datetime | None]]
    waiting = [(NOW + timedelta(hours=each), None) for each in sorted(hours)]
    left: list[datetime] = []
    carried = 0
    while waiting:
        now, gather_at = min(waiting, key=lambda each: each[0])
        c = Circumstances(
            now=now, settings=settings, digested=digested, routine_letters=tuple(left)
        )
        verdict = judge(delivery(kind="announcement", gather_at=gather_at), c)
        waiting.remove((now, gather_at))
        if isinstance(verdict, Wait):
            assert verdict.until > now
            waiting.append((verdict.until, verdict.until))
            continue
        left.append(now)
        carried += 1
        if isinstance(verdict, Together):
            along = [each for each in waiting if each[1] is not None]
            waiting = [each for each in waiting if each[1] is None]
            carried += len(along)
    assert carried == len(hours)
    for first, later in zip(left, left[limit:], strict=False):
        assert later - first >= timedelta(days=7)


# --- who may see it -------------------------------------------------------------------------------


def _home(name: str, *pupils: str, language: str = "en") -> HouseholdChanged:
    return HouseholdChanged(
        household_id=name, guardian_ids=(f"adult-{name}",), family_ids=(), student_ids=pupils,
        mailbox=KIM, language=language,
    )  # fmt: skip


def _for(home: str, *pupils: str) -> Delivery:
    return delivery(delivery_id=f"{home}-{pupils}", household_id=home, student_ids=pupils)


BOTH = (_for("kim", "a"), _for("pat", "b"))


@pytest.mark.parametrize(
    ("behind", "flags", "letters"),
    [
        ([_home("kim", "a", "b"), _home("pat", "a", "b")], [], 1),
        # One of them may not see a child of the other.
        ([_home("kim", "a"), _home("pat", "a", "b")], [], 2),
        # Somebody else reads there, too.
        ([_home("kim", "a", "b"), _home("pat", "a", "b"), _home("gran", "a")], [], 2),
        ([_home("kim", "a", "b", language="es"), _home("pat", "a", "b")], [], 2),
        (
            [_home("kim", "a", "b"), _home("pat", "a", "b")],
            [FlagsChanged(number=1, guardian_id="adult-pat", student_id="b", custody=True)],
            2,
        ),
        ([], [], 2),
    ],
)
def test_spouses_get_one_letter_only_with_what_everybody_at_the_address_may_see(
    behind: list[HouseholdChanged], flags: list[FlagsChanged], letters: int
) -> None:
    assert len(parted(BOTH, behind, flags)) == letters
