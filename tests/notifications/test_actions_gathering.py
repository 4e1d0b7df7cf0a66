"""Several letters in one on their way: how they read, what becomes of them, whom it is told."""

import re
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from services.notifications.actions.choosing import open_stop_link, stop_letters
from services.notifications.actions.handing import begin_handing
from services.notifications.actions.preparing import prepare
from services.notifications.actions.resolving import resolve
from services.notifications.actions.spreading import spread
from services.notifications.domain import reasons
from services.notifications.domain.delivery import Delivery
from services.notifications.domain.notice import Announcement, EventWords
from services.notifications.domain.settings import (
    QuietHours,
    SchoolHours,
)
from services.notifications.letters.blocks import without_links
from services.notifications.letters.drafts import as_sent
from services.notifications.letters.layout import as_html, as_text
from services.notifications.letters.occasion import Gathered
from services.notifications.letters.tongue import WRITTEN_IN
from shared.messages import (
    EventPublished,
    FlagsAsOf,
    FlagsChanged,
    NoticeAccepted,
    NoticeBounced,
    NoticeNotSent,
    NoticeRequested,
)
from tests.notifications.conftest import EVERYTHING, Bench
from tests.notifications.making import (
    CHOICES_URL,
    FACTS,
    NOW,
    PAGE_URL,
    SCHOOL,
    STOP_URL,
    contact,
    occasion,
    school,
)

KIM = "kim@family.example"


def _local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("America/New_York")).astimezone(UTC)


# --- how it reads ---------------------------------------------------------------------------------


def gathered(language: str) -> Gathered:
    """Two evenings, one of them after the clocks change, and news of another school."""
    later = {"event_id": "event-2", "title": "Spring fair", "starts_at": _local("2027-03-14T09:00"),
             "ends_at": _local("2027-03-14T11:00"), "reply_by": None}  # fmt: skip
    told = [EventWords(facts=FACTS), EventWords(facts=FACTS.model_copy(update=later))]
    parts = [occasion(each, "invitation", language) for each in told]
    words = Announcement(title="Band", words="Come and hear.", words_language="en", signed="Bo Li")
    oak = replace(SCHOOL, name="Oak Middle", phone="555-0200")
    parts.append(occasion(words, "announcement", language, school=oak))
    links = (STOP_URL, CHOICES_URL, PAGE_URL)
    return Gathered(parts[0].household, tuple(parts), "Riverton Schools", *links)


@pytest.mark.parametrize("language", [*WRITTEN_IN, "ko"])
def test_it_reads_in_each_language_and_says_whom_to_ask_about_each(language: str) -> None:
    letter = as_sent(gathered(language))
    text = as_text(letter)
    shown = " ".join(unescape(re.sub(r"<[^>]+>", " ", as_html(letter))).split())
    for words in ("Literacy & math night", "Spring fair", "Band", "555-0100", "555-0200", "Bo Li"):
        assert words in text
        assert words in shown
    assert ("News from school" in letter.subject) == (letter.language == "en")
    assert text.count("answer=yes") == (4 if letter.english else 2)
    assert "%(" not in text + letter.subject
    assert "answer=yes" not in as_text(without_links(letter))


def test_its_dates_are_in_one_file_each_at_its_hour_on_either_side_of_the_change() -> None:
    calendar = Calendar.from_ical(as_sent(gathered("en")).calendar)
    starts = [event.decoded("DTSTART") for event in calendar.walk("VEVENT")]
    assert starts == [FACTS.starts_at, _local("2027-03-14T09:00")]
    assert [each.hour for each in starts] == [18, 9]
    assert len(calendar.walk("VTIMEZONE")) == 1


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
    assert {each.delivery_id: each.state for each in await bench.rows()}[
        row.delivery_id
    ] == "accepted"
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
    await later(bench, minutes=6)
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
    await _wanted_together(bench, NOW + timedelta(days=7))
    await later(bench, days=7)
    (mail,) = bench.sink.letters_to(KIM)[1:]
    assert mail["Subject"] == "News from school: Literacy & math night · News 1 · Band"
    (ics,) = [part for part in mail.walk() if part.get_filename() == "invitation.ics"]
    (event,) = Calendar.from_ical(ics.get_content()).walk("VEVENT")
    assert event["UID"] == "event-1@schools.example"
    body = mail.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert "Maple Elementary" in text
    assert "Oak Middle" in text
    assert "/events/rsvp/" in text
    await _its_stop_link_stops_what_it_brought(bench, str(mail["List-Unsubscribe"]))


@pytest.mark.parametrize(("pupils", "letters"), [(("student-smith",), 1), ((), 2)])
async def test_spouses_at_one_address_get_one_letter_or_each_their_own(
    bench: Bench, pupils: tuple[str, ...], letters: int
) -> None:
    home = await bench.room.directory.household("household-pat")
    assert home is not None
    shares = {"mailbox": "Kim@family.example", "language": "en", "student_ids": pupils}
    await bench.tell(home.model_copy(update={**shares, "link_version": 2}), version=2)
    await bench.set(routine_letters_a_week=2)
    await bench.tell(*(news(number) for number in range(4)), news(4, "pat"), news(5, "pat"))
    await bench.settle()
    await later(bench, days=7)
    got = [str(mail.get_body(("plain",))) for mail in bench.sink.letters_to(KIM)[2:]]
    assert len(got) == letters
    assert ["Dear Kim Test and Pat Test," in got[0], len(got[0].split("News 4")) > 1] == [
        letters == 1
    ] * 2
    assert {row.state for row in await bench.rows()} == {"accepted", "merged"}


async def _wanted_together(bench: Bench, at: datetime) -> None:
    """The family asked for events together, as its own page will keep it."""
    await spread(bench.room)
    rows = [row for row in await bench.rows(kind="invitation") if row.mailbox == KIM]

    async def body(work: Any) -> None:
        changed = [
            row.model_copy(update={"gather_at": at, "due_at": at, "version": 2}) for row in rows
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
    hours = SchoolHours(
        quiet_hours=QuietHours(begins=time(9), ends=time(16)), school_days_only=True
    )

    async def body(work: Any) -> None:
        await bench.room.store.choices.keep_hours("school-1", hours, "test", work)

    await bench.room.units.run(body)
    await bench.tell(contact("gomez"))
    await bench.settle()
    row = await bench.row("gomez")
    assert (row.reason, row.due_at) == (reasons.QUIET_HOURS, NOW + timedelta(hours=6))
