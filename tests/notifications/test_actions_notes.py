"""A note of an educator to one family: who gets it, when, and how it is taken back."""

from datetime import timedelta

import pytest

from services.notifications.domain import reasons
from shared.errors import Passing
from shared.messages import (
    ContactCorrected,
    ContactRetracted,
    FlagsAsOf,
    FlagsChanged,
    NoticeAccepted,
    NoticeNotSent,
)
from tests.notifications.conftest import Bench
from tests.notifications.making import NOW, Adult, contact, family, household


async def test_nothing_leaves_because_something_was_logged(bench: Bench) -> None:
    await bench.tell(contact("gomez", words=None))
    await bench.settle()
    assert await bench.rows() == []
    assert bench.sink.taken == []


async def test_a_family_gets_the_note_in_its_language_and_others_are_told(bench: Bench) -> None:
    await bench.tell(contact("gomez"))
    await bench.settle()
    (mail,) = bench.sink.letters_to("gomez@family.example")
    assert mail["Subject"] == "Buenas noticias sobre Gomez"
    assert mail["Reply-To"] == '"Ms. Rivera, Maple Elementary" <rivera@schools.example>'
    row = await bench.row("gomez")
    assert (row.state, row.reason, row.language) == ("accepted", reasons.ACCEPTED, "es")
    (said,) = [each.open() for each in await bench.told() if each.type == NoticeAccepted.TYPE]
    assert isinstance(said, NoticeAccepted)
    assert (said.good_news, said.language, said.family_ids) == (True, "es", ("family-gomez",))
    assert said.student_ids == ("student-gomez",)


async def test_separated_parents_each_get_their_own_letter(bench: Bench) -> None:
    await bench.tell(contact("smith"))
    await bench.settle()
    (kim,) = bench.sink.letters_to("kim@family.example")
    (pat,) = bench.sink.letters_to("pat@family.example")
    assert "Pat" not in kim.as_string()
    assert kim["Content-Language"] == "en"
    assert pat["Content-Language"] == "ar"
    assert kim["List-Unsubscribe"] != pat["List-Unsubscribe"]


async def test_the_same_message_twice_is_one_letter(bench: Bench) -> None:
    await bench.tell(contact("gomez"))
    await bench.tell(contact("gomez"))
    await bench.settle()
    assert len(bench.sink.taken) == 1


async def test_a_family_not_known_yet_is_waited_for(bench: Bench) -> None:
    with pytest.raises(Passing):
        await bench.tell(contact("nobody"))


async def test_a_household_not_known_yet_is_waited_for(bench: Bench) -> None:
    alone, _ = family("new")
    await bench.tell(alone)
    with pytest.raises(Passing):
        await bench.tell(contact("new"))


async def test_a_household_without_address_is_told_of_with_the_reason(bench: Bench) -> None:
    await bench.set(paper="off")
    await bench.tell(*family("off", Adult("ana", "off", mailbox=False)))
    await bench.tell(contact("off"))
    assert (await bench.row("off")).reason == reasons.NO_ADDRESS
    said = (await bench.told())[-1].open()
    assert isinstance(said, NoticeNotSent)
    assert said.reason == reasons.NO_ADDRESS


async def test_who_is_not_set_to_get_mail_gets_none(bench: Bench) -> None:
    await bench.tell(*family("off", Adult("ana", "off", gets_mail=False)))
    await bench.tell(contact("off"))
    assert (await bench.row("off")).reason == reasons.NOBODY_GETS_MAIL


async def test_a_household_that_may_not_hear_of_the_child_gets_nothing(bench: Bench) -> None:
    people, home = family("far")
    await bench.tell(people, home.model_copy(update={"student_ids": ()}))
    await bench.tell(contact("far"))
    await bench.settle()
    assert (await bench.row("far")).reason == reasons.NOT_ALL_MAY_HEAR
    assert bench.sink.taken == []


def _flag(number: int = 1, **what: bool) -> FlagsChanged:
    pat = {"guardian_id": "guardian-smith-pat", "student_id": "student-smith"}
    return FlagsChanged.model_validate({"number": number, **pat, **what})


async def test_a_flagged_household_gets_nothing_and_the_other_does(bench: Bench) -> None:
    await bench.tell(_flag(custody=True))
    await bench.tell(contact("smith"))
    await bench.settle()
    assert (await bench.row("pat")).reason == reasons.FLAGGED
    assert [to for to, _ in bench.sink.taken] == ["kim@family.example"]


async def test_a_flag_that_was_lifted_bars_no_more(bench: Bench) -> None:
    await bench.tell(_flag(custody=True), _flag(2), FlagsAsOf(number=2, as_of=NOW))
    await bench.tell(contact("smith"))
    await bench.settle()
    assert (await bench.row("pat")).state == "accepted"


async def test_a_flag_stops_what_has_not_been_handed_over(bench: Bench) -> None:
    await bench.set(take_back_seconds=600)
    await bench.tell(contact("smith"))
    await bench.tell(_flag(do_not_contact=True))
    assert (await bench.row("pat")).reason == reasons.FLAGGED
    assert (await bench.row("kim")).state == "pending"
    assert (await bench.told())[-1].type.endswith("flags.applied.v1")


async def test_a_lifted_flag_that_comes_late_stops_nothing(bench: Bench) -> None:
    await bench.set(take_back_seconds=600)
    await bench.tell(contact("smith"), _flag(2))
    await bench.tell(_flag(1, custody=True))
    assert (await bench.row("pat")).state == "pending"


async def test_while_a_flag_is_missing_letters_wait(bench: Bench) -> None:
    await bench.tell(FlagsAsOf(number=1, as_of=NOW))
    await bench.tell(contact("gomez"))
    await bench.settle()
    row = await bench.row("gomez")
    assert (row.state, row.reason) == ("pending", reasons.FLAGS_NOT_FRESH)
    await bench.tell(_flag())
    bench.clock.move(timedelta(seconds=31))
    await bench.settle()
    assert (await bench.row("gomez")).state == "accepted"


async def test_when_nothing_is_heard_of_flags_for_five_minutes_letters_wait(bench: Bench) -> None:
    bench.clock.move(timedelta(minutes=6))
    await bench.tell(contact("gomez"))
    await bench.settle()
    assert bench.sink.taken == []


async def test_a_note_rests_for_the_take_back_time(bench: Bench) -> None:
    await bench.set(take_back_seconds=600)
    await bench.tell(contact("gomez"))
    await bench.settle()
    assert (await bench.row("gomez")).reason == reasons.TAKE_BACK
    bench.clock.move(timedelta(seconds=600))
    await bench.tell(FlagsAsOf(number=0, as_of=bench.clock.now()))
    await bench.settle()
    assert len(bench.sink.taken) == 1


async def test_a_retracted_contact_takes_its_letter_back(bench: Bench) -> None:
    await bench.set(take_back_seconds=60)
    await bench.tell(contact("gomez"))
    await bench.tell(ContactRetracted(contact_id="contact-1"), version=2)
    assert (await bench.row("gomez")).reason == reasons.TAKEN_BACK
    bench.clock.move(timedelta(seconds=61))
    await bench.settle()
    assert bench.sink.taken == []
    assert await bench.told_types() == ["notice.not-sent"]


async def test_a_retraction_that_overtakes_the_contact_still_counts(bench: Bench) -> None:
    await bench.tell(ContactRetracted(contact_id="contact-1"), version=2)
    await bench.tell(contact("gomez"))
    await bench.settle()
    assert bench.sink.taken == []


async def test_a_letter_that_left_stays_told(bench: Bench) -> None:
    await bench.tell(contact("gomez"))
    await bench.settle()
    await bench.tell(ContactRetracted(contact_id="contact-1"), version=2)
    assert (await bench.row("gomez")).state == "accepted"


def _corrected(**over: object) -> ContactCorrected:
    now = contact(**{"family_name": "gomez", **over})  # type: ignore[arg-type]
    return ContactCorrected(contact_id="contact-1", now=now)


async def test_a_correction_rewords_what_has_not_left(bench: Bench) -> None:
    await bench.set(take_back_seconds=60)
    await bench.tell(contact("gomez"))
    await bench.tell(_corrected(words="A splendid day!"), version=2)
    bench.clock.move(timedelta(seconds=61))
    await bench.settle()
    (mail,) = bench.sink.letters_to("gomez@family.example")
    text = mail.get_body(("plain",))
    assert text is not None
    assert "A splendid day!" in text.get_content()


async def test_a_correction_without_a_letter_stops_it(bench: Bench) -> None:
    await bench.set(take_back_seconds=60)
    await bench.tell(contact("gomez"))
    await bench.tell(_corrected(words=None), version=2)
    assert (await bench.row("gomez")).reason == reasons.CORRECTED


async def test_a_correction_to_another_family_writes_to_that_family(bench: Bench) -> None:
    await bench.set(take_back_seconds=60)
    await bench.tell(contact("gomez"))
    await bench.tell(_corrected(family_name="li"), version=2)
    bench.clock.move(timedelta(seconds=61))
    await bench.settle()
    assert [to for to, _ in bench.sink.taken] == ["li@family.example"]


async def test_a_correction_back_to_the_first_family_writes_to_it_after_all(bench: Bench) -> None:
    await bench.set(take_back_seconds=60)
    await bench.tell(contact("gomez"))
    await bench.tell(_corrected(family_name="li"), version=2)
    await bench.tell(_corrected(family_name="gomez"), version=3)
    bench.clock.move(timedelta(seconds=61))
    await bench.settle()
    assert [to for to, _ in bench.sink.taken] == ["gomez@family.example"]


async def test_a_correction_after_the_letter_left_sends_no_second_one(bench: Bench) -> None:
    await bench.tell(contact("gomez"))
    await bench.settle()
    await bench.tell(_corrected(words="Other words", tone="information"), version=2)
    await bench.settle()
    assert len(bench.sink.taken) == 1


async def test_an_older_correction_changes_nothing(bench: Bench) -> None:
    await bench.set(take_back_seconds=60)
    await bench.tell(contact("gomez"))
    await bench.tell(_corrected(words="Third"), version=3)
    await bench.tell(_corrected(words="Second"), version=2)
    notice = await bench.room.store.notices.get("contact|contact-1|")
    assert notice is not None
    assert notice.content.words == "Third"  # type: ignore[union-attr]


async def test_a_concern_goes_out_as_a_note_not_as_good_news(bench: Bench) -> None:
    await bench.tell(contact("gomez", tone="concern"))
    await bench.settle()
    (mail,) = bench.sink.letters_to("gomez@family.example")
    assert mail["Subject"] == "Una nota sobre Gomez"
    said = (await bench.told())[-1].open()
    assert isinstance(said, NoticeAccepted)
    assert not said.good_news


async def test_a_letter_follows_its_household_to_a_new_address(bench: Bench) -> None:
    await bench.set(take_back_seconds=60)
    await bench.tell(contact("gomez"))
    adults = (Adult("ana", "gomez", "es"), Adult("luis", "gomez", "es"))
    moved = household("gomez", adults[0], adults).model_copy(
        update={"mailbox": "new@family.example"}
    )
    await bench.tell(moved, version=2)
    bench.clock.move(timedelta(seconds=61))
    await bench.settle()
    assert [to for to, _ in bench.sink.taken] == ["new@family.example"]


async def test_two_letters_that_follow_to_one_address_are_one(bench: Bench) -> None:
    await bench.set(take_back_seconds=60)
    await bench.tell(contact("smith"))
    adults = (Adult("kim", "kim", "en"), Adult("pat", "pat", "ar"))
    for adult in adults:
        moved = household("smith", adult, adults).model_copy(
            update={"mailbox": "we@family.example"}
        )
        await bench.tell(moved, version=2)
    bench.clock.move(timedelta(seconds=61))
    await bench.settle()
    assert [to for to, _ in bench.sink.taken] == ["we@family.example"]
    assert sorted(row.state for row in await bench.rows()) == ["accepted", "suppressed"]
