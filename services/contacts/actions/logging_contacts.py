"""Writing down a contact, correcting it, taking it back."""

from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.contacts.actions.interpreters import name_of_interpreter
from services.contacts.domain.contact import Author, Contact, ContactDraft, Place
from services.contacts.domain.follow_ups import FollowUp
from services.contacts.domain.resources import Readers, Resource, by_fit
from services.contacts.domain.views import LOGS, may_change
from services.contacts.store import Store
from shared.errors import Conflict, Forbidden, NotFound, Refused
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import FamilyChanged, SchoolChanged, SharedResource, StudentFacts
from shared.outbox import Units, Work
from shared.sight import in_sight

NOT_OFFERED = N_(
    "The resource that you chose is not offered to this family’s school any more. Choose another."
)
NOWHERE = ZoneInfo("America/New_York")
"""The time zone of whoever has no school of their own."""


async def log_contact(
    store: Store,
    units: Units,
    draft: ContactDraft,
    by: Viewer,
    contact_id: str | None = None,
    *,
    follow_up: FollowUp | None = None,
) -> Contact:
    """Keep a contact and tell the others. `Refused`, `NotFound`, `Forbidden` with the reason.

    `contact_id` is given by whoever may ask again: then the contact that is there is given.
    `follow_up` (`follow_ups.drafted`) is what comes of it: kept with it, or neither of them.
    """
    if by.role not in LOGS:
        raise Forbidden("Your role does not log contacts.")
    now = units.clock.now()
    on = await today(store, by, now)
    family = await store.families.one(draft.family_id, seen_by=by, on=on)
    draft, place = await _placed(store, draft, family, by, on)
    name = await name_of_interpreter(store, draft.interpreter_id, by)
    place = place.model_copy(update={"interpreter": name})
    author = await _author(store, by, place)
    resource = await _resource(store, draft, place, family)
    new_id = contact_id or units.mint()
    contact = Contact.logged(new_id, draft, place, author, now, resource=resource)

    async def body(work: Work) -> Contact:
        if contact_id and (there := await store.contacts.known(contact_id, work)):
            return there
        await store.contacts.add(contact, work)
        if follow_up:
            from_it = {"contact_id": contact.contact_id}
            await store.follow_ups.add(follow_up.model_copy(update=from_it), work)
        work.emit(contact.told(), sequence=contact.version)
        return contact

    return await units.run(body)


async def correct_contact(
    store: Store,
    units: Units,
    contact_id: str,
    draft: ContactDraft,
    by: Viewer,
    *,
    version: int | None = None,
) -> Contact:
    """Keep the right facts as a new version and tell the others, in full.

    `version`: the one that was corrected, if known; `Conflict` when there is a newer one.
    """
    now = units.clock.now()
    on = await today(store, by, now)
    before = await _to_change(store, contact_id, by, on, version)
    family = await store.families.one(before.family_id, seen_by=by, on=on)
    draft, place = await _placed(store, draft, family, by, on)
    if draft.student_ids == before.student_ids:
        # Classes end; the contact still counts where it took place.
        place = Place(school_id=before.school_id, class_ids=before.class_ids)
    named = (before.interpreter_id, before.interpreter)
    name = await name_of_interpreter(store, draft.interpreter_id, by, before=named)
    place = place.model_copy(update={"interpreter": name})
    author = await _author(store, by, place)
    resource = await _resource(store, draft, place, family, before.resource)

    async def body(work: Work) -> Contact:
        known = await store.contacts.of_work(contact_id, work)
        posted = await store.mail.has_left(contact_id, work)
        right = known.corrected(draft, place, author, now, posted=posted, resource=resource)
        await store.contacts.replace(known, right, work)
        work.emit(right.correction(), sequence=right.version)
        return right

    return await units.run(body)


async def retract_contact(
    store: Store,
    units: Units,
    contact_id: str,
    by: Viewer,
    *,
    reason: str = "",
    version: int | None = None,
) -> Contact:
    """Take a contact back: it did not take place, or was another family's. Tells the others."""
    now = units.clock.now()
    on = await today(store, by, now)
    await _to_change(store, contact_id, by, on, version)

    async def body(work: Work) -> Contact:
        known = await store.contacts.of_work(contact_id, work)
        gone = known.retracted(reason, by.account_id, now)
        await store.contacts.replace(known, gone, work)
        work.emit(gone.withdrawal(), sequence=gone.version)
        return gone

    return await units.run(body)


async def resources_for(store: Store, readers: Readers) -> list[Resource]:
    """What may go along: what the pupils' schools show, the best fitting first."""
    return by_fit(await store.resources.of_schools(readers.school_ids, ["shown"]), readers)


async def today(store: Store, viewer: Viewer, now: datetime) -> date:
    """The day at the viewer's school; for the district, in `NOWHERE`."""
    return now.astimezone(await zone_at_school(store, viewer) or NOWHERE).date()


async def zone_at_school(store: Store, viewer: Viewer) -> ZoneInfo | None:
    """The time zone of the viewer's school, the first of several; None for the district."""
    school_ids = sorted(viewer.school_ids)
    name = await store.directory.time_zone_of(school_ids[0]) if school_ids else None
    return zone_of(name) if name else None


async def school_of(store: Store, viewer: Viewer) -> SchoolChanged | None:
    """The viewer's school, the first of several; None for the district."""
    school_ids = sorted(viewer.school_ids)
    return await store.directory.school(school_ids[0]) if school_ids else None


def zone_of(name: str) -> ZoneInfo:
    """A time zone by its name; UTC where the name is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


async def _to_change(
    store: Store, contact_id: str, by: Viewer, on: date, version: int | None
) -> Contact:
    contact = await store.contacts.one(contact_id, seen_by=by, on=on)
    if not may_change(contact, by):
        raise Forbidden(
            "Only the person who logged a contact, the principal and the district may change it."
        )
    if version is not None and version != contact.version:
        raise Conflict("Somebody changed this contact in the meantime. Look at it again.")
    return contact


async def _placed(
    store: Store, draft: ContactDraft, family: FamilyChanged, by: Viewer, on: date
) -> tuple[ContactDraft, Place]:
    """Fill in the pupils; find the school and the classes by which the author knows them."""
    known = {student.student_id: student for student in family.students}
    if unknown := [each for each in draft.student_ids if each not in known]:
        raise Refused(f"{len(unknown)} of the pupils are not in this family. Choose them again.")
    guardians = {each.guardian_id for each in family.guardians}
    if draft.guardian_id and draft.guardian_id not in guardians:
        raise Refused("This adult is not in this family. Choose the person again.")
    classes = await store.directory.classes_of(by, on)
    chosen = [known[each] for each in draft.student_ids or await _own(known, classes, by, on)]
    student_ids = tuple(student.student_id for student in chosen)
    own = [s for s in chosen if by.sees_school(s.school_id)] or chosen
    place = Place(school_id=own[0].school_id, class_ids=_shared_classes(chosen, classes, on))
    return draft.model_copy(update={"student_ids": student_ids}), place


async def _own(
    known: dict[str, StudentFacts], classes: frozenset[str], by: Viewer, on: date
) -> list[str]:
    """Nobody was named: an educator means own pupils, everybody else those of own schools."""
    taught = [s for s in known.values() if _shared_classes([s], classes, on)]
    own = taught or [s for s in known.values() if by.sees_school(s.school_id)]
    found = [s.student_id for s in own or known.values()]
    if not found:
        raise Refused("This family has no pupils here any more.")
    return found


def _shared_classes(
    students: list[StudentFacts], classes: frozenset[str], on: date
) -> tuple[str, ...]:
    attended = (
        each.class_id
        for student in students
        for each in student.enrollments
        if each.class_id in classes and in_sight(each, on)
    )
    return tuple(dict.fromkeys(attended))


async def _resource(
    store: Store,
    draft: ContactDraft,
    place: Place,
    family: FamilyChanged,
    before: SharedResource | None = None,
) -> SharedResource | None:
    """What was chosen from the library, as it is now; what went along already stays as it was."""
    if not draft.resource_id:
        return None
    if before and before.resource_id == draft.resource_id:
        return before
    schools = {None, *(each.school_id for each in family.students)}
    try:
        found = await store.resources.one(draft.resource_id)
    except NotFound as gone:
        raise Refused(NOT_OFFERED) from gone
    if found.state != "shown" or found.school_id not in schools:
        raise Refused(NOT_OFFERED)
    return found.attached(place.school_id)


async def _author(store: Store, by: Viewer, place: Place) -> Author:
    school = await store.directory.school(place.school_id)
    parts = (by.name, school.name if school else "")
    return Author(
        account_id=by.account_id,
        educator_id=by.educator_id,
        name=by.name,
        signature=", ".join(part for part in parts if part),
    )
