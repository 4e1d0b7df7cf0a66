"""What families answered by mail: the list, one answer, and who of a school gets such answers."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from services.notifications.actions import reading_replies as actions
from services.notifications.web.at import KINDS, AtRoom, place_of
from shared import web
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import Record

router = APIRouter(prefix="/notifications/replies", include_in_schema=False)
Reader = Annotated[Viewer, web.needs("educator", "coordinator", "principal", "district")]
Lead = Annotated[Viewer, web.needs("coordinator", "principal", "district")]
LEADS = frozenset({"coordinator", "principal", "district"})


class Handled(Record):
    """Whether somebody saw to an answer."""

    done: bool


class Readers(Record):
    """Who of a school gets what no educator can take."""

    educator_ids: tuple[str, ...] = ()


@router.get("")
async def show_replies(
    page: web.Page,
    viewer: Reader,
    room: AtRoom,
    cursor: web.Cursor,
    show: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """The newest answers; `show=open`: only those that nobody saw to."""
    rows = await actions.replies(
        room,
        viewer,
        open_only=show == "open",
        limit=cursor.fetch,
        after=place_of(cursor.after),
    )
    lead = viewer.role in LEADS
    schools = [
        s
        for s in await room.directory.schools_in_brief()
        if lead and viewer.sees_school(s.school_id)
    ]
    return page.render(
        "notifications/replies.html",
        slice=web.paginate(rows, cursor, lambda row: (row.reply.at, row.reply.reply_id)),
        open_only=show == "open",
        schools=schools,
        kinds=KINDS,
    )


@router.get("/readers/{school_id}")
async def show_readers(school_id: str, page: web.Page, viewer: Lead, room: AtRoom) -> Response:
    """Who gets what no educator can take."""
    choice = await actions.choice_at(room, school_id, viewer)
    return page.render("notifications/reply_readers.html", choice=choice)


@router.post("/readers/{school_id}")
async def choose_readers(
    school_id: str,
    page: web.Page,
    viewer: Lead,
    room: AtRoom,
    form: Annotated[web.Form[Readers], web.form(Readers)],
) -> Response:
    """Choose them."""
    await actions.choose_readers(room, school_id, form.data.educator_ids, viewer)
    return page.redirect("/notifications/replies", said=page._(N_("Saved.")))


@router.get("/{reply_id}")
async def show_reply(reply_id: str, page: web.Page, viewer: Reader, room: AtRoom) -> Response:
    """One answer in full."""
    row = await actions.open_reply(room, reply_id, viewer)
    return page.render("notifications/reply.html", row=row, kinds=KINDS)


@router.post("/{reply_id}/handled")
async def handle_reply(
    reply_id: str,
    page: web.Page,
    viewer: Reader,
    room: AtRoom,
    form: Annotated[web.Form[Handled], web.form(Handled)],
) -> Response:
    """Say that somebody saw to it, or take that back."""
    if form.ok:
        await actions.handle_reply(room, reply_id, viewer, done=form.data.done)
    return page.redirect(f"/notifications/replies/{reply_id}", said=page._(N_("Noted. Thank you.")))
