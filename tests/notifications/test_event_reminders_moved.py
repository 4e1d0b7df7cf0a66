"""Reminders when the event changes, and in the hours and calendars of schools."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.notifications.domain import reasons
from services.notifications.domain.settings import QuietHours, SchoolHours
from shared.identity import Viewer
from shared.messages import (
    EventCancelled,
    FlagsAsOf,
)
from shared.outbox import Work
from tests.notifications.conftest import Bench
from tests.notifications.making import FACTS, school
from tests.notifications.reminding import (
    ASKED_AT,
    COMES_AT,
    GOMEZ,
    PLAIN,
    answers,
    at,
    changed,
    coming,
    local,
    published,
    subjects,
)
from tests.notifications.site import Site

# --- the event changes ----------------------------------------------------------------------------


async def test_a_later_day_moves_all_reminders_and_they_say_so(bench: Bench) -> None:
    await published(bench)
    await answers(bench, "yes")
    week = timedelta(days=7)
    later = {name: getattr(FACTS, name) + week for name in ("starts_at", "ends_at", "reply_by")}
    await changed(bench, place="Library", **later)
    (row,) = await coming(bench)
    assert (row.due_at, row.use_by) == (COMES_AT + week, FACTS.starts_at + week)
    assert (await bench.row("kim", kind="answer_reminder")).due_at == ASKED_AT + week
    await at(bench, COMES_AT)
    assert "Recordatorio" not in subjects(bench, GOMEZ)
    await at(bench, COMES_AT + week)
    mail = bench.sink.letters_to(GOMEZ)[-1]
    assert mail["Subject"].startswith("Recordatorio")
    body = mail.get_body(("plain",))
    assert body is not None
    assert "Library" in body.get_content()


async def test_what_a_letter_about_the_change_just_told_is_not_told_again(bench: Bench) -> None:
    await published(bench)
    await answers(bench, "yes")
    await at(bench, COMES_AT - timedelta(hours=20))
    await changed(bench, place="Library")
    (row,) = await coming(bench)
    assert (row.state, row.reason) == ("suppressed", reasons.NEWER_LETTER)
    await at(bench, COMES_AT)
    assert subjects(bench, GOMEZ)[-1] == "Tome nota del cambio"


async def test_a_mended_description_leaves_the_reminder_where_it_is(bench: Bench) -> None:
    await published(bench)
    await answers(bench, "yes")
    await at(bench, COMES_AT - timedelta(hours=1))
    await changed(bench, description="Bring everybody.")
    await at(bench, COMES_AT)
    mail = bench.sink.letters_to(GOMEZ)[-1]
    assert mail["Subject"].startswith("Recordatorio")
    body = mail.get_body(("plain",))
    assert body is not None
    assert "Bring everybody." in body.get_content()


async def test_who_was_reminded_is_reminded_again_only_of_another_time(bench: Bench) -> None:
    await published(bench)
    await answers(bench, "yes")
    await at(bench, COMES_AT)
    await changed(bench, 2, place="Library")
    assert len(await coming(bench)) == 1
    put_off = {name: getattr(FACTS, name) + timedelta(days=7) for name in ("starts_at", "ends_at")}
    await changed(bench, 3, place="Library", **put_off)
    old, new = await coming(bench)
    assert (old.state, new.state) == ("accepted", "pending")
    assert new.due_at == COMES_AT + timedelta(days=7)


async def test_what_is_told_twice_is_promised_once(bench: Bench) -> None:
    week = timedelta(days=7)
    later = {name: getattr(FACTS, name) + week for name in ("starts_at", "ends_at", "reply_by")}
    for _ in range(2):
        await published(bench)
        await answers(bench, "maybe", home="kim")
    for _ in range(2):
        await changed(bench, 2, **later)
        await published(bench)
        await answers(bench, "maybe", home="kim")
    (row,) = await coming(bench, "kim")
    assert row.due_at == COMES_AT + week
    assert len(await bench.rows(kind="answer_reminder")) == 4
    await at(bench, COMES_AT + week)
    await answers(bench, "maybe", home="kim")
    assert subjects(bench, "kim@family.example").count("Reminder") == 1


async def test_an_earlier_day_that_is_near_leaves_no_time_to_remind(bench: Bench) -> None:
    await published(bench)
    await answers(bench, "yes")
    earlier: dict[str, Any] = {
        "starts_at": local("2026-11-26T18:00"),
        "ends_at": local("2026-11-26T20:00"),
    }
    await changed(bench, **earlier, reply_by=local("2026-11-25T12:00"))
    rows = await bench.rows(kind="event_reminder") + await bench.rows(kind="answer_reminder")
    assert {(row.state, row.reason) for row in rows} <= {
        ("suppressed", reasons.NEWER_LETTER), ("suppressed", reasons.ANSWERED)
    }  # fmt: skip


async def test_an_answer_that_is_wanted_by_a_day_only_later_is_asked_for_once(bench: Bench) -> None:
    await published(bench, PLAIN)
    await answers(bench, "yes")
    await changed(bench)
    rows = await bench.rows(kind="answer_reminder")
    assert {row.household_id for row in rows} == {
        "household-li", "household-kim", "household-pat"
    }  # fmt: skip
    assert {row.due_at for row in rows} == {ASKED_AT}


async def test_a_cancelled_event_withdraws_its_reminders(bench: Bench) -> None:
    await published(bench)
    await answers(bench, "yes")
    await bench.tell(EventCancelled(event_id="event-1", facts=FACTS, reason="Snow."), version=2)
    await bench.settle()
    rows = [row for row in await bench.rows() if row.kind.endswith("_reminder")]
    assert {(row.state, row.reason) for row in rows} == {
        ("suppressed", reasons.EVENT_CANCELLED), ("suppressed", reasons.ANSWERED)
    }  # fmt: skip
    await answers(bench, "maybe", 2)
    assert len(await coming(bench)) == 1
    await at(bench, COMES_AT)
    assert "Recordatorio" not in subjects(bench, GOMEZ)


# --- hours, calendars and nights ------------------------------------------------------------------


async def test_a_holiday_moves_it_before_and_one_that_comes_late_does_not_carry_it_past_the_event(
    bench: Bench,
) -> None:
    free = (date(2026, 12, 2), date(2026, 12, 1))
    await bench.tell(school().model_copy(update={"no_school_days": free}), version=2)
    await published(bench, PLAIN)
    await answers(bench, "yes")
    (row,) = await coming(bench)
    assert row.due_at == local("2026-11-30T07:00")
    # Snow on the very morning: it waits for school, which comes before the event.
    snow = (*free, date(2026, 11, 30))
    await bench.tell(school().model_copy(update={"no_school_days": snow}), version=3)
    await at(bench, row.due_at)
    (row,) = await coming(bench)
    assert (row.reason, row.due_at) == (reasons.SCHOOL_DAY, local("2026-12-03T07:00"))
    await at(bench, row.due_at)
    assert (await coming(bench))[0].state == "accepted"


async def test_a_school_with_hours_of_its_own_reminds_when_it_opens(bench: Bench) -> None:
    own = SchoolHours(
        quiet_hours=QuietHours(begins=time(16), ends=time(9, 30)), school_days_only=True
    )

    async def body(work: Work) -> None:
        await bench.room.store.choices.keep_hours("school-1", own, "test", work)

    await bench.room.units.run(body)
    await published(bench)
    await answers(bench, "yes")
    assert (await coming(bench))[0].due_at == local("2026-12-02T09:30")


@pytest.mark.parametrize(
    ("zone", "sent"),
    [("America/New_York", "2027-03-12T12:00"), ("America/Phoenix", "2027-03-12T14:00")],
)
async def test_an_event_on_the_monday_after_the_spring_night_is_reminded_of_on_friday_at_seven(
    bench: Bench, zone: str, sent: str
) -> None:
    bench.clock.move(local("2027-03-02T10:00") - bench.clock.now())
    await bench.tell(FlagsAsOf(number=0, as_of=bench.clock.now()))
    await bench.tell(school().model_copy(update={"time_zone": zone}), version=2)
    begins = datetime(2027, 3, 15, 18, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    over = {"starts_at": begins, "ends_at": begins + timedelta(hours=1), "time_zone": zone}
    await published(bench, PLAIN, **over)
    await answers(bench, "yes")
    (row,) = await coming(bench)
    assert row.due_at == datetime.fromisoformat(sent).replace(tzinfo=UTC)
    await at(bench, row.due_at)
    assert (await coming(bench))[0].handed_at == row.due_at


async def test_a_paused_family_is_reminded_within_the_use_of_it_or_not_at_all(bench: Bench) -> None:
    await published(bench)
    await answers(bench, "yes")

    async def body(work: Work) -> None:
        await bench.room.store.choices.pause(GOMEZ, local("2026-12-20T00:00"), work)

    await bench.room.units.run(body)
    await at(bench, COMES_AT)
    (row,) = await coming(bench)
    assert (row.reason, row.due_at) == (reasons.PAUSED, FACTS.starts_at)
    await at(bench, FACTS.starts_at)
    assert (await coming(bench))[0].reason == reasons.PAUSED_TOO_LONG


async def test_the_page_of_the_event_shows_reminders_with_their_day_and_why_there_is_none(
    bench: Bench, site: Site
) -> None:
    await published(bench)
    await answers(bench, "yes")
    viewer = Viewer(account_id="a", role="office", school_ids=frozenset({"school-1"}))
    async with site.browser(viewer) as browser:
        shown = (await browser.get("/notifications/events/event-1")).text
    assert "Reminder of an event" in shown
    assert "Reminder to answer" in shown
    assert "It waits for the day on which families are reminded." in shown
    assert "Wed, Dec 2" in shown
    assert "The family answered, so it is not reminded to answer." in shown
