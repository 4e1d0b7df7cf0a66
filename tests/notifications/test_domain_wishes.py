"""What is true of wishes: at once, gathered, never, a pause; and of another address."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.domain import reasons
from services.notifications.domain.address_requests import (
    CONFIRM_WITHIN,
    AddressRequest,
    Why,
    why_staff,
)
from services.notifications.domain.gates import Circumstances, Go, Stop, Wait, judge
from services.notifications.domain.kinds import KINDS, Kind
from services.notifications.domain.settings import QuietHours, starting_settings
from services.notifications.domain.sight import in_force
from services.notifications.domain.wishes import Wishes, last_day_of, pause_of
from shared.errors import Conflict, Refused
from shared.messages import FlagsChanged
from tests.notifications.making import NOW, delivery

LIVE = starting_settings("demo")
ZONE = "America/New_York"
ALL = frozenset({"good_news", "events", "school", "safety", "legal"})
LATER = NOW + timedelta(days=10)


def _in(**over: Any) -> Circumstances:
    return replace(Circumstances(now=NOW, settings=LIVE), **over)


# --- a pause ------------------------------------------------------------------------------------


def test_letters_to_a_mailbox_that_pauses_wait_until_it_is_over() -> None:
    assert judge(delivery(), _in(paused_until=LATER)) == Wait(LATER, reasons.PAUSED)
    assert judge(delivery(), _in(paused_until=NOW)) == Go()


def test_a_letter_that_a_pause_outlasts_is_stopped_only_when_its_use_is_over() -> None:
    row = delivery(use_by=NOW + timedelta(days=1))
    assert judge(row, _in(paused_until=LATER)) == Wait(NOW + timedelta(days=1), reasons.PAUSED)
    later = _in(paused_until=LATER, now=NOW + timedelta(days=1))
    assert judge(row, later) == Stop(reasons.PAUSED_TOO_LONG)


def test_what_a_family_asked_for_and_mail_to_staff_pass_a_pause() -> None:
    paused = _in(paused_until=LATER)
    assert judge(delivery(kind="rsvp_confirmation"), paused) == Go()
    assert judge(delivery(kind="follow_ups_due", educator_id="e", household_id=""), paused) == Go()


def test_a_pause_ends_with_its_last_day_at_the_school() -> None:
    until = pause_of(date(2026, 12, 1), ZONE, NOW)
    assert until is not None
    assert until.astimezone(UTC) == datetime(2026, 12, 2, 5, tzinfo=UTC)
    assert last_day_of(until, ZONE) == date(2026, 12, 1)
    assert (pause_of(None, ZONE, NOW), last_day_of(None, ZONE)) == (None, None)
    today = NOW.date()
    assert pause_of(today + timedelta(days=90), ZONE, NOW)
    for wrong in (today - timedelta(days=1), today + timedelta(days=91)):
        with pytest.raises(Refused):
            pause_of(wrong, ZONE, NOW)


# --- what nobody can switch off -----------------------------------------------------------------


@pytest.mark.parametrize("category", ["safety", "legal"])
def test_safety_and_legal_notices_skip_wishes_quiet_hours_and_budget_and_nothing_else(
    category: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = Kind("announcement", category, routine=True)  # type: ignore[arg-type]
    monkeypatch.setitem(KINDS, "announcement", sample)
    row, settings = (
        delivery(kind="announcement"),
        LIVE.model_copy(update={"quiet_hours": QuietHours(), "routine_letters_a_week": 1}),
    )
    night = datetime(2026, 11, 25, 4, tzinfo=UTC)
    against = _in(
        now=night, settings=settings, stopped=ALL, digested=ALL, paused_until=LATER,
        routine_letters=(night - timedelta(hours=1),) * 9,
    )  # fmt: skip
    assert judge(row, against) == Go()
    assert judge(row, replace(against, flagged=True)) == Stop(reasons.FLAGGED)
    assert judge(row, replace(against, suppressed=True)) == Stop(reasons.SUPPRESSED_ADDRESS)


def test_what_is_kept_of_a_mailbox_says_what_holds_for_each_category() -> None:
    wishes = Wishes(of={"events": "never", "school": "digest"})
    assert [wishes.wish(each) for each in ("good_news", "events", "school")] == [
        "at_once", "never", "digest",
    ]  # fmt: skip
    assert [*wishes.those("never"), *wishes.those("digest")] == ["events", "school"]


# --- another address ----------------------------------------------------------------------------


def _request(**over: object) -> AddressRequest:
    base = {
        "request_id": "r", "household_id": "h", "guardian_ids": ("g",), "school_ids": ("s",),
        "before": "old@x.example", "mailbox": "new@x.example", "link_version": 1,
        "asked_at": NOW, "expires_at": NOW + CONFIRM_WITHIN,
    }  # fmt: skip
    return AddressRequest.model_validate({**base, **over})


@given(st.integers(0, 4), st.integers(0, 2), st.booleans(), st.booleans())
def test_nobody_needs_to_look_only_where_one_adult_reads_it_and_no_flag_stands(
    readers: int, others: int, flagged: bool, fresh: bool
) -> None:
    why = why_staff(readers=readers, others_there=others, flagged=flagged, flags_fresh=fresh)
    alone = readers <= 1 and others == 0 and not flagged and fresh
    assert (why == ()) == alone
    expected: dict[Why, bool] = {
        "shared": readers > 1, "flag": flagged, "known": others > 0, "unsure": not fresh,
    }  # fmt: skip
    assert set(why) == {each for each, holds in expected.items() if holds}


def test_a_request_is_confirmed_within_three_days_and_then_applied_or_looked_at() -> None:
    assert _request().open_at(NOW + timedelta(hours=71))
    assert not _request().open_at(NOW + timedelta(days=3))
    assert _request().confirmed((), NOW).state == "applied"
    waits = _request().confirmed(("flag",), NOW)
    assert (waits.state, waits.confirmed_at, waits.forget_at) == ("confirmed", NOW, None)
    assert not waits.open_at(NOW)


def test_a_refusal_says_why_and_a_decision_is_made_once() -> None:
    waits = _request().confirmed(("shared",), NOW)
    with pytest.raises(Refused, match="write why"):
        waits.decided("a", "Luz", NOW, approved=False, reason=" ")
    refused = waits.decided("a", "Luz", NOW, approved=False, reason="Not  hers")
    assert (refused.state, refused.reason, refused.decided_by) == ("refused", "Not hers", "a")
    assert refused.forget_at == NOW + timedelta(days=90)
    for done in (refused, _request(), _request().withdrawn(NOW)):
        with pytest.raises(Conflict):
            done.decided("a", "Luz", NOW, approved=True)


def test_of_flags_on_a_pair_the_last_word_counts() -> None:
    def flag(number: int, **over: object) -> FlagsChanged:
        pair = {"number": number, "guardian_id": "g", "student_id": "s"}
        return FlagsChanged.model_validate({**pair, **over})

    assert in_force([flag(1), flag(2, custody=True)])
    assert not in_force([flag(1, do_not_contact=True), flag(2)])
