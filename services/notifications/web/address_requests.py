"""New mail addresses that staff looks at before letters go there."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from services.notifications.actions.deciding_addresses import (
    Waiting,
    decide_address,
    waiting_requests,
)
from services.notifications.domain.address_requests import LONGEST_REASON, Why
from services.notifications.web.at import AtRoom, place_of
from shared import web
from shared.errors import PartnersError, Refused
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import Record

router = APIRouter(prefix="/notifications/address-requests", include_in_schema=False)
PLACE = "/notifications/address-requests"
Decider = Annotated[Viewer, web.needs("office", "coordinator", "principal", "district")]
"""Those who may correct addresses."""
WHY: dict[Why, str] = {
    "shared": N_("Several adults read the old address."),
    "flag": N_("A custody or do-not-contact flag stands on somebody of this household."),
    "known": N_("Somebody else has the new address already."),
    "unsure": N_("We could not be sure that we knew the newest flags."),
}


class RefusalForm(Record):
    """Why an address is not changed."""

    reason: Annotated[str, Field(max_length=LONGEST_REASON, title=N_("Why not?"))]


@router.get("")
async def show_requests(
    page: web.Page, viewer: Decider, room: AtRoom, cursor: web.Cursor
) -> Response:
    """What waits for the viewer's school, the oldest first."""
    return await _page(page, viewer, room, cursor)


@router.post("/{request_id}/approve")
async def approve(request_id: str, page: web.Page, viewer: Decider, room: AtRoom) -> Response:
    """Letters go to the new address."""
    try:
        await decide_address(room, request_id, viewer, approved=True)
    except PartnersError as wrong:
        return page.redirect(PLACE, page._(str(wrong)), "danger")
    return page.redirect(PLACE, page._(N_("Approved. Letters go there in a few minutes.")))


@router.post("/{request_id}/refuse")
async def refuse(
    request_id: str,
    page: web.Page,
    viewer: Decider,
    room: AtRoom,
    cursor: web.Cursor,
    form: Annotated[web.Form[RefusalForm], web.form(RefusalForm)],
) -> Response:
    """Letters go on as before."""
    if not form.ok:
        return await _page(page, viewer, room, cursor, (request_id, form))
    try:
        await decide_address(room, request_id, viewer, approved=False, reason=form.data.reason)
    except Refused as wrong:
        form.fail("reason", page._(str(wrong)))
        return await _page(page, viewer, room, cursor, (request_id, form))
    return page.redirect(PLACE, page._(N_("Refused. Letters go to the old address as before.")))


async def _page(
    page: web.PageContext,
    viewer: Viewer,
    room: AtRoom,
    cursor: web.CursorIn,
    wrong: tuple[str, web.Form[RefusalForm]] | None = None,
) -> Response:
    rows = await waiting_requests(room, viewer, limit=cursor.fetch, after=place_of(cursor.after))
    return page.render(
        "notifications/address_requests.html",
        status=422 if wrong else 200,
        slice=web.paginate(rows, cursor, place_in_list),
        why=WHY,
        wrong=wrong,
        longest=LONGEST_REASON,
    )


def place_in_list(row: Waiting) -> tuple[datetime, str]:
    """By what the list is ordered."""
    request = row.request
    return (request.confirmed_at or request.asked_at, request.request_id)
