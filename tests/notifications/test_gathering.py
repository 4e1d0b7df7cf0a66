"""Several letters in one: beyond the budget, for who wants it so, and only what all may see."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from services.notifications.actions.choosing import open_stop_link, stop_letters
from services.notifications.actions.handing import begin_handing
from services.notifications.actions.preparing import prepare
from services.notifications.actions.resolving import resolve
from services.notifications.actions.spreading import spread
from services.notifications.domain import reasons
from services.notifications.domain.delivery import Delivery
from services.notifications.domain.gates import Circumstances, Go, Together, Wait, judge
from services.notifications.domain.gathering import parted
from services.notifications.domain.settings import (
    WEEKDAYS,
    MailSettings,
    QuietHours,
    SchoolDays,
    SchoolHours,
    next_digest,
    starting_settings,
)
from shared.messages import (
    EventPublished,
    FlagsAsOf,
    FlagsChanged,
    HouseholdChanged,
    NoticeAccepted,
    NoticeBounced,
    NoticeNotSent,
    NoticeRequested,
)
from tests.notifications.conftest import EVERYTHING, Bench
from tests.notifications.making import FACTS, NOW, contact, delivery, school

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
    waiting = [(NOW + timedelta(hours=each), None) for each in sorted(hours)]
    left: list[datetime] = []
    carried = 0
    while waiting:
        now, gather_at = min(waiting, key=lambda each: each[0])
        c = Circumstances(now=now, settings=settings, digested=digested, routine_letters=tuple(left))
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


# --- on its way -----------------------------------------------------------------------------------


async def later(bench: Bench, **step: float) -> None:
    bench.clock.move(timedelta(**step))
    await bench.tell(FlagsAsOf(number=0, as_of=bench.clock.now()))
    await bench.settle()


def news(number: int, *homes: str, school_id: str = "school-1", title: str = "") -> NoticeRequested:
    return NoticeRequested(
        notice_id=f"news-{number}", kind="announcement", about=school_id,
        household_ids=tuple(f"household-{home}" for home in homes or ("kim",)),
        values={"title": title or f"News {number}", "words": "Come!", "signed": "Ms. Chen"},
    )  # fmt: skip


async def waiting(bench: Bench, more: int = 2) -> list[Delivery]:
    """One letter left, so that these wait for a week."""
    await bench.set(routine_letters_a_week=1)
    await bench.tell(*(news(number) for number in range(1 + more)))
    await bench.settle()
    rows = await bench.rows(state="pending")
    assert [row.reason for row in rows] == [reasons.BUDGET] * more
    return rows


async def test_what_waited_comes_in_one_letter_of_which_each_part_is_told(bench: Bench) -> None:
    rows = await waiting(bench)
    await later(bench, days=7)
    assert len(bench.sink.letters_to(KIM)) == 2
    (digest,) = await bench.rows(kind="digest")
    assert digest.state == "accepted"
    for row in await bench.rows(state="merged"):
        assert (row.reason, row.digest_id) == (reasons.TOGETHER_ACCEPTED, digest.delivery_id)
    told = [each.open() for each in await bench.told()]
    accepted = [each.delivery_id for each in told if isinstance(each, NoticeAccepted)]
    assert set(accepted) >= {row.delivery_id for row in rows}
    assert digest.delivery_id not in accepted
    body = bench.sink.letters_to(KIM)[1].get_body(("plain",))
    assert body is not None
    assert "News 1" in body.get_content()
    assert "News 2" in body.get_content()


async def test_one_letter_that_waited_alone_comes_as_it_is(bench: Bench) -> None:
    (row,) = await waiting(bench, more=1)
    await later(bench, days=7)
    assert {each.delivery_id: each.state for each in await bench.rows()}[row.delivery_id] == "accepted"
    assert await bench.rows(kind="digest") == []


async def test_what_was_not_taken_goes_again_and_what_is_unclear_does_not(bench: Bench) -> None:
    rows = await waiting(bench)
    bench.sink.rcpt = {KIM: "450 greylisted"}
    await later(bench, days=7)
    (first,) = await bench.rows(kind="digest")
    assert (first.state, first.reason) == ("dead", reasons.MAIL_SERVICE_BUSY)
    again = await bench.rows(state="retry")
    assert {row.delivery_id for row in again} == {row.delivery_id for row in rows}
    bench.sink.rcpt, bench.sink.cut_after_dot = {}, {KIM}
    await later(bench, minutes=1)
    bench.sink.cut_after_dot = set()
    (unclear,) = await bench.rows(state="unknown")
    merged = await bench.rows(state="merged")
    assert {row.reason for row in merged} == {reasons.TOGETHER_UNCLEAR}
    await later(bench, days=1)
    assert len(bench.sink.letters_to(KIM)) == 2
    await resolve(bench.room, unclear.delivery_id, "lost", seen_by=EVERYTHING)
    told = [each.open() for each in await bench.told()]
    lost = {each.delivery_id for each in told if isinstance(each, NoticeNotSent)}
    assert lost == {row.delivery_id for row in rows}


async def test_what_came_back_came_back_for_each_part(bench: Bench) -> None:
    rows = await waiting(bench)
    await later(bench, days=7)
    (digest,) = await bench.rows(kind="digest")
    await resolve(bench.room, digest.delivery_id, "came_back", seen_by=EVERYTHING)
    told = [each.open() for each in await bench.told()]
    back = {each.delivery_id for each in told if isinstance(each, NoticeBounced)}
    assert back == {row.delivery_id for row in rows}
    assert {row.state for row in await bench.rows() if row.digest_id} == {"dead"}


async def test_what_was_stopped_while_it_was_written_holds_the_others_up_for_a_moment(
    bench: Bench,
) -> None:
    await waiting(bench, more=3)
    bench.clock.move(timedelta(days=7))
    await bench.tell(FlagsAsOf(number=0, as_of=bench.clock.now()))
    batch = await bench.room.store.deliveries.claim("claim-1", bench.clock.now(), 1)
    ready = await prepare(bench.room, batch)
    assert [len(each.parts) for each in ready] == [3]
    flag = FlagsChanged(
        number=1, guardian_id="guardian-smith-kim", student_id="student-smith", custody=True
    )
    await bench.tell(flag)
    await bench.tell(FlagsAsOf(number=1, as_of=bench.clock.now()))
    assert await begin_handing(bench.room, ready) == {}
    assert {row.state for row in await bench.rows()} == {"accepted", "suppressed"}


async def test_siblings_and_schools_and_dates_come_in_one_letter(bench: Bench) -> None:
    await bench.know(school("school-2", "Oak Middle"))
    await bench.set(routine_letters_a_week=1)
    dated = FACTS.model_copy(update={"reply_by": None})
    await bench.tell(news(0), news(1), news(2, school_id="school-2", title="Band"))
    await bench.settle()
    await bench.tell(EventPublished(event_id="event-1", facts=dated))
    gathers = {"gather_at": NOW + timedelta(days=7)}
    await _wanted_together(bench, gathers)
    await later(bench, days=7)
    (mail,) = bench.sink.letters_to(KIM)[1:]
    assert mail["Subject"] == "News from school: Literacy & math night · News 1 · Band"
    (ics,) = [part for part in mail.walk() if part.get_filename() == "invitation.ics"]
    (event,) = Calendar.from_ical(ics.get_payload(decode=True)).walk("VEVENT")
    assert event["UID"] == "event-1@schools.example"
    body = mail.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert "Maple Elementary" in text
    assert "Oak Middle" in text
    assert "/events/rsvp/" in text
    await _its_stop_link_stops_what_it_brought(bench, str(mail["List-Unsubscribe"]))


async def _wanted_together(bench: Bench, gathers: dict[str, object]) -> None:
    """The family asked for events together, as its own page will keep it."""
    await spread(bench.room)
    rows = [row for row in await bench.rows(kind="invitation") if row.mailbox == KIM]

    async def body(work: Any) -> None:
        changed = [
            row.model_copy(update={**gathers, "due_at": gathers["gather_at"], "version": 2})
            for row in rows
        ]
        await bench.room.store.deliveries.put(changed, work)

    await bench.room.units.run(body)


async def _its_stop_link_stops_what_it_brought(bench: Bench, header: str) -> None:
    token = header.strip("<>").rpartition("/")[2]
    link = await open_stop_link(bench.room, token)
    assert link.categories == ("events", "school")
    await stop_letters(bench.room, link, "one_click")
    assert await bench.room.store.choices.stopped([KIM]) == {KIM: {"events", "school"}}


async def test_a_school_keeps_hours_of_its_own(bench: Bench) -> None:
    hours = SchoolHours(quiet_hours=QuietHours(begins=time(9), ends=time(16)), school_days_only=True)

    async def body(work: Any) -> None:
        await bench.room.store.choices.keep_hours("school-1", hours, "test", work)

    await bench.room.units.run(body)
    await bench.tell(contact("gomez"))
    await bench.settle()
    row = await bench.row("gomez")
    assert (row.reason, row.due_at) == (reasons.QUIET_HOURS, NOW + timedelta(hours=6))
