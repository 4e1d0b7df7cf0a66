"""Invitations, changes, cancellations, thanks for answers, and letters that services ask for."""

from datetime import timedelta

import pytest

from services.notifications.actions import spreading
from services.notifications.domain import reasons
from shared.errors import Passing, Permanent
from shared.messages import (
    EventCancelled,
    EventChanged,
    EventFacts,
    EventPublished,
    EventRSVPd,
    NoticeRequested,
)
from tests.notifications.conftest import Bench
from tests.notifications.making import FACTS, Adult, contact, family


def _published(facts: EventFacts = FACTS) -> EventPublished:
    return EventPublished(event_id="event-1", facts=facts)


def _changed(**over: object) -> EventChanged:
    return EventChanged(event_id="event-1", facts=FACTS.model_copy(update=over))


def _answered(answer: str = "yes", household: str = "gomez", party: int = 3) -> EventRSVPd:
    return EventRSVPd.model_validate(
        {
            "rsvp_id": f"rsvp-{household}", "event_id": "event-1", "school_id": "school-1",
            "household_id": f"household-{household}", "family_ids": (f"family-{household}",),
            "answer": answer, "party_size": party, "answered_at": FACTS.starts_at,
        }
    )  # fmt: skip


async def test_each_household_of_the_school_gets_one_invitation_in_its_language(
    bench: Bench,
) -> None:
    await bench.tell(_published())
    await bench.settle()
    languages = {to: m["Content-Language"] for to, _ in bench.sink.taken
                 for m in bench.sink.letters_to(to)}  # fmt: skip
    assert languages == {
        "gomez@family.example": "es",
        "li@family.example": "zh",
        "kim@family.example": "en",
        "pat@family.example": "ar",
    }
    assert len(bench.sink.taken) == 4


async def test_an_invitation_of_one_class_goes_to_its_households_only(bench: Bench) -> None:
    await bench.tell(_published(FACTS.model_copy(update={"class_ids": ("school-1-5b",)})))
    await bench.settle()
    assert [to for to, _ in bench.sink.taken] == ["li@family.example"]


async def test_a_household_with_pupils_in_two_families_gets_one_letter(bench: Bench) -> None:
    people, home = family("twin", Adult("ana", "shared"))
    other, _ = family("triplet", Adult("ana", "shared"))
    both = home.model_copy(
        update={
            "family_ids": ("family-twin", "family-triplet"),
            "student_ids": ("student-twin", "student-triplet"),
        }
    )
    await bench.tell(people, other, both)
    await bench.tell(_published())
    await bench.settle()
    assert len(bench.sink.letters_to("shared@family.example")) == 1
    row = await bench.row("shared", kind="invitation")
    assert row.family_ids == ("family-twin", "family-triplet")


async def test_an_invitation_links_to_the_answer_page_of_this_household(bench: Bench) -> None:
    await bench.tell(_published())
    await bench.settle()
    (mail,) = bench.sink.letters_to("kim@family.example")
    body = mail.get_body(("plain",))
    assert body is not None
    url = next(line for line in body.get_content().split("\n") if "/events/rsvp/" in line)
    token = url.split("/events/rsvp/")[1].split("?")[0]
    link = bench.room.answer_links.read(token)
    assert (link.household_id, link.object_id) == ("household-kim", "event-1")
    assert link.link_version == 1
    assert url.strip().endswith("?answer=yes")


async def test_a_big_school_is_written_to_in_chunks(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreading, "CHUNK", 3)
    for number in range(8):
        await bench.tell(*family(f"many{number}"))
    await bench.tell(_published())
    assert await spreading.spread(bench.room) == 12
    # The reminders to answer.
    assert await spreading.spread(bench.room) == 12
    assert await spreading.spread(bench.room) == 0
    assert len(await bench.rows(kind="invitation")) == 12


async def test_writing_invitations_goes_on_where_it_stopped(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreading, "CHUNK", 2)
    await bench.tell(_published())
    notice = await bench.room.store.notices.spreading()
    assert notice is not None
    recipients = await spreading._recipients(bench.room, notice, notice.content)  # type: ignore[arg-type]
    await spreading._write_chunk(bench.room, notice, recipients)
    assert len(await bench.rows(kind="invitation")) == 2
    await bench.settle()
    assert len(await bench.rows(kind="invitation")) == 4
    assert len(bench.sink.taken) == 4


async def test_a_change_reaches_those_who_were_invited_and_says_what_is_new(bench: Bench) -> None:
    await bench.tell(_published())
    await bench.settle()
    await bench.tell(_changed(place="Library", revision=2), version=2)
    await bench.settle()
    mails = bench.sink.letters_to("kim@family.example")
    assert [m["Subject"].split(":")[0] for m in mails] == [
        "You are invited",
        "Please note the change",
    ]
    body = mails[1].get_body(("plain",))
    assert body is not None
    assert "Where (new): Library" in body.get_content()


async def test_an_invitation_that_has_not_left_reads_as_it_is_now(bench: Bench) -> None:
    await bench.set(take_back_seconds=60)
    await bench.tell(_published())
    await bench.settle()
    await bench.tell(_changed(place="Library", revision=2), version=2)
    bench.clock.move(timedelta(seconds=61))
    await bench.settle()
    mails = bench.sink.letters_to("kim@family.example")
    assert len(mails) == 1
    body = mails[0].get_body(("plain",))
    assert body is not None
    assert "Where: Library" in body.get_content()


async def test_a_mended_description_sends_no_second_letter(bench: Bench) -> None:
    await bench.tell(_published())
    await bench.settle()
    await bench.tell(_changed(description="Bring everybody.", revision=2), version=2)
    await bench.settle()
    assert len(bench.sink.taken) == 4


async def test_a_change_that_overtakes_the_invitation_is_in_it(bench: Bench) -> None:
    await bench.tell(_changed(place="Library", revision=2), version=2)
    await bench.tell(_published())
    await bench.settle()
    mails = bench.sink.letters_to("kim@family.example")
    assert len(mails) == 1
    body = mails[0].get_body(("plain",))
    assert body is not None
    assert "Library" in body.get_content()


async def test_two_changes_in_a_row_are_one_letter_against_what_families_knew(
    bench: Bench,
) -> None:
    await bench.tell(_published())
    await bench.settle()
    await bench.tell(_changed(place="Library", revision=2), version=2)
    await bench.tell(_changed(place="Cafeteria", revision=3), version=3)
    await bench.settle()
    mails = bench.sink.letters_to("kim@family.example")
    assert len(mails) == 2
    body = mails[1].get_body(("plain",))
    assert body is not None
    assert "Where (new): Cafeteria\nBefore: Gym" in body.get_content().replace("\r\n", "\n")


async def test_a_cancelled_event_stops_what_waits_and_tells_who_knows(bench: Bench) -> None:
    await bench.tell(_published())
    await bench.settle()
    await bench.tell(*family("late"))
    await bench.tell(EventCancelled(event_id="event-1", facts=FACTS, reason="Snow."), version=2)
    await bench.settle()
    assert len(bench.sink.letters_to("kim@family.example")) == 2
    assert bench.sink.letters_to("late@family.example") == []


async def test_an_event_cancelled_before_its_invitations_left_is_never_heard_of(
    bench: Bench,
) -> None:
    await bench.set(take_back_seconds=60)
    await bench.tell(_published())
    await bench.settle()
    await bench.tell(EventCancelled(event_id="event-1", facts=FACTS), version=2)
    bench.clock.move(timedelta(seconds=61))
    await bench.settle()
    assert bench.sink.taken == []
    assert {row.reason for row in await bench.rows()} == {reasons.EVENT_CANCELLED}


async def test_a_cancellation_that_overtakes_the_invitation_invites_nobody(bench: Bench) -> None:
    await bench.tell(EventCancelled(event_id="event-1", facts=FACTS), version=2)
    await bench.tell(_published())
    await bench.settle()
    assert await bench.rows() == []


async def test_an_answer_is_thanked_for_with_the_date(bench: Bench) -> None:
    await bench.tell(_published())
    await bench.settle()
    await bench.tell(_answered())
    await bench.settle()
    mail = bench.sink.letters_to("gomez@family.example")[1]
    assert mail["Subject"] == "Gracias por su respuesta: Literacy & math night"
    assert any(part.get_content_type() == "text/calendar" for part in mail.walk())


async def test_a_later_answer_replaces_thanks_that_have_not_left(bench: Bench) -> None:
    await bench.tell(_published())
    await bench.settle()
    await bench.tell(_answered("yes"))
    await bench.tell(_answered("no", party=0), version=2)
    await bench.tell(_answered("maybe"))
    await bench.settle()
    mails = bench.sink.letters_to("gomez@family.example")
    assert len(mails) == 2
    body = mails[1].get_body(("plain",))
    assert body is not None
    assert "no puede venir" in body.get_content()


async def test_an_answer_to_an_event_not_known_yet_is_waited_for(bench: Bench) -> None:
    with pytest.raises(Passing):
        await bench.tell(_answered())


async def test_a_service_can_invite_one_household_again(bench: Bench) -> None:
    await bench.tell(_published())
    await bench.settle()
    again = NoticeRequested(
        notice_id="again-1", kind="invitation", about="event-1", household_ids=("household-li",)
    )
    await bench.tell(again)
    await bench.tell(again)
    await bench.settle()
    assert len(bench.sink.letters_to("li@family.example")) == 2
    assert len(bench.sink.taken) == 5


def _news(number: int) -> NoticeRequested:
    return NoticeRequested(
        notice_id=f"news-{number}", kind="announcement", about="school-1",
        household_ids=("household-kim",), values={"title": "Book fair", "words": "Come!"},
    )  # fmt: skip


async def test_the_fourth_routine_letter_of_a_week_waits_and_a_note_does_not(bench: Bench) -> None:
    await bench.tell(*(_news(number) for number in range(4)))
    await bench.settle()
    assert len(bench.sink.letters_to("kim@family.example")) == 3
    (waiting,) = await bench.rows(state="pending")
    assert waiting.reason == reasons.BUDGET
    await bench.tell(contact("smith"))
    await bench.settle()
    assert len(bench.sink.letters_to("kim@family.example")) == 4


@pytest.mark.parametrize(
    ("kind", "values"), [("chain_letter", {}), ("announcement", {"title": "No words"})]
)
async def test_a_letter_that_we_do_not_write_is_refused_for_good(
    bench: Bench, kind: str, values: dict[str, str]
) -> None:
    request = NoticeRequested(
        notice_id="n", kind=kind, about="school-1", household_ids=(), values=values
    )
    with pytest.raises(Permanent):
        await bench.tell(request)
