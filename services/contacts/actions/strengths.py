"""Reading, adding and removing what educators learned about a child."""

from collections.abc import Iterable, Mapping
from datetime import date

from services.contacts.actions.logging_contacts import today
from services.contacts.domain.strengths import MOST_OF_STUDENT, Strength, may_remove, shares
from services.contacts.store import Store
from shared.errors import Forbidden, NotFound, Refused
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import FamilyChanged, StudentFacts
from shared.outbox import Units, Work
from shared.sight import attends

Known = Mapping[str, tuple[Strength, ...]]
"""By pupil; those of whom the viewer may not read are left out."""


async def strengths_of(store: Store, family: FamilyChanged, viewer: Viewer, on: date) -> Known:
    """What is known of a family's pupils whom the viewer teaches, or whose school it is."""
    students = await _shared(store, family, viewer, on)
    found = await store.strengths.of_students(list(students))
    return {
        student_id: tuple(each for each in found if each.student_id == student_id)
        for student_id in students
    }


async def add_strength(
    store: Store, units: Units, family_id: str, student_id: str, words: str, by: Viewer
) -> Strength:
    """Keep it; what is known already is given again. `Refused`, `Forbidden` with the reason."""
    students = await _shared_of(store, units, family_id, by)
    if student_id not in students:
        raise Forbidden(N_("Only the educators of this child and its school may write this."))
    said = Strength(
        strength_id=units.mint(),
        student_id=student_id,
        words=" ".join(words.split()),
        account_id=by.account_id,
        author=by.name,
        said_at=units.clock.now(),
    )

    async def body(work: Work) -> Strength:
        known = await store.strengths.known(student_id, work)
        for each in known:
            if each.words.casefold() == said.words.casefold():
                return each
        if len(known) >= MOST_OF_STUDENT:
            raise Refused(N_("So much is known of this child already: remove something first."))
        await store.strengths.add(said, work)
        return said

    return await units.run(body)


async def remove_strength(
    store: Store, units: Units, family_id: str, strength_id: str, by: Viewer
) -> None:
    """Forget it for good; for who wrote it, and for the principal."""
    students = await _shared_of(store, units, family_id, by)
    strength = await store.strengths.one(strength_id)
    if strength.student_id not in students:
        raise NotFound(N_("This was removed already."))
    if not may_remove(strength, by):
        raise Forbidden(N_("Only who wrote this and the principal may remove it."))
    await store.strengths.remove(strength_id)


async def _shared_of(
    store: Store, units: Units, family_id: str, viewer: Viewer
) -> dict[str, StudentFacts]:
    on = await today(store, viewer, units.clock.now())
    family = await store.families.one(family_id, seen_by=viewer, on=on)
    return await _shared(store, family, viewer, on)


async def _shared(
    store: Store, family: FamilyChanged, viewer: Viewer, on: date
) -> dict[str, StudentFacts]:
    return {each.student_id: each for _, each in await pupils_known(store, [family], viewer, on)}


async def pupils_known(
    store: Store, families: Iterable[FamilyChanged], viewer: Viewer, on: date
) -> list[tuple[FamilyChanged, StudentFacts]]:
    """The pupils of some families of whom the viewer knows more than their names."""
    classes, given = await store.directory.in_charge_of(viewer, on)
    return [
        (family, each)
        for family in families
        for each in family.students
        if shares(each, viewer, teaches=family.family_id in given or attends(each, classes, on))
    ]
