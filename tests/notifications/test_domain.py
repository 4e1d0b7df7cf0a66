"""What is true of deliveries, gates and settings."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.notifications.domain import reasons
from services.notifications.domain.delivery import HANDING_LASTS, STOPPABLE, WRITTEN, lapsed
from services.notifications.domain.gates import Circumstances, Go, Hold, Stop, Wait, judge
from services.notifications.domain.kinds import KINDS, kind_of
from services.notifications.domain.notice import differs_for_families, kind_of_note
from services.notifications.domain.settings import (
    MailSettings,
    QuietHours,
    SchoolDays,
    may_leave,
    starting_settings,
)
from shared.errors import Conflict, Permanent
from tests.notifications.making import FACTS, NOW, delivery

LIVE = starting_settings("demo")
NEW_YORK = ZoneInfo("America/New_York")


def _in(settings: MailSettings = LIVE, **over: Any) -> Circumstances:
    return replace(Circumstances(now=NOW, settings=settings), **over)


def _local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).astimezone(UTC)


# --- what a delivery may become -------------------------------------------------


def test_a_delivery_is_one_promise_for_one_mailbox() -> None:
    assert delivery().key == "good_news|contact-1||ana@family.example|mail"
    assert delivery(mailbox=None).key == "good_news|contact-1||household:household-1|mail"


def test_what_may_have_been_handed_over_can_no_longer_be_stopped() -> None:
    assert not STOPPABLE & WRITTEN
    for state in WRITTEN:
        with pytest.raises(Conflict):
            delivery(state=state).moved("suppressed", reasons.TAKEN_BACK, NOW)


def test_an_accepted_letter_never_leaves_again() -> None:
    for state in ("pending", "retry", "claimed", "handing"):
        with pytest.raises(Conflict):
            delivery(state="accepted").moved(state, reasons.READY, NOW)


def test_every_change_raises_the_version() -> None:
    claimed = delivery().moved("claimed", reasons.LEAVING, NOW)
    assert (claimed.version, claimed.handing(NOW).version) == (2, 3)


def test_a_stopped_sender_leaves_its_claimed_letters_to_the_next() -> None:
    claimed = delivery(state="claimed", claim="c", lease_until=NOW)
    again = lapsed(claimed, NOW)
    assert again is not None
    assert (again.state, again.claim) == ("pending", None)


def test_a_letter_in_the_middle_of_handing_over_becomes_unknown_and_is_not_resent() -> None:
    handing = delivery(state="handing", claim="c", lease_until=NOW)
    after = lapsed(handing, NOW)
    assert after is not None
    assert (after.state, after.claim) == ("unknown", "c")
    assert after.state not in STOPPABLE


def test_a_running_lease_is_left_alone() -> None:
    assert lapsed(delivery(state="handing", lease_until=NOW + timedelta(seconds=1)), NOW) is None
    assert lapsed(delivery(state="handing", lease_until=NOW + HANDING_LASTS), NOW) is None


def test_a_lease_that_a_wrong_clock_wrote_has_passed() -> None:
    far = NOW + timedelta(hours=1)
    after = lapsed(delivery(state="handing", claim="c", lease_until=far), NOW)
    assert after is not None
    assert after.state == "unknown"


def test_a_busy_mail_service_is_asked_again_ever_later_and_given_up_after_a_day() -> None:
    now, waits, row = NOW, [], delivery(state="claimed").handing(NOW)
    while (after := row.again(now, "450 later")).state == "retry":
        waits.append((after.due_at - now).total_seconds() / 60)
        now = after.due_at
        row = after.moved("claimed", reasons.LEAVING, now).handing(now)
    assert waits[:5] == [6, 10, 20, 30, 60]
    assert after.state == "dead"
    assert timedelta(hours=16) < now - NOW <= timedelta(hours=24)


def test_a_retry_past_the_use_of_the_letter_is_given_up_at_once() -> None:
    row = delivery(state="claimed", use_by=NOW + timedelta(seconds=30)).handing(NOW)
    assert row.again(NOW, "450").state == "dead"


# --- gates ------------------------------------------------------------


def test_a_letter_without_objection_goes() -> None:
    assert judge(delivery(), _in()) == Go()


def test_a_flag_comes_before_everything_else() -> None:
    verdict = judge(
        delivery(), _in(flagged=True, suppressed=True, stopped=frozenset({"good_news"}))
    )
    assert verdict == Stop(reasons.FLAGGED)


def test_while_flags_are_not_fresh_family_mail_waits() -> None:
    verdict = judge(delivery(), _in(flags_fresh=False))
    assert verdict == Wait(NOW + timedelta(seconds=30), reasons.FLAGS_NOT_FRESH)


def test_a_stopped_category_stops_only_its_own_letters() -> None:
    stopped = frozenset({"events"})
    assert judge(delivery(), _in(stopped=stopped)) == Go()
    assert judge(delivery(kind="invitation"), _in(stopped=stopped)) == Stop(reasons.UNSUBSCRIBED)


def test_a_confirmation_answers_the_familys_own_act_and_so_passes_an_earlier_stop() -> None:
    assert judge(delivery(kind="rsvp_confirmation"), _in(stopped=frozenset({"events"}))) == Go()


def test_an_address_that_came_back_gets_nothing_more() -> None:
    assert judge(delivery(), _in(suppressed=True)) == Stop(reasons.SUPPRESSED_ADDRESS)


def test_before_a_school_is_live_letters_are_held_and_expire() -> None:
    quiet = MailSettings(quiet_hours=None, school_days_only=False, held_days=2)
    assert judge(delivery(), _in(quiet)) == Hold(NOW + timedelta(days=2), reasons.QUIET_START)
    old = delivery(not_before=NOW - timedelta(days=2))
    assert judge(old, _in(quiet)) == Stop(reasons.HELD_TOO_LONG)


def test_a_reminder_that_is_promised_long_before_does_not_expire_before_it_might_leave() -> None:
    quiet = MailSettings(quiet_hours=None, school_days_only=False, held_days=2)
    promised = delivery(created_at=NOW - timedelta(days=20), not_before=NOW, state="held")
    assert judge(promised, _in(quiet)) == Hold(NOW + timedelta(days=2), reasons.QUIET_START)


def test_an_allowed_address_gets_letters_before_the_school_is_live() -> None:
    quiet = MailSettings(quiet_hours=None, school_days_only=False)
    assert judge(delivery(), _in(quiet, allow_listed=True)) == Go()


def test_one_school_can_be_live_before_the_others() -> None:
    settings = MailSettings(live_school_ids=("school-1",), quiet_hours=None, school_days_only=False)
    assert judge(delivery(), _in(settings)) == Go()
    assert isinstance(judge(delivery(school_id="school-2"), _in(settings)), Hold)


def test_a_letter_past_its_use_is_not_sent() -> None:
    assert judge(delivery(use_by=NOW), _in()) == Stop(reasons.EXPIRED)


def test_quiet_hours_end_in_the_schools_own_time() -> None:
    settings = LIVE.model_copy(update={"quiet_hours": QuietHours()})
    evening = _local("2026-11-24T21:30")
    verdict = judge(delivery(), Circumstances(now=evening, settings=settings))
    assert verdict == Wait(_local("2026-11-25T07:00"), reasons.QUIET_HOURS)
    california = SchoolDays(time_zone="America/Los_Angeles")
    assert (
        judge(delivery(), Circumstances(now=evening, settings=settings, school=california)) == Go()
    )


def test_a_letter_is_not_held_past_its_use_by_quiet_hours() -> None:
    settings = LIVE.model_copy(update={"quiet_hours": QuietHours()})
    evening = _local("2026-11-24T21:30")
    early = delivery(kind="event_changed", use_by=_local("2026-11-25T06:30"))
    assert judge(early, Circumstances(now=evening, settings=settings)) == Go()


def test_on_a_free_day_letters_wait_for_the_next_school_day() -> None:
    settings = MailSettings(all_schools_live=True)
    # Thanksgiving: Thursday and Friday off, then the weekend.
    school = SchoolDays(no_school_days=frozenset({date(2026, 11, 26), date(2026, 11, 27)}))
    thanksgiving = _local("2026-11-26T10:00")
    verdict = judge(delivery(), Circumstances(now=thanksgiving, settings=settings, school=school))
    assert verdict == Wait(_local("2026-11-30T07:00"), reasons.SCHOOL_DAY)


def _budgeted(count: int) -> Circumstances:
    sent = tuple(NOW - timedelta(days=each + 1) for each in range(count))
    return _in(routine_letters=sent)


def test_routine_letters_beyond_the_budget_wait_until_there_is_room() -> None:
    assert judge(delivery(kind="announcement"), _budgeted(2)) == Go()
    verdict = judge(delivery(kind="announcement"), _budgeted(3))
    assert verdict == Wait(NOW + timedelta(days=4), reasons.BUDGET, gathers=True)


def test_a_note_to_one_family_and_what_wants_an_answer_never_wait_for_the_budget() -> None:
    for kind in (
        "good_news", "note", "invitation", "rsvp_confirmation", "event_changed", "waitlist",
        "lunch_drawn", "lunch", "visit_proposed", "visit", "shift", "survey", "policy",
    ):  # fmt: skip
        assert judge(delivery(kind=kind), _budgeted(50)) == Go()
    assert [name for name, kind in KINDS.items() if kind.routine] == [
        "announcement",
        "digest",
        "system_notice",
    ]


# --- settings ------------------------------------------------------------


def test_production_starts_quietly_and_the_demo_is_live_at_once() -> None:
    quiet = starting_settings("production")
    assert not quiet.live("any")
    assert (quiet.take_back_seconds, quiet.routine_letters_a_week) == (600, 3)
    assert LIVE.live("any")
    assert (LIVE.take_back_seconds, LIVE.quiet_hours) == (0, None)


def test_a_mistyped_setting_is_refused() -> None:
    with pytest.raises(ValidationError, match="take_back_second"):
        MailSettings.model_validate({"take_back_second": 5})
    with pytest.raises(ValidationError, match="never stop"):
        MailSettings(quiet_hours=QuietHours(begins=time(7), ends=time(7)))


@pytest.mark.parametrize(
    ("night", "opens"),
    [("2026-10-31T23:00", "2026-11-01T07:00"), ("2027-03-13T23:00", "2027-03-14T07:00")],
)
def test_seven_in_the_morning_stays_seven_when_the_clocks_change(night: str, opens: str) -> None:
    settings = MailSettings(school_days_only=False)
    until, _ = may_leave(settings, SchoolDays(), _local(night))
    assert until == _local(opens)


def test_quiet_hours_in_the_middle_of_the_day_end_the_same_day() -> None:
    settings = MailSettings(
        school_days_only=False, quiet_hours=QuietHours(begins=time(12), ends=time(13))
    )
    assert may_leave(settings, SchoolDays(), _local("2026-11-24T12:20"))[0] == _local(
        "2026-11-24T13:00"
    )


_moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
_times = st.times().map(lambda t: t.replace(second=0, microsecond=0))


@given(_moments, _times, _times, st.booleans(), st.sampled_from(["America/New_York", "UTC"]))
def test_mail_leaves_only_in_open_hours_and_never_in_the_past(
    now: datetime, begins: time, ends: time, days: bool, zone: str
) -> None:
    if begins == ends:
        return
    quiet = QuietHours(begins=begins, ends=ends)
    settings = MailSettings(quiet_hours=quiet, school_days_only=days)
    school = SchoolDays(time_zone=zone)
    until, _ = may_leave(settings, school, now)
    assert now <= until < now + timedelta(days=5)
    local = until.astimezone(ZoneInfo(zone))
    assert not days or school.is_school_day(local.date())
    # In the hour that spring skips a time stands for the next one, which may be quiet by name only.
    skipped = local.replace(tzinfo=None) != datetime.combine(local.date(), ends) and until != now
    assert skipped or not quiet.cover(local.time())


# --- kinds and notices ----------------------------------------------------------


def test_an_unknown_kind_of_letter_is_refused_with_the_kinds_there_are() -> None:
    with pytest.raises(Permanent, match="good_news"):
        kind_of("chain_letter")


def test_a_concern_does_not_come_under_the_heading_of_good_news() -> None:
    assert kind_of_note("good_news") == "good_news"
    assert kind_of_note("concern") == "note"


def test_families_are_told_of_a_new_time_but_not_of_a_mended_comma() -> None:
    assert differs_for_families(FACTS, FACTS.model_copy(update={"place": "Library"}))
    assert not differs_for_families(FACTS, FACTS.model_copy(update={"description": "Bring all."}))
