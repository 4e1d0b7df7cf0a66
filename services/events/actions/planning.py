"""The life of a school event, from draft to published, changed and cancelled."""

from services.events.actions.desk import Desk
from services.events.actions.rights import event_managed_by, school_to_plan_for
from services.events.domain import EventDraft, SchoolEvent
from services.events.domain.draft import hours_of
from shared.errors import Conflict
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import EventCancelled, EventChanged, EventPublished
from shared.outbox import Work


async def plan_event(
    desk: Desk, draft: EventDraft, by: Viewer, event_id: str | None = None
) -> SchoolEvent:
    """Keep a new draft. Raises `Wrong` (which fields, and why) and `Forbidden`.

    `event_id` is given by whoever may ask again: then the event that is there is given.
    """
    draft = draft.tidy()
    school = await school_to_plan_for(desk, by, draft.school_id, draft.class_ids)
    hours = hours_of(draft, school.time_zone, desk.now)

    async def body(work: Work) -> SchoolEvent:
        if event_id and (there := await desk.events.one(event_id, work)):
            return there
        event = SchoolEvent.planned(
            draft,
            hours,
            event_id=event_id or work.mint(),
            by=by.account_id,
            organizer_id=by.educator_id,
            now=work.now,
        )
        await desk.events.add(event, work)
        return event

    return await desk.units.run(body)


async def edit_event(
    desk: Desk, event_id: str, draft: EventDraft, by: Viewer, *, version: int | None = None
) -> SchoolEvent:
    """Change an event; families who were invited are told if it is published.

    `version` is the one that the editor saw; `Conflict` when somebody saved another since.
    """
    draft = draft.tidy()
    school = await school_to_plan_for(desk, by, draft.school_id, draft.class_ids)

    async def body(work: Work) -> SchoolEvent:
        event = await event_managed_by(desk, event_id, by, work)
        _must_be(event, version)
        hours = hours_of(draft, school.time_zone, work.now)
        edited = event.edited(draft, hours, work.now)
        if edited is event:
            return event
        await desk.events.save(edited, event, work)
        if edited.state == "published":
            told = EventChanged(event_id=event_id, facts=edited.facts())
            work.emit(told, sequence=edited.revision)
        return edited

    return await desk.units.run(body)


async def publish_event(
    desk: Desk, event_id: str, by: Viewer, *, version: int | None = None
) -> SchoolEvent:
    """Open it for answers and have the families invited."""

    async def body(work: Work) -> SchoolEvent:
        event = await event_managed_by(desk, event_id, by, work)
        _must_be(event, version)
        published = event.published(work.now)
        await desk.events.save(published, event, work)
        told = EventPublished(event_id=event_id, facts=published.facts())
        work.emit(told, sequence=published.revision)
        return published

    return await desk.units.run(body)


async def cancel_event(desk: Desk, event_id: str, reason: str, by: Viewer) -> SchoolEvent:
    """Call it off; families are told, with the reason if there is one."""

    async def body(work: Work) -> SchoolEvent:
        event = await event_managed_by(desk, event_id, by, work)
        cancelled = event.cancelled(reason, work.now)
        await desk.events.save(cancelled, event, work)
        told = EventCancelled(
            event_id=event_id, facts=cancelled.facts(), reason=cancelled.cancel_reason
        )
        work.emit(told, sequence=cancelled.revision)
        return cancelled

    return await desk.units.run(body)


async def delete_draft(desk: Desk, event_id: str, by: Viewer) -> None:
    """Forget a draft; what families know of can only be cancelled."""

    async def body(work: Work) -> None:
        event = await event_managed_by(desk, event_id, by, work)
        if event.state != "draft":
            raise Conflict(N_("Families know of this event. Cancel it instead."))
        await desk.events.remove(event, work)

    await desk.units.run(body)


def _must_be(event: SchoolEvent, version: int | None) -> None:
    if version is not None and event.version != version:
        raise Conflict(N_("Somebody else changed this event just now. Please look again."))
