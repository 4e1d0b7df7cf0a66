"""What came back: the list for the district, and the bytes of what nobody has understood yet."""

from typing import Annotated

from fastapi import APIRouter
from starlette.responses import PlainTextResponse, Response

from services.notifications.domain.returned import Kind
from services.notifications.store.returns import KEPT_FOR, Done
from services.notifications.web.at import AtRoom, place_of
from shared import web
from shared.i18n import N_
from shared.identity import Viewer

router = APIRouter(prefix="/notifications/settings/returns", include_in_schema=False)
District = Annotated[Viewer, web.needs("district")]
KINDS: dict[Kind, str] = {
    "bounce": N_("A letter that did not arrive"),
    "delay": N_("A letter that is late"),
    "complaint": N_("Somebody called a letter unwanted"),
    "auto_reply": N_("An automatic answer"),
    "reply": N_("A person wrote"),
    "other": N_("Mail of a machine"),
    "unreadable": N_("Nothing that we can read"),
}
DONE: dict[Done, str] = {
    "stopped_writing": N_("We no longer write to the address."),
    "rests": N_("Several letters came back within two weeks, so we rest for a while."),
    "counted": N_("It counts as one letter that came back."),
    "noted": N_("Noted. Nothing else changes."),
    "category_stopped": N_("Letters of this kind no longer go to the address."),
    "no_letter": N_("It names no letter that we sent, so nothing changes."),
    "too_late": N_("It came long after the letter, so nothing changes."),
    "passed_on": N_("It was passed on to the school."),
    "nothing": N_("Nothing changes."),
}


@router.get("")
async def show_returns(
    page: web.Page, viewer: District, room: AtRoom, cursor: web.Cursor
) -> Response:
    """What came back within the last weeks, and what was done because of it."""
    del viewer
    rows = await room.store.returns.newest(limit=cursor.fetch, after=place_of(cursor.after))
    slice_ = web.paginate(rows, cursor, lambda row: (row.at, row.return_id))
    return page.render(
        "notifications/returns.html",
        slice=slice_,
        kinds_of_return=KINDS,
        done=DONE,
        days=KEPT_FOR.days,
    )


@router.get("/{return_id}/raw")
async def show_raw(return_id: str, viewer: District, room: AtRoom) -> Response:
    """One mail as it came, as plain text that no browser takes for a page."""
    del viewer
    raw = await room.store.returns.raw(return_id)
    return PlainTextResponse(
        raw.decode("utf-8", "replace"),
        headers={"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"},
    )
