"""Who may plan and change which event: educators for own classes, the office for its school."""

from collections.abc import Collection
from dataclasses import dataclass

from services.events.actions.desk import Desk
from services.events.domain import Fault, SchoolEvent, Wrong
from services.events.store.school_events import SCHOOL_STAFF
from shared.errors import Forbidden, NotFound
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import SchoolChanged, SchoolClass
from shared.outbox import Work

NOT_YOURS = N_(
    "You can plan events for your own classes. Please ask the office for one for the whole school."
)
UNKNOWN = N_("There is no such event, or it isn't yours to see.")


async def event_seen_by(
    desk: Desk, event_id: str, viewer: Viewer, work: Work | None = None
) -> SchoolEvent:
    """The event; `NotFound` when there is none or the viewer may not know of it."""
    event = await desk.events.seen(event_id, seen_by=viewer, now=desk.now, work=work)
    if event is None:
        raise NotFound(UNKNOWN)
    return event


async def may_manage(desk: Desk, event: SchoolEvent, viewer: Viewer) -> bool:
    """Whether the viewer may change, publish and cancel this event."""
    return await _may_plan(desk, viewer, event.school_id, event.class_ids)


async def event_managed_by(desk: Desk, event_id: str, viewer: Viewer, work: Work) -> SchoolEvent:
    """The event, to be changed; `Forbidden` when the viewer may only look."""
    event = await event_seen_by(desk, event_id, viewer, work)
    if not await may_manage(desk, event, viewer):
        raise Forbidden(NOT_YOURS)
    return event


async def school_to_plan_for(
    desk: Desk, viewer: Viewer, school_id: str, class_ids: Collection[str]
) -> SchoolChanged:
    """The school of a draft; `Wrong` or `Forbidden` when this viewer can't invite these classes."""
    school = await desk.directory.school(school_id)
    if school is None or not school.active or not viewer.sees_school(school_id):
        says = N_("Please choose one of your schools.")
        raise Wrong([Fault(field="school_id", says=says)])
    unknown = set(class_ids) - {each.class_id for each in school.classes}
    if unknown:
        says = N_("A class that you chose is not a class of this school.")
        raise Wrong([Fault(field="class_ids", says=says)])
    if not await _may_plan(desk, viewer, school_id, class_ids):
        raise Forbidden(NOT_YOURS)
    return school


@dataclass(frozen=True)
class Choice:
    """A school for which a viewer may plan; `whole` when all its families may be invited."""

    school: SchoolChanged
    whole: bool
    classes: tuple[SchoolClass, ...]


async def audiences_open_to(desk: Desk, viewer: Viewer) -> list[Choice]:
    """The schools and classes for which this viewer may plan an event now."""
    whole = viewer.role == "district" or viewer.role in SCHOOL_STAFF
    today = desk.now.date()
    own = await desk.directory.classes_of(viewer, today)
    choices = []
    for school in await desk.directory.schools():
        if not viewer.sees_school(school.school_id):
            continue
        running = (each for each in school.classes if each.ends >= today)
        classes = tuple(each for each in running if whole or each.class_id in own)
        if whole or classes:
            choices.append(Choice(school, whole, classes))
    return choices


async def _may_plan(desk: Desk, viewer: Viewer, school_id: str, class_ids: Collection[str]) -> bool:
    if not viewer.sees_school(school_id):
        return False
    if viewer.role == "district" or viewer.role in SCHOOL_STAFF:
        return True
    if viewer.role != "educator" or not class_ids:
        return False
    return set(class_ids) <= await desk.directory.classes_of(viewer, desk.now.date())
