"""Logging, correcting and taking back contacts, with what is told of each."""

from datetime import timedelta

import pytest

from embedded.sample import District
from services.contacts.actions.logging_contacts import (
    correct_contact,
    log_contact,
    retract_contact,
)
from services.contacts.actions.mail import note_accepted, note_bounced
from services.contacts.domain.contact import Contact, ContactDraft
from services.contacts.store.contacts import Filter
from shared.envelope import Envelope
from shared.errors import Conflict, Forbidden, NotFound, Refused
from shared.identity import Viewer
from shared.messages import ContactLogged, FamilyChanged, NoticeAccepted, NoticeBounced
from shared.outbox import Work
from tests.contacts.conftest import NOW, TODAY, Office, educator_viewer, staff_viewer


async def family_of(office: Office, student_id: str) -> FamilyChanged:
    family = await office.desk.store.directory.family_of_student(student_id)
    assert family is not None
    return family


@pytest.fixture
async def family(district: Office, sample: District) -> FamilyChanged:
    """A family with a child in the teacher's class."""
    return await family_of(district, sample.picks.good_news.student_ids[0])


async def log(office: Office, family_id: str, by: Viewer, **changes: object) -> Contact:
    draft = ContactDraft.model_validate({"family_id": family_id, **changes})
    return await log_contact(office.desk.store, office.desk.units, draft, by)


async def test_a_good_news_call_is_kept_and_told(
    district: Office, family: FamilyChanged, teacher: Viewer
) -> None:
    contact = await log(district, family.family_id, teacher, words="Wonderful reading today!")
    [told] = await district.told()
    assert told.type == "org.partners.contact.logged.v1"
    assert told.version == 1
    message = told.open()
    assert isinstance(message, ContactLogged)
    assert message.letter is not None
    assert message.letter.signed.startswith(teacher.name)
    assert message.educator_id == teacher.educator_id
    assert message.class_ids
    assert message.school_id in teacher.school_ids
    kept = await district.desk.store.contacts.one(contact.contact_id, seen_by=teacher, on=TODAY)
    assert kept == contact


async def test_the_family_counts_as_told_good_news(
    district: Office, family: FamilyChanged, teacher: Viewer
) -> None:
    contact = await log(district, family.family_id, teacher)
    store = district.desk.store
    [line] = await store.families.lines([family.family_id], seen_by=teacher, on=TODAY)
    assert line.good_news_at == NOW
    await retract_contact(store, district.desk.units, contact.contact_id, teacher)
    [line] = await store.families.lines([family.family_id], seen_by=teacher, on=TODAY)
    assert line.good_news_at is None


async def test_a_family_whose_only_contact_was_undone_was_not_talked_with_last(
    district: Office, family: FamilyChanged, teacher: Viewer
) -> None:
    contact = await log(district, family.family_id, teacher)
    store = district.desk.store
    assert await store.contacts.recent_families(seen_by=teacher) == [family.family_id]
    await retract_contact(store, district.desk.units, contact.contact_id, teacher)
    assert await store.contacts.recent_families(seen_by=teacher) == []


async def test_whoever_waited_longest_comes_first(
    district: Office, family: FamilyChanged, teacher: Viewer
) -> None:
    await log(district, family.family_id, teacher)
    listed = await district.desk.store.families.listed(seen_by=teacher, on=TODAY, most=500)
    assert listed[-1].family_id == family.family_id
    assert len(listed) > 3


async def test_a_correction_is_told_in_full_with_a_new_version(
    district: Office, family: FamilyChanged, teacher: Viewer
) -> None:
    contact = await log(district, family.family_id, teacher)
    draft = ContactDraft(family_id=family.family_id, outcome="voicemail")
    store, units = district.desk.store, district.desk.units
    right = await correct_contact(store, units, contact.contact_id, draft, teacher)
    assert right.version == 2
    told = (await district.told("contact.corrected"))[0]
    assert told.version == 2
    assert told.data["now"]["outcome"] == "voicemail"
    history = await district.desk.database["contact_history"].find().to_list(None)
    assert [row["outcome"] for row in history] == ["reached"]


async def test_who_corrects_an_old_version_is_told_so(
    district: Office, family: FamilyChanged, teacher: Viewer
) -> None:
    contact = await log(district, family.family_id, teacher)
    store, units = district.desk.store, district.desk.units
    draft = ContactDraft(family_id=family.family_id, tone="hello")
    await correct_contact(store, units, contact.contact_id, draft, teacher, version=1)
    with pytest.raises(Conflict, match="Look at it again"):
        await correct_contact(store, units, contact.contact_id, draft, teacher, version=1)


async def test_words_that_have_left_cannot_be_changed(
    district: Office, family: FamilyChanged, teacher: Viewer
) -> None:
    contact = await log(district, family.family_id, teacher, words="Well done, Ana.")
    await hear(district, accepted(contact, family))
    draft = ContactDraft(family_id=family.family_id, words="Well done, Luis.")
    store, units = district.desk.store, district.desk.units
    with pytest.raises(Conflict, match="handed to the mail service"):
        await correct_contact(store, units, contact.contact_id, draft, teacher)


async def test_a_letter_that_came_back_did_not_tell_the_family(
    district: Office, family: FamilyChanged, teacher: Viewer
) -> None:
    contact = await log(
        district, family.family_id, teacher, outcome="no_answer", words="Well done."
    )
    store = district.desk.store
    await hear(district, accepted(contact, family))
    [line] = await store.families.lines([family.family_id], seen_by=teacher, on=TODAY)
    assert line.good_news_at == NOW + timedelta(minutes=1)
    bounced = NoticeBounced(
        delivery_id="d1",
        household_id="h1",
        family_ids=(family.family_id,),
        permanent=True,
        reason="no such mailbox",
        bounced_at=NOW + timedelta(minutes=2),
    )
    await hear(district, bounced, version=2)
    [line] = await store.families.lines([family.family_id], seen_by=teacher, on=TODAY)
    assert line.good_news_at is None
    card = await store.card(family.family_id, seen_by=teacher, on=TODAY)
    [letter] = card.letters_about(contact.contact_id)
    assert letter.state == "came_back"


def accepted(contact: Contact, family: FamilyChanged) -> NoticeAccepted:
    return NoticeAccepted(
        delivery_id="d1",
        kind="good_news",
        about=contact.contact_id,
        household_id="h1",
        family_ids=(family.family_id,),
        good_news=True,
        accepted_at=NOW + timedelta(minutes=1),
    )


async def hear(office: Office, message: NoticeAccepted | NoticeBounced, version: int = 1) -> None:
    envelope = Envelope.seal(
        message, id=f"m{version}", source="/partners/notifications", time=NOW, sequence=version
    )

    async def body(work: Work) -> None:
        if isinstance(message, NoticeAccepted):
            await note_accepted(office.desk.store, message, work)
        else:
            await note_bounced(office.desk.store, message, work)

    await office.desk.units.run(body, cause=envelope)


async def test_a_teacher_of_other_pupils_can_neither_see_nor_log(
    district: Office, family: FamilyChanged, sample: District
) -> None:
    taught = {
        c.educator_id
        for c in sample.classes
        for s in family.students
        if s.student_id in c.student_ids
    }
    other = next(
        each for each in sample.educators if each.id not in taught and each.id in sample.classes_of
    )
    stranger = educator_viewer(sample, other.id)
    with pytest.raises(NotFound):
        await log(district, family.family_id, stranger)
    families = district.desk.store.families
    assert await families.reach(family.family_id, seen_by=stranger, on=TODAY) == {}
    assert await families.households(family.family_id, seen_by=stranger, on=TODAY) == ()
    with pytest.raises(NotFound):
        await district.desk.store.card(family.family_id, seen_by=stranger, on=TODAY)


async def test_a_former_teacher_sees_nothing_new_from_the_day_the_class_ends(
    district: Office, family: FamilyChanged, teacher: Viewer, sample: District
) -> None:
    contact = await log(district, family.family_id, teacher)
    after = sample.year.ends + timedelta(days=1)
    store = district.desk.store
    with pytest.raises(NotFound):
        await store.families.one(family.family_id, seen_by=teacher, on=after)
    assert await store.families.listed(seen_by=teacher, on=after) == []
    own = await store.contacts.one(contact.contact_id, seen_by=teacher, on=after)
    assert own == contact  # what one wrote oneself stays one's own
    assert await store.contacts.of_family(family.family_id, seen_by=teacher, on=after) == []


async def test_a_teacher_sees_families_14_days_before_class(
    district: Office, family: FamilyChanged, teacher: Viewer, sample: District
) -> None:
    begins = min(c.begins for c in sample.classes_of[teacher.educator_id or ""])
    families = district.desk.store.families
    assert await families.sees(teacher, family.family_id, begins - timedelta(days=14))
    assert not await families.sees(teacher, family.family_id, begins - timedelta(days=15))


async def test_a_coordinator_sees_the_own_school_only(
    district: Office, family: FamilyChanged
) -> None:
    here = family.students[0].school_id
    families = district.desk.store.families
    assert await families.sees(staff_viewer("coordinator", here), family.family_id, TODAY)
    assert not await families.sees(staff_viewer("coordinator", "none"), family.family_id, TODAY)


async def test_a_helper_logs_nothing(district: Office, family: FamilyChanged) -> None:
    with pytest.raises(Forbidden):
        await log(district, family.family_id, staff_viewer("helper", family.students[0].school_id))


async def test_a_colleague_changes_nothing_of_mine(
    district: Office, family: FamilyChanged, teacher: Viewer
) -> None:
    contact = await log(district, family.family_id, teacher)
    colleague = staff_viewer("coordinator", family.students[0].school_id)
    store, units = district.desk.store, district.desk.units
    with pytest.raises(Forbidden):
        await retract_contact(store, units, contact.contact_id, colleague)


async def test_pupils_and_adults_of_another_family_are_refused(
    district: Office, family: FamilyChanged, teacher: Viewer
) -> None:
    with pytest.raises(Refused, match="not in this family"):
        await log(district, family.family_id, teacher, student_ids=("nobody",))
    with pytest.raises(Refused, match="adult"):
        await log(district, family.family_id, teacher, guardian_id="nobody")


async def test_my_contacts_come_newest_first_and_page_without_gaps(
    district: Office, family: FamilyChanged, teacher: Viewer
) -> None:
    for minutes in range(7):
        await log(
            district,
            family.family_id,
            teacher,
            occurred_at=NOW - timedelta(minutes=minutes // 2),
            tone="good_news" if minutes % 2 else "hello",
        )
    contacts = district.desk.store.contacts
    seen: list[Contact] = []
    while part := await contacts.mine(
        Filter(),
        seen_by=teacher,
        after=(seen[-1].occurred_at, seen[-1].contact_id) if seen else None,
        most=3,
    ):
        seen += part
    assert len({each.contact_id for each in seen}) == 7
    assert [e.occurred_at for e in seen] == sorted((e.occurred_at for e in seen), reverse=True)
    hello = await contacts.mine(Filter(tone="hello"), seen_by=teacher, after=None, most=50)
    assert len(hello) == 4


async def test_search_finds_by_adult_and_forgives_a_typing_mistake(
    district: Office, family: FamilyChanged
) -> None:
    principal = staff_viewer("principal", family.students[0].school_id)
    families = district.desk.store.families
    student = family.students[0]
    exact = await families.listed(
        seen_by=principal, on=TODAY, query=f"{student.family_name} {student.given_name}".upper()
    )
    assert family.family_id in {each.family_id for each in exact}
    letters = list(student.family_name)
    letters[1], letters[2] = letters[2], letters[1]
    mistyped = await families.listed(
        seen_by=principal, on=TODAY, query=f"{student.given_name} {''.join(letters)}"
    )
    assert family.family_id in {each.family_id for each in mistyped}
