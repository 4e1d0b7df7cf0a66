"""The JSON API for follow-ups (v1)."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import ConfigDict, Field
from starlette.responses import JSONResponse, Response

from services.contacts.actions.follow_ups import hand_over, make_follow_up, put_off, settle
from services.contacts.actions.listing_follow_ups import (
    ListName,
    closed_list,
    lines_of,
    lists_of,
    of_family,
    open_list,
)
from services.contacts.domain.follow_ups import (
    FollowUp,
    FollowUpDraft,
    Listed,
    State,
    looks_after,
)
from services.contacts.web.at import AtDesk, day_of
from services.contacts.web.follow_ups import day_place_of, moment_of
from shared import web
from shared.errors import Forbidden, NotFound, Refused
from shared.i18n import N_
from shared.messages import Record

router = APIRouter(prefix="/contacts/api/v1", tags=["follow-ups"])


class FollowUpList(Record):
    """Some follow-ups; `next` goes into `after` for those that follow."""

    items: tuple[Listed, ...]
    next: str | None = None
    hidden: int = 0
    """In so many families the viewer has more, but does not see the family any more."""


class Changes(Record):
    """One thing that is to be different: the state, the day or the person. `version`: the one that
    you saw.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int | None = None
    state: State | None = None
    due_on: date | None = None
    assigned_to: Annotated[str | None, Field(max_length=300)] = None


@router.post("/follow-ups", status_code=201, response_model=FollowUp)
async def create_follow_up(
    request: Request, draft: FollowUpDraft, viewer: web.SignedIn, desk: AtDesk
) -> Response:
    """Make a follow-up of a family in sight."""

    async def create(follow_up_id: str | None) -> Response:
        made = await make_follow_up(desk.store, desk.units, draft, viewer, follow_up_id)
        place = {"Location": f"/contacts/api/v1/follow-ups/{made.follow_up_id}"}
        return JSONResponse(made.model_dump(mode="json"), 201, place)

    return await web.idempotent(request, desk.database, desk.units.clock, create)


@router.get("/follow-ups")
async def list_follow_ups(
    viewer: web.SignedIn,
    desk: AtDesk,
    cursor: web.Cursor,
    of: ListName = "mine",
    closed: bool = False,
    family_id: Annotated[str, Query(max_length=64)] = "",
) -> FollowUpList:
    """One's own, those made for others; for coordinators and principals those of the school, and
    those that nobody can do (`adrift`). With `family_id` the open ones of a family, all at once.
    """
    on = await day_of(desk, viewer)
    if family_id:
        await desk.store.families.one(family_id, seen_by=viewer, on=on)
        return FollowUpList(items=tuple(await of_family(desk.store, family_id, viewer, on)))
    if of not in lists_of(viewer):
        raise Forbidden("Only coordinators and principals see the follow-ups of a school.")
    if closed and of == "adrift":
        raise Refused("What is closed needs nobody: ask for `of=school`.")
    if closed and of != "adrift":
        moment = moment_of(cursor.after)
        found = await closed_list(desk.store, viewer, of, on, after=moment, most=cursor.fetch)
    else:
        place = day_place_of(cursor.after)
        found = await open_list(desk.store, viewer, of, on, after=place, most=cursor.fetch)
    part = web.paginate(found.items, cursor, _newest if closed else _earliest)
    return FollowUpList(items=tuple(part.items), next=part.next, hidden=found.hidden)


def _earliest(each: Listed) -> tuple[str, str]:
    return each.follow_up.due_on.isoformat(), each.follow_up.follow_up_id


def _newest(each: Listed) -> tuple[datetime, str]:
    return each.follow_up.changed_at, each.follow_up.follow_up_id


@router.get("/follow-ups/{follow_up_id}")
async def get_follow_up(viewer: web.SignedIn, desk: AtDesk, follow_up_id: str) -> Listed:
    """One that the viewer does, made or looks after."""
    on = await day_of(desk, viewer)
    known = await desk.store.follow_ups.one(follow_up_id, seen_by=viewer)
    [found] = await lines_of(desk.store, [known], viewer, on)
    if not found.students and not looks_after(known, viewer):
        raise NotFound(N_("There is no such follow-up, or you may not see it."))
    return found


@router.patch("/follow-ups/{follow_up_id}")
async def patch_follow_up(
    changes: Changes, viewer: web.SignedIn, desk: AtDesk, follow_up_id: str
) -> FollowUp:
    """Close it or open it again, put it off, or hand it over: one at a time."""
    said = changes.model_dump(exclude={"version"}, exclude_none=True)
    if len(said) != 1:
        raise Refused("Say one of `state`, `due_on` and `assigned_to`.")
    store, units, version = desk.store, desk.units, changes.version
    if changes.state is not None:
        return await settle(store, units, follow_up_id, changes.state, viewer, version=version)
    if changes.due_on is not None:
        return await put_off(store, units, follow_up_id, changes.due_on, viewer, version=version)
    to = changes.assigned_to or ""
    return await hand_over(store, units, follow_up_id, to, viewer, version=version)
