"""Reminders of a school event: who gets one, when, once, and what becomes of it on a change."""

from datetime import timedelta
from typing import Any

from services.notifications.domain import reasons
from shared.messages import (
    EventPublished,
    FlagsAsOf,
    FlagsChanged,
)
from tests.notifications.conftest import Bench
from tests.notifications.making import FACTS, Adult, family
from tests.notifications.reminding import (
    ASKED_AT,
    COMES_AT,
    GOMEZ,
    LI,
    PLAIN,
    answers,
    at,
    coming,
    local,
    published,
    subjects,
)

# --- who comes ------------------------------------------------------------------------------------


async def test_who_said_yes_is_reminded_once_in_the_morning_of_the_last_school_day_before(
    bench: Bench,
) -> None:
    await published(bench)
    await answers(bench, "yes")
    (row,) = await coming(bench)
    assert (row.state, row.reason, row.due_at) == ("pending", reasons.REMINDER, COMES_AT)
    assert row.use_by == FACTS.starts_at
    await at(bench, COMES_AT - timedelta(seconds=1))
    assert subjects(bench, GOMEZ) == ["Tiene una invitación", "Gracias por su respuesta"]
    await at(bench, COMES_AT)
    await at(bench, COMES_AT + timedelta(days=1))
    assert subjects(bench, GOMEZ)[2:] == ["Recordatorio"]


async def test_it_says_what_was_answered_takes_another_answer_and_brings_the_same_entry(
    bench: Bench,
) -> None:
    await published(bench)
    await answers(bench, "maybe", home="kim")
    await at(bench, COMES_AT)
    mails = bench.sink.letters_to("kim@family.example")
    (mail,) = [each for each in mails if each["Subject"].startswith("Reminder")]
    body = mail.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert "You told us that you may come." in text
    assert "Where: Gym" in text
    assert all(f"?answer={answer}" in text for answer in ("yes", "maybe", "no"))
    assert "555-0100" in text
    # Of the rules of the time zone each begins, too, but without naming a zone.
    names = ("UID", "SEQUENCE", "DTSTART;")
    said = {
        line for each in (mails[0], mail) for part in each.walk()
        if part.get_content_type() == "text/calendar"
        for line in str(part.get_content()).splitlines() if line.startswith(names)
    }  # fmt: skip
    assert len(said) == 3


async def test_nobody_else_hears_of_it_again(bench: Bench) -> None:
    await published(bench, PLAIN)
    await answers(bench, "no", home="li")
    await at(bench, COMES_AT)
    assert len(bench.sink.letters_to(LI)) == 2  # the invitation, and thanks for telling us
    assert await bench.rows(kind="event_reminder") == []
    assert await bench.rows(kind="answer_reminder") == []


async def test_a_changed_mind_takes_the_reminder_away_and_brings_it_again(bench: Bench) -> None:
    await published(bench)
    await answers(bench, "yes")
    await answers(bench, "no", 2)
    (row,) = await coming(bench)
    assert (row.state, row.reason) == ("suppressed", reasons.ANSWERED_NO)
    await answers(bench, "maybe", 3)
    await answers(bench, "yes", 4)
    assert [(row.state, row.reason) for row in await coming(bench)] == [
        ("suppressed", reasons.ANSWERED_NO),
        ("suppressed", reasons.NEWER_LETTER),
        ("pending", reasons.REMINDER),
    ]
    await at(bench, COMES_AT)
    assert subjects(bench, GOMEZ).count("Recordatorio") == 1


async def test_one_more_guest_is_no_second_reminder_and_an_old_answer_brings_none(
    bench: Bench,
) -> None:
    await published(bench)
    await answers(bench, "yes", 2)
    await answers(bench, "yes", 3, party=5)
    await answers(bench, "no", 1)
    (row,) = await coming(bench)
    assert row.state == "pending"
    await at(bench, COMES_AT)
    await answers(bench, "yes", 4, party=1)
    assert len(await coming(bench)) == 1


async def test_who_answers_late_has_just_been_thanked_and_is_not_reminded(bench: Bench) -> None:
    await published(bench)
    await at(bench, COMES_AT - timedelta(hours=43))
    await answers(bench, "yes")
    assert await coming(bench) == []
    await at(bench, FACTS.ends_at + timedelta(hours=1))
    await answers(bench, "yes", 2, party=4)
    assert await coming(bench) == []


async def test_an_event_that_begins_soon_has_no_reminders(bench: Bench) -> None:
    soon: dict[str, Any] = {
        "starts_at": local("2026-11-26T18:00"),
        "ends_at": local("2026-11-26T19:00"),
    }
    await published(bench, **soon, reply_by=local("2026-11-25T12:00"))
    await answers(bench, "yes")
    rows = {row.kind for row in await bench.rows()}
    assert rows == {"invitation", "rsvp_confirmation"}


# --- who has not answered -------------------------------------------------------------------------


async def test_who_has_not_answered_is_asked_again_once_before_the_answer_is_due(
    bench: Bench,
) -> None:
    await published(bench)
    await answers(bench, "no")
    await answers(bench, "yes", home="li")
    await at(bench, ASKED_AT - timedelta(seconds=1))
    assert subjects(bench, "kim@family.example") == ["You are invited"]
    await at(bench, ASKED_AT)
    await at(bench, ASKED_AT + timedelta(hours=20))
    assert subjects(bench, "kim@family.example") == ["You are invited", "Please answer"]
    asked = {row.household_id: (row.state, row.reason)
             for row in await bench.rows(kind="answer_reminder")}  # fmt: skip
    assert asked == {
        "household-gomez": ("suppressed", reasons.ANSWERED),
        "household-li": ("suppressed", reasons.ANSWERED),
        "household-kim": ("accepted", reasons.ACCEPTED),
        "household-pat": ("accepted", reasons.ACCEPTED),
    }


async def test_who_answered_before_the_reminders_were_written_has_none(bench: Bench) -> None:
    await bench.tell(EventPublished(event_id="event-1", facts=FACTS))
    await answers(bench, "no")
    homes = {row.household_id for row in await bench.rows(kind="answer_reminder")}
    assert homes == {"household-li", "household-kim", "household-pat"}


async def test_a_household_without_an_address_is_asked_on_paper_once_and_needs_nobody_for_this(
    bench: Bench,
) -> None:
    await bench.know(*family("paper", Adult("ana", "paper", mailbox=False)))
    await published(bench)
    await answers(bench, "yes", home="paper")
    kinds = {row.kind for row in await bench.rows(household_id="household-paper")}
    assert kinds == {"invitation", "rsvp_confirmation"}


async def test_a_flag_keeps_reminders_back_like_any_letter(bench: Bench) -> None:
    await published(bench)
    await answers(bench, "yes", home="kim")
    flag = FlagsChanged(
        number=1, guardian_id="guardian-smith-kim", student_id="student-smith", do_not_contact=True
    )
    await bench.tell(flag)
    await bench.tell(FlagsAsOf(number=1, as_of=bench.clock.now()))
    (row,) = await coming(bench, "kim")
    assert (row.state, row.reason) == ("suppressed", reasons.FLAGGED)
