"""From the golden sample of a fact to its letters: once each, as it stands, or not at all."""

from datetime import timedelta

import pytest

from services.notifications.domain import reasons
from services.notifications.letters.tongue import WRITTEN_IN
from shared.errors import Passing
from shared.messages import (
    EventCancelled,
    EventChanged,
    FamilyErased,
    FlagsChanged,
    Message,
)
from tests.notifications.conftest import Bench
from tests.notifications.home import begin, mails, people, text_of
from tests.notifications.making import NOW
from tests.notifications.samples import (
    EVENING,
    FACTS_OF_ONE,
    FACTS_OF_SCHOOLS,
    LUNCH,
    PLACE,
    SHIFT,
    VISIT,
    as_said,
)

# --- from the sample to a letter -----------------------------------------------------------------


@pytest.mark.parametrize("language", WRITTEN_IN)
async def test_each_sample_becomes_one_letter_in_the_households_language(
    bench: Bench, language: str
) -> None:
    await begin(bench, language)
    await bench.settle()
    for fact in (*FACTS_OF_ONE, *FACTS_OF_SCHOOLS):
        before = len(mails(bench))
        await bench.tell(fact)
        await bench.settle()
        (mail,) = mails(bench)[before:]
        assert mail["Content-Language"] == language
        assert "Maple Elementary" in mail["From"]
        text = text_of(mail)
        assert "555-0100" in text
        assert "%(" not in text
        assert ("\u200f" in text) == (language == "ar")
        html = mail.get_body(("html",))
        assert html is not None
        direction = "rtl" if language == "ar" else "ltr"
        assert f'<html lang="{language}" dir="{direction}">' in html.get_content()


@pytest.mark.parametrize("fact", [*FACTS_OF_ONE, *FACTS_OF_SCHOOLS], ids=lambda fact: fact.TYPE)
async def test_a_fact_that_is_said_twice_is_one_letter(bench: Bench, fact: Message) -> None:
    await begin(bench)
    await bench.tell(fact)
    await bench.settle()
    await bench.tell(fact)
    await bench.tell(fact, version=2)
    await bench.settle()
    assert len(await bench.rows(about=fact.subject)) == 1
    assert len(mails(bench)) == 2, "the invitation, and this"


@pytest.mark.parametrize("fact", FACTS_OF_ONE, ids=lambda fact: fact.TYPE)
async def test_a_household_that_is_not_known_yet_is_waited_for(bench: Bench, fact: Message) -> None:
    await bench.tell(EVENING)
    with pytest.raises(Passing, match="household h-1"):
        await bench.tell(fact)


async def test_a_waitlist_waits_for_its_event(bench: Bench) -> None:
    await bench.know(*people())
    with pytest.raises(Passing, match="event e-1"):
        await bench.tell(PLACE)


@pytest.mark.parametrize("fact", [*FACTS_OF_ONE, *FACTS_OF_SCHOOLS], ids=lambda fact: fact.TYPE)
async def test_a_flag_keeps_every_one_of_them_back(bench: Bench, fact: Message) -> None:
    await begin(bench)
    flag = FlagsChanged(number=1, guardian_id="g-1", student_id="s-1", do_not_contact=True)
    await bench.tell(flag)
    await bench.tell(fact)
    await bench.settle()
    (row,) = await bench.rows(about=fact.subject)
    assert (row.state, row.reason) == ("suppressed", reasons.FLAGGED)
    assert not mails(bench)


# --- what comes later ----------------------------------------------------------------------------


@pytest.mark.parametrize("fact", [LUNCH, VISIT, SHIFT], ids=lambda fact: fact.TYPE)
async def test_what_is_called_off_is_told_to_who_knows_of_it(bench: Bench, fact: Message) -> None:
    await begin(bench)
    await bench.tell(fact)
    await bench.settle()
    await bench.tell(as_said(fact, state="called_off", reason="Snow."), version=2)
    await bench.settle()
    (mail,) = mails(bench, "Cancelled")
    assert "    Snow." in text_of(mail)
    (attached,) = mail.iter_attachments()
    assert "METHOD:CANCEL" in attached.get_content()


@pytest.mark.parametrize("fact", [LUNCH, VISIT, SHIFT], ids=lambda fact: fact.TYPE)
async def test_of_what_was_called_off_before_a_letter_left_nobody_hears(
    bench: Bench, fact: Message
) -> None:
    await begin(bench)
    await bench.tell(fact)
    await bench.tell(as_said(fact, state="called_off"), version=2)
    await bench.settle()
    (row,) = await bench.rows(about=fact.subject)
    assert (row.state, row.reason) == ("suppressed", reasons.OVER)


@pytest.mark.parametrize("fact", FACTS_OF_ONE, ids=lambda fact: fact.TYPE)
async def test_what_closed_stops_its_letter_whichever_came_first(
    bench: Bench, fact: Message
) -> None:
    await begin(bench)
    await bench.tell(as_said(fact, state="closed"), version=2)
    await bench.tell(fact, version=1)
    await bench.settle()
    assert not await bench.rows(about=fact.subject)


async def test_a_newer_fact_takes_the_place_of_a_letter_that_waits(bench: Bench) -> None:
    await begin(bench)
    await bench.tell(VISIT)
    await bench.tell(as_said(VISIT, state="agreed", answer_by=None), version=2)
    await bench.settle()
    old, new = await bench.rows(about="vi-1")
    assert (old.kind, old.reason) == ("visit_proposed", reasons.NEWER_LETTER)
    assert (new.kind, new.state) == ("visit", "accepted")


async def test_a_visit_that_moved_says_what_the_family_knew(bench: Bench) -> None:
    await begin(bench)
    agreed = as_said(VISIT, state="agreed", answer_by=None)
    await bench.tell(agreed)
    await bench.settle()
    await bench.tell(as_said(agreed, place="Library"), version=2)
    await bench.settle()
    (mail,) = mails(bench, "Please note the change")
    assert "Where (new): Library\nBefore: At your home" in text_of(mail)


async def test_a_place_that_moves_up_is_no_letter_but_stands_in_one_that_waits(
    bench: Bench,
) -> None:
    await begin(bench)
    await bench.settle()
    waits = as_said(PLACE, state="waiting", place=5, answer_by=None)
    await bench.tell(waits)
    await bench.tell(as_said(waits, place=3), version=2)
    await bench.settle()
    (mail,) = mails(bench, "waitlist")
    assert "Your place on the list: 3" in text_of(mail)
    await bench.tell(as_said(waits, place=1), version=3)
    await bench.settle()
    assert len(mails(bench, "waitlist")) == 1


async def test_a_seat_is_told_of_as_the_event_is_by_then(bench: Bench) -> None:
    await begin(bench)
    await bench.settle()
    await bench.tell(PLACE)
    moved = EVENING.facts.model_copy(update={"place": "Library", "revision": 2})
    await bench.tell(EventChanged(event_id="e-1", facts=moved), version=2)
    await bench.settle()
    (mail,) = mails(bench, "A seat is free")
    assert "Where: Library" in text_of(mail)


async def test_nobody_hears_of_a_seat_at_an_event_that_is_cancelled(bench: Bench) -> None:
    await begin(bench)
    await bench.tell(PLACE)
    await bench.tell(EventCancelled(event_id="e-1", facts=EVENING.facts), version=2)
    await bench.tell(as_said(PLACE, place=2, seats=2, state="waiting"), version=2)
    await bench.settle()
    (row,) = await bench.rows(about="wl-1")
    assert (row.state, row.reason) == ("suppressed", reasons.EVENT_CANCELLED)


async def test_a_question_is_not_held_past_its_use(bench: Bench) -> None:
    await begin(bench)
    bench.clock.move(timedelta(days=12))
    await bench.tell(LUNCH)
    await bench.settle()
    (row,) = await bench.rows(about="lu-1")
    assert row.use_by == LUNCH.answer_by
    assert (row.state, row.reason) == ("suppressed", reasons.EXPIRED)


async def test_a_drawn_name_of_another_household_is_not_named(bench: Bench) -> None:
    await begin(bench)
    await bench.tell(LUNCH)
    await bench.tell(as_said(LUNCH, lunch_id="lu-2", guardian_id="g-elsewhere"))
    await bench.settle()
    texts = [text_of(mail) for mail in mails(bench, "Your name was drawn")]
    assert ["It is Lucía Gómez!" in each for each in texts] == [True, False]


async def test_why_a_visit_was_called_off_is_forgotten_with_the_family(bench: Bench) -> None:
    await begin(bench)
    await bench.tell(VISIT)
    await bench.settle()
    await bench.tell(as_said(VISIT, state="called_off", reason="They moved."), version=2)
    await bench.settle()
    gone = FamilyErased(
        family_id="f-1", student_ids=("s-1",), guardian_ids=("g-1",), household_ids=("h-1",),
        contact_ids=(), when=NOW,
    )  # fmt: skip
    await bench.tell(gone)
    notices = await bench.room.store.database["notices"].find().to_list(None)
    assert "They moved." not in repr(notices)
