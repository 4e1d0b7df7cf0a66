"""From the golden sample of a fact to its letters: once each, as it stands, or not at all."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from email.message import EmailMessage

import pytest

from services.notifications.domain import reasons
from services.notifications.domain.sight import Stop
from services.notifications.letters.tongue import WRITTEN_IN
from shared.errors import Passing
from shared.messages import (
    Assignment,
    EventCancelled,
    EventChanged,
    FamilyChanged,
    FamilyErased,
    FlagsChanged,
    GuardianFacts,
    HouseholdChanged,
    Message,
    StudentFacts,
)
from shared.outbox import Work
from tests.notifications.conftest import Bench
from tests.notifications.making import BEGINS, ENDS, NOW, school
from tests.notifications.samples import (
    EVENING,
    FACTS_OF_ONE,
    FACTS_OF_SCHOOLS,
    LUNCH,
    PLACE,
    POLICY,
    SHIFT,
    SURVEY,
    VISIT,
    as_said,
)

ADDRESS = "lucia@family.example"
HOME = HouseholdChanged(
    household_id="h-1",
    guardian_ids=("g-1",),
    family_ids=("f-1",),
    student_ids=("s-1",),
    greeting=("Lucía Gómez",),
    mailbox=ADDRESS,
    language="en",
)


def _people(language: str = "en", **over: object) -> tuple[Message, ...]:
    """The household of the samples, with a child in class 3A of Maple."""
    student = StudentFacts(
        student_id="s-1",
        given_name="Maya",
        family_name="Gómez",
        school_id="maple",
        enrollments=(Assignment(class_id="c-3a", begins=BEGINS, ends=ENDS),),
    )
    guardian = GuardianFacts(
        guardian_id="g-1",
        given_name="Lucía",
        family_name="Gómez",
        language=language,
        household_id="h-1",
        may_see=("s-1",),
    )
    family = FamilyChanged(family_id="f-1", students=(student,), guardians=(guardian,))
    return (
        school("maple"),
        school("oak", "Oak Elementary"),
        family,
        HOME.model_copy(update={"language": language, **over}),
    )


async def _begin(bench: Bench, language: str = "en", **over: object) -> None:
    await bench.know(*_people(language, **over))
    await bench.tell(EVENING)


def _mails(bench: Bench, kind_of_subject: str = "") -> list[EmailMessage]:
    return [each for each in bench.sink.letters_to(ADDRESS) if kind_of_subject in each["Subject"]]


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


# --- from the sample to a letter -----------------------------------------------------------------


@pytest.mark.parametrize("language", WRITTEN_IN)
async def test_each_sample_becomes_one_letter_in_the_households_language(
    bench: Bench, language: str
) -> None:
    await _begin(bench, language)
    await bench.settle()
    for fact in (*FACTS_OF_ONE, *FACTS_OF_SCHOOLS):
        before = len(_mails(bench))
        await bench.tell(fact)
        await bench.settle()
        (mail,) = _mails(bench)[before:]
        assert mail["Content-Language"] == language
        assert "Maple Elementary" in mail["From"]
        text = _text(mail)
        assert "555-0100" in text
        assert "%(" not in text
        assert ("\u200f" in text) == (language == "ar")
        html = mail.get_body(("html",))
        assert html is not None
        direction = "rtl" if language == "ar" else "ltr"
        assert f'<html lang="{language}" dir="{direction}">' in html.get_content()


@pytest.mark.parametrize("fact", [*FACTS_OF_ONE, *FACTS_OF_SCHOOLS], ids=lambda fact: fact.TYPE)
async def test_a_fact_that_is_said_twice_is_one_letter(bench: Bench, fact: Message) -> None:
    await _begin(bench)
    await bench.tell(fact)
    await bench.settle()
    await bench.tell(fact)
    await bench.tell(fact, version=2)
    await bench.settle()
    assert len(await bench.rows(about=fact.subject)) == 1
    assert len(_mails(bench)) == 2, "the invitation, and this"


@pytest.mark.parametrize("fact", FACTS_OF_ONE, ids=lambda fact: fact.TYPE)
async def test_a_household_that_is_not_known_yet_is_waited_for(bench: Bench, fact: Message) -> None:
    await bench.tell(EVENING)
    with pytest.raises(Passing, match="household h-1"):
        await bench.tell(fact)


async def test_a_school_that_is_not_known_yet_is_waited_for(bench: Bench) -> None:
    with pytest.raises(Passing, match="school maple"):
        await bench.tell(POLICY)


async def test_a_waitlist_waits_for_its_event(bench: Bench) -> None:
    await bench.know(*_people())
    with pytest.raises(Passing, match="event e-1"):
        await bench.tell(PLACE)


@pytest.mark.parametrize("fact", [*FACTS_OF_ONE, *FACTS_OF_SCHOOLS], ids=lambda fact: fact.TYPE)
async def test_a_flag_keeps_every_one_of_them_back(bench: Bench, fact: Message) -> None:
    await _begin(bench)
    flag = FlagsChanged(number=1, guardian_id="g-1", student_id="s-1", do_not_contact=True)
    await bench.tell(flag)
    await bench.tell(fact)
    await bench.settle()
    (row,) = await bench.rows(about=fact.subject)
    assert (row.state, row.reason) == ("suppressed", reasons.FLAGGED)
    assert not _mails(bench)


# --- what comes later ----------------------------------------------------------------------------


@pytest.mark.parametrize("fact", [LUNCH, VISIT, SHIFT], ids=lambda fact: fact.TYPE)
async def test_what_is_called_off_is_told_to_who_knows_of_it(bench: Bench, fact: Message) -> None:
    await _begin(bench)
    await bench.tell(fact)
    await bench.settle()
    await bench.tell(as_said(fact, state="called_off", reason="Snow."), version=2)
    await bench.settle()
    (mail,) = _mails(bench, "Cancelled")
    assert "    Snow." in _text(mail)
    assert b"METHOD:CANCEL" in b"".join(
        part.get_payload(decode=True) for part in mail.walk() if part.get_filename()
    )


@pytest.mark.parametrize("fact", [LUNCH, VISIT, SHIFT], ids=lambda fact: fact.TYPE)
async def test_of_what_was_called_off_before_a_letter_left_nobody_hears(
    bench: Bench, fact: Message
) -> None:
    await _begin(bench)
    await bench.tell(fact)
    await bench.tell(as_said(fact, state="called_off"), version=2)
    await bench.settle()
    (row,) = await bench.rows(about=fact.subject)
    assert (row.state, row.reason) == ("suppressed", reasons.OVER)


@pytest.mark.parametrize("fact", FACTS_OF_ONE, ids=lambda fact: fact.TYPE)
async def test_what_closed_stops_its_letter_whichever_came_first(
    bench: Bench, fact: Message
) -> None:
    await _begin(bench)
    await bench.tell(as_said(fact, state="closed"), version=2)
    await bench.tell(fact, version=1)
    await bench.settle()
    assert not await bench.rows(about=fact.subject)


async def test_a_newer_fact_takes_the_place_of_a_letter_that_waits(bench: Bench) -> None:
    await _begin(bench)
    await bench.tell(VISIT)
    await bench.tell(as_said(VISIT, state="agreed", answer_by=None), version=2)
    await bench.settle()
    old, new = await bench.rows(about="vi-1")
    assert (old.kind, old.reason) == ("visit_proposed", reasons.NEWER_LETTER)
    assert (new.kind, new.state) == ("visit", "accepted")


async def test_a_visit_that_moved_says_what_the_family_knew(bench: Bench) -> None:
    await _begin(bench)
    agreed = as_said(VISIT, state="agreed", answer_by=None)
    await bench.tell(agreed)
    await bench.settle()
    await bench.tell(as_said(agreed, place="Library"), version=2)
    await bench.settle()
    (mail,) = _mails(bench, "Please note the change")
    assert "Where (new): Library\nBefore: At your home" in _text(mail)


async def test_a_place_that_moves_up_is_no_letter_but_stands_in_one_that_waits(
    bench: Bench,
) -> None:
    await _begin(bench)
    await bench.settle()
    waits = as_said(PLACE, state="waiting", place=5, answer_by=None)
    await bench.tell(waits)
    await bench.tell(as_said(waits, place=3), version=2)
    await bench.settle()
    (mail,) = _mails(bench, "waitlist")
    assert "Your place on the list: 3" in _text(mail)
    await bench.tell(as_said(waits, place=1), version=3)
    await bench.settle()
    assert len(_mails(bench, "waitlist")) == 1


async def test_a_seat_is_told_of_as_the_event_is_by_then(bench: Bench) -> None:
    await _begin(bench)
    await bench.settle()
    await bench.tell(PLACE)
    moved = EVENING.facts.model_copy(update={"place": "Library", "revision": 2})
    await bench.tell(EventChanged(event_id="e-1", facts=moved), version=2)
    await bench.settle()
    (mail,) = _mails(bench, "A seat is free")
    assert "Where: Library" in _text(mail)


async def test_nobody_hears_of_a_seat_at_an_event_that_is_cancelled(bench: Bench) -> None:
    await _begin(bench)
    await bench.tell(PLACE)
    await bench.tell(EventCancelled(event_id="e-1", facts=EVENING.facts), version=2)
    await bench.tell(as_said(PLACE, place=2, seats=2, state="waiting"), version=2)
    await bench.settle()
    (row,) = await bench.rows(about="wl-1")
    assert (row.state, row.reason) == ("suppressed", reasons.EVENT_CANCELLED)


async def test_a_question_is_not_held_past_its_use(bench: Bench) -> None:
    await _begin(bench)
    bench.clock.move(timedelta(days=12))
    await bench.tell(LUNCH)
    await bench.settle()
    (row,) = await bench.rows(about="lu-1")
    assert row.use_by == LUNCH.answer_by
    assert (row.state, row.reason) == ("suppressed", reasons.EXPIRED)


async def test_a_drawn_name_of_another_household_is_not_named(bench: Bench) -> None:
    await _begin(bench)
    await bench.tell(LUNCH)
    await bench.tell(as_said(LUNCH, lunch_id="lu-2", guardian_id="g-elsewhere"))
    await bench.settle()
    texts = [_text(mail) for mail in _mails(bench, "Your name was drawn")]
    assert ["It is Lucía Gómez!" in each for each in texts] == [True, False]


async def test_why_a_visit_was_called_off_is_forgotten_with_the_family(bench: Bench) -> None:
    await _begin(bench)
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


def _stop_everything(bench: Bench) -> Callable[[Work], Awaitable[None]]:
    async def body(work: Work) -> None:
        for category in ("good_news", "events", "school"):
            stop = Stop(mailbox=ADDRESS, category=category, how="page")
            await bench.room.store.choices.stop(stop, work)

    return body


# --- policies and surveys ------------------------------------------------------------------------


async def test_a_household_with_children_at_two_schools_gets_a_policy_once(bench: Bench) -> None:
    await _begin(bench)
    await bench.tell(as_said(POLICY, school_ids=("maple", "school-1")))
    await bench.settle()
    rows = await bench.rows(about="po-1")
    assert sorted(row.household_id for row in rows) == [
        "h-1", "household-gomez", "household-kim", "household-li", "household-pat",
    ]  # fmt: skip
    names = {row.household_id: row.school_id for row in rows}
    assert (names["h-1"], names["household-kim"]) == ("maple", "school-1")


async def test_a_policy_goes_also_to_who_stopped_letters_and_a_survey_does_not(
    bench: Bench,
) -> None:
    await _begin(bench)
    await bench.room.units.run(_stop_everything(bench))
    here = as_said(POLICY, school_ids=("maple",))
    await bench.tell(here, SURVEY, VISIT, as_said(VISIT, visit_id="vi-2", state="agreed"))
    await bench.settle()
    states = {row.about: row.state for row in await bench.rows(household_id="h-1")}
    assert (states["po-1"], states["su-1"]) == ("accepted", "suppressed")
    assert (states["vi-1"], states["vi-2"]) == ("suppressed", "accepted")
    (mail,) = _mails(bench, "Please read")
    assert mail["List-Unsubscribe"] is None


async def test_a_new_edition_is_distributed_anew_and_a_mended_title_is_not(bench: Bench) -> None:
    await _begin(bench)
    await bench.tell(POLICY)
    await bench.settle()
    await bench.tell(as_said(POLICY, title="Our policy"), version=2)
    await bench.settle()
    assert len(_mails(bench, "Please read")) == 1
    await bench.tell(as_said(POLICY, title="Our policy", edition=2), version=3)
    await bench.settle()
    first, second = _mails(bench, "Please read")
    assert (first["Subject"], second["Subject"]) == (
        "Please read: Family engagement policy 2026–27",
        "Please read: Our policy",
    )


async def test_a_survey_that_closes_early_stops_what_waits(bench: Bench) -> None:
    await bench.set(take_back_seconds=600)
    await _begin(bench)
    await bench.tell(SURVEY)
    await bench.settle()
    (row,) = await bench.rows(about="su-1")
    assert row.state == "pending"
    await bench.tell(as_said(SURVEY, state="closed"), version=2)
    bench.clock.move(timedelta(minutes=20))
    await bench.settle()
    (row,) = await bench.rows(about="su-1")
    assert (row.state, row.reason) == ("suppressed", reasons.OVER)


async def test_a_survey_that_closed_before_it_was_heard_of_asks_nobody(bench: Bench) -> None:
    await _begin(bench)
    await bench.tell(as_said(SURVEY, state="closed"), version=2)
    await bench.tell(SURVEY, version=1)
    await bench.settle()
    assert not await bench.rows(about="su-1")


async def test_a_survey_of_one_class_asks_its_families_only(bench: Bench) -> None:
    await _begin(bench)
    await bench.tell(as_said(SURVEY, school_ids=("school-1",), class_ids=("school-1-5b",)))
    await bench.settle()
    assert [row.household_id for row in await bench.rows(about="su-1")] == ["household-li"]
