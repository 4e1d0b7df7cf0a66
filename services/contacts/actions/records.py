"""Taking out the record of a pupil: never without saying for whom and why."""

from services.contacts.actions.logging_contacts import today
from services.contacts.domain.asking import without_words
from services.contacts.domain.corrections import REACH
from services.contacts.domain.records import (
    Disclosure,
    DisclosureDraft,
    StudentRecord,
    about,
    letters_about,
    may_give,
)
from services.contacts.store import Store
from shared.errors import NotFound
from shared.identity import Viewer
from shared.messages import FamilyChanged, StudentFacts
from shared.outbox import Units, Work

ALL = 100_000
"""More contacts than any family has."""


async def student_of(
    store: Store, student_id: str, viewer: Viewer
) -> tuple[StudentFacts, FamilyChanged]:
    """A pupil whose record the viewer may take out, and the family. `NotFound` for all others."""
    family = await store.directory.family_of_student(student_id)
    for student in family.students if family else ():
        if student.student_id == student_id and family and may_give(student, viewer):
            return student, family
    raise NotFound("There is no such student, or the record is not yours to give.")


async def take_out(
    store: Store, units: Units, student_id: str, draft: DisclosureDraft, by: Viewer
) -> StudentRecord:
    """Everything that is known of a pupil; that it was taken out is kept before it is read."""
    student, family = await student_of(store, student_id, by)
    disclosure = Disclosure(
        disclosure_id=units.mint(),
        student_id=student_id,
        to=draft.to,
        reason=draft.reason.strip(),
        account_id=by.account_id,
        name=by.name,
        at=units.clock.now(),
    )

    async def body(work: Work) -> None:
        await store.disclosures.add(disclosure, work)

    await units.run(body)
    return await _read(store, units, student, family, by)


async def _read(
    store: Store, units: Units, student: StudentFacts, family: FamilyChanged, by: Viewer
) -> StudentRecord:
    now, family_id = units.clock.now(), family.family_id
    on = await today(store, by, now)
    contacts = await store.contacts.of_family(
        family_id, seen_by=by, on=on, most=ALL, with_notes=True
    )
    own = about(student.student_id, contacts)
    adults = [each.guardian_id for each in family.guardians]
    flags = await store.flags.in_force(adults)
    corrected = await store.corrections.history(adults)
    return StudentRecord(
        student=student,
        guardians=family.guardians,
        contacts=own,
        strengths=tuple(await store.strengths.of_students([student.student_id])),
        letters=letters_about(family, own, await store.mail.letters_to(family_id, ALL)),
        replies=await store.mail.replies_of(family_id, ALL),
        follow_ups=tuple(map(without_words, await store.follow_ups.all_of(family_id))),
        suggestions=tuple(await store.suggestions.all_of(student.student_id)),
        caseloads=tuple(await store.caseloads.all_of(family_id)),
        flags=tuple(each for each in flags if each.student_id == student.student_id),
        corrections=tuple(each for each in corrected if each.what not in REACH),
        note_readings=tuple(await store.readings.of_family(family_id)),
        looks=tuple(await store.readings.looks([family_id])),
        disclosures=await store.disclosures.of_student(student.student_id),
        made_at=now,
    )
