"""What other systems tell becomes a contact of ours, with their name on it."""

from datetime import timedelta

import pytest

from embedded.sample import District
from services.contacts.actions.notes import open_note
from services.contacts.domain.readings import NoteDraft
from services.contacts.handlers import handlers
from shared.errors import Passing, Permanent
from shared.messages import ContactLogged, EventRSVPd
from tests.contacts.conftest import NOW, TODAY, Office, staff_viewer
from tests.contacts.outside import fact, hear


async def test_a_call_of_the_phone_system_is_logged_and_told(
    district: Office, sample: District
) -> None:
    await hear(district, fact(sample, words="Well done!", language="es"))
    [told] = await district.told()
    message = told.open()
    assert isinstance(message, ContactLogged)
    assert message.origin == "/ext/phones"
    assert message.educator_id == sample.picks.educator.id
    assert message.class_ids
    assert message.letter is not None
    assert message.letter.words == "Well done!"
    assert message.letter.language == "es"
    assert told.causationid == "m1"


async def test_the_same_fact_twice_has_one_effect(district: Office, sample: District) -> None:
    assert await hear(district, fact(sample))
    assert not await hear(district, fact(sample))
    assert len(await district.told()) == 1


@pytest.mark.parametrize(
    "field", ["student_sourced_id", "guardian_sourced_id", "educator_sourced_id"]
)
async def test_people_whom_the_roster_lacks_are_waited_for(
    district: Office, sample: District, field: str
) -> None:
    with pytest.raises(Passing, match=field):
        await hear(district, fact(sample, **{field: "nobody"}))
    assert await district.told() == []


async def test_the_words_of_a_concern_stay_with_the_principal(
    district: Office, sample: District
) -> None:
    await hear(district, fact(sample, tone="concern", words="He hit somebody."))
    [told] = await district.told()
    message = told.open()
    assert isinstance(message, ContactLogged)
    assert message.letter is None
    principal = staff_viewer("principal", message.school_id)
    desk, why = district.desk, NoteDraft(reason="A call came in.")
    closed = await desk.store.contacts.one(message.contact_id, seen_by=principal, on=TODAY)
    assert (closed.note, closed.has_note) == ("", True)
    opened = await open_note(desk.store, desk.units, message.contact_id, why, principal)
    assert opened.note == "He hit somebody."


async def test_a_contact_that_is_still_to_come_is_dead_with_that_reason(
    district: Office, sample: District
) -> None:
    tomorrow = (NOW + timedelta(days=1)).isoformat()
    with pytest.raises(Permanent, match="future"):
        await hear(district, fact(sample, occurred_at=tomorrow))


async def test_facts_of_other_services_are_left_to_them(district: Office, sample: District) -> None:
    other = fact(sample).model_copy(update={"fact": "org.partners.invitation.answered.v1"})
    held = handlers(district.desk)
    assert held.means_nothing(other)
    assert not held.means_nothing(fact(sample))


async def test_data_that_do_not_fit_are_dead_at_once(district: Office, sample: District) -> None:
    with pytest.raises(Permanent, match="do not fit"):
        await hear(district, fact(sample, outcome="fainted"))


async def test_an_answer_to_an_invitation_is_on_the_familys_page(
    district: Office, sample: District
) -> None:
    store = district.desk.store
    family = await store.directory.family_of_student(sample.picks.good_news.student_ids[0])
    assert family is not None
    rsvp = EventRSVPd(
        rsvp_id="e1|h1",
        event_id="e1",
        school_id=family.students[0].school_id,
        household_id="h1",
        family_ids=(family.family_id,),
        answer="yes",
        party_size=3,
        answered_at=NOW,
    )
    await hear(district, rsvp)
    principal = staff_viewer("principal", family.students[0].school_id)
    card = await store.card(family.family_id, seen_by=principal, on=TODAY)
    assert [(each.answer, each.party_size) for each in card.replies] == [("yes", 3)]
