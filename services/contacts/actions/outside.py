"""What other systems tell: their contacts become ours, with their name on them."""

from pydantic import ValidationError

from services.contacts.domain.contact import Contact, ContactDraft, Place
from services.contacts.domain.outside import author_of, classes_between
from services.contacts.store import Store
from shared.errors import Passing, Permanent, Refused
from shared.external import FamilyContacted
from shared.messages import (
    EducatorChanged,
    ExternalFactReceived,
    FamilyChanged,
    GuardianFacts,
)
from shared.outbox import Work


async def take_in_contact(store: Store, fact: ExternalFactReceived, work: Work) -> None:
    """Make a contact of another system's `FamilyContacted`.

    `Passing` while the roster does not know the people: it may come tonight. `Permanent` when no
    roster can make it right.
    """
    try:
        told = FamilyContacted.model_validate(fact.data)
    except ValidationError as wrong:
        raise Permanent("the data do not fit org.partners.family.contacted.v1") from wrong
    family = await _family(store, told)
    educator = await _educator(store, told)
    contact = await _contact(store, fact, told, family, educator, work)
    await store.contacts.add(contact, work)
    work.emit(contact.told(), sequence=contact.version)


async def _family(store: Store, told: FamilyContacted) -> FamilyChanged:
    family = await store.families.of_student(told.student_sourced_id)
    if family is None:
        raise Passing("the roster has no student of this id (student_sourced_id)")
    return family


async def _educator(store: Store, told: FamilyContacted) -> EducatorChanged | None:
    if told.educator_sourced_id is None:
        return None
    educator = await store.directory.educator_by_sourced(told.educator_sourced_id)
    if educator is None:
        raise Passing("the roster has no educator of this id (educator_sourced_id)")
    return educator


def _guardian(told: FamilyContacted, family: FamilyChanged) -> GuardianFacts | None:
    if told.guardian_sourced_id is None:
        return None
    for guardian in family.guardians:
        if told.guardian_sourced_id in guardian.sourced_ids:
            return guardian
    raise Passing("the student has no parent or caregiver of this id (guardian_sourced_id)")


async def _contact(
    store: Store,
    fact: ExternalFactReceived,
    told: FamilyContacted,
    family: FamilyChanged,
    educator: EducatorChanged | None,
    work: Work,
) -> Contact:
    guardian = _guardian(told, family)
    student = next(s for s in family.students if told.student_sourced_id in s.sourced_ids)
    concern = told.tone == "concern"
    draft = ContactDraft(
        family_id=family.family_id,
        student_ids=(student.student_id,),
        guardian_id=guardian.guardian_id if guardian else None,
        channel=told.channel,
        direction=told.direction,
        tone=told.tone,
        outcome=told.outcome,
        language=told.language,
        occurred_at=told.occurred_at,
        # A concern is never mailed; the words stay with the contact, for the principal.
        words="" if concern else told.words,
        words_language=told.language or "en",
        note=told.words if concern else "",
    )
    place = Place(school_id=student.school_id, class_ids=classes_between(student, educator))
    author = author_of(fact.system, educator, await store.directory.school(place.school_id))
    try:
        return Contact.logged(work.mint(), draft, place, author, work.now)
    except Refused as wrong:
        raise Permanent(str(wrong)) from wrong
