"""The JSON API for what staff can do with school events (v1)."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import ConfigDict, Field
from starlette.responses import JSONResponse, Response

from services.events.actions import (
    AnswerRow,
    Figures,
    answers_of,
    cancel_event,
    delete_draft,
    edit_event,
    event_seen_by,
    figures_of,
    list_events,
    may_manage,
    plan_event,
    publish_event,
    write_down_answer,
)
from services.events.actions.looking import Wanted
from services.events.domain import LARGEST_PARTY, Counts, EventDraft, Rsvp, SchoolEvent
from services.events.store import Listing
from services.events.web.at import AtDesk, place_of
from shared import web
from shared.messages import Answer, Language, Record

router = APIRouter(prefix="/events/api/v1/events", tags=["school events"])


class EventIn(EventDraft):
    """An event to plan or change. Times without an offset are the school's wall clock."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Annotated[
        int | None, Field(description="The version that you saw; 409 when there is a newer one.")
    ] = None

    def draft(self) -> EventDraft:
        """What the rules read."""
        return EventDraft.model_validate(self.model_dump(exclude={"version"}))


class CancelIn(Record):
    """Why an event does not take place."""

    reason: Annotated[str, Field(max_length=500)] = ""


class AnswerIn(Record):
    """What a family said by phone or on paper."""

    answer: Answer
    party_size: Annotated[int | None, Field(ge=1, le=LARGEST_PARTY)] = None


class EventOut(Record):
    """An event with its figures; `invited` and `not_answered` are 0 in lists."""

    event: SchoolEvent
    counts: Counts
    may_change: bool | None = None


class EventList(Record):
    """A page of events; `next` goes into `after` for the page that follows."""

    items: tuple[EventOut, ...]
    next: str | None = None


class AnswerOut(Record):
    """One household; `rsvp` null: not answered yet. `invited` false: left after answering."""

    household_id: str
    name: str
    language: Language
    interpreter: bool
    invited: bool
    rsvp: Rsvp | None = None


class AnswerList(Record):
    """The households whom the viewer may see."""

    items: tuple[AnswerOut, ...]


@router.get("")
async def get_events(
    viewer: web.SignedIn,
    desk: AtDesk,
    cursor: web.Cursor,
    show: Listing = "coming",
    school_id: Annotated[str | None, Query(max_length=64)] = None,
) -> EventList:
    """What is coming, what is past, or drafts, as far as the viewer may see them."""
    rows = await list_events(
        desk,
        show,
        viewer,
        limit=cursor.fetch,
        school_id=school_id,
        after=place_of(cursor.after),
    )
    part = web.paginate(rows, cursor, _order)
    items = tuple(EventOut(event=row.event, counts=row.counts) for row in part.items)
    return EventList(items=items, next=part.next)


@router.post("", status_code=201, response_model=SchoolEvent)
async def post_event(
    body: EventIn, request: Request, viewer: web.SignedIn, desk: AtDesk
) -> Response:
    """Plan an event: a draft, which no family knows of. Honours `Idempotency-Key`."""

    async def create(event_id: str | None) -> Response:
        event = await plan_event(desk, body.draft(), viewer, event_id)
        place = f"/events/api/v1/events/{event.event_id}"
        return JSONResponse(event.model_dump(mode="json"), 201, headers={"Location": place})

    units = desk.units
    return await web.idempotent(request, units.database, units.clock, create)


@router.get("/{event_id}")
async def get_event(event_id: str, viewer: web.SignedIn, desk: AtDesk) -> EventOut:
    """One event with its figures."""
    event = await event_seen_by(desk, event_id, viewer)
    return EventOut(
        event=event,
        counts=await figures_of(desk, event),
        may_change=await may_manage(desk, event, viewer),
    )


@router.put("/{event_id}")
async def put_event(
    event_id: str, body: EventIn, viewer: web.SignedIn, desk: AtDesk
) -> SchoolEvent:
    """Change an event; published, families are told of it."""
    return await edit_event(desk, event_id, body.draft(), viewer, version=body.version)


@router.delete("/{event_id}", status_code=204)
async def delete_event(event_id: str, viewer: web.SignedIn, desk: AtDesk) -> None:
    """Forget a draft; 409 once families know of it."""
    await delete_draft(desk, event_id, viewer)


@router.post("/{event_id}/publish")
async def post_publish(event_id: str, viewer: web.SignedIn, desk: AtDesk) -> SchoolEvent:
    """Open it for answers; families are invited."""
    return await publish_event(desk, event_id, viewer)


@router.post("/{event_id}/cancel")
async def post_cancel(
    event_id: str, body: CancelIn, viewer: web.SignedIn, desk: AtDesk
) -> SchoolEvent:
    """Call it off; families are told."""
    return await cancel_event(desk, event_id, body.reason, viewer)


@router.get("/{event_id}/answers")
async def get_answers(
    event_id: str, viewer: web.SignedIn, desk: AtDesk, answer: Wanted = "all"
) -> AnswerList:
    """The answers of the households whom the viewer may see."""
    event = await event_seen_by(desk, event_id, viewer)
    rows = await answers_of(desk, event, viewer, answer)
    return AnswerList(items=tuple(_answer(row) for row in rows))


@router.put("/{event_id}/answers/{household_id}")
async def put_answer(
    event_id: str, household_id: str, body: AnswerIn, viewer: web.SignedIn, desk: AtDesk
) -> Rsvp:
    """Write down what a family said by phone or on paper."""
    return await write_down_answer(
        desk, event_id, household_id, body.answer, body.party_size, viewer
    )


def _order(row: Figures) -> tuple[datetime, str]:
    return row.event.starts_at, row.event.event_id


def _answer(row: AnswerRow) -> AnswerOut:
    return AnswerOut(
        household_id=row.household_id,
        name=row.name,
        language=row.language,
        interpreter=row.interpreter,
        invited=row.invited,
        rsvp=row.rsvp,
    )
