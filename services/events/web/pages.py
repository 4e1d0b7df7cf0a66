"""The pages on which staff see what is planned and who comes, and publish or cancel."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from services.events.actions import (
    Figures,
    answers_of,
    audiences_open_to,
    cancel_event,
    delete_draft,
    event_seen_by,
    figures_of,
    list_events,
    may_manage,
    publish_event,
)
from services.events.actions.looking import Wanted
from services.events.domain.answering import staff_may_write_down
from services.events.store import Listing
from services.events.web.at import AtDesk, place_of, sentence
from services.events.web.when import When
from shared import web
from shared.errors import Conflict, Refused
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import Record

router = APIRouter(prefix="/events", include_in_schema=False)


ROWS = 100
"""Families on one page. By number, not by cursor: a cursor would carry a family's name."""


class CancelForm(Record):
    """Why it does not take place, for the letter to families."""

    reason: Annotated[
        str, Field(max_length=500, title=N_("Reason, for the letter to families"))
    ] = ""


@router.get("")
async def show_list(
    page: web.Page,
    viewer: web.SignedIn,
    desk: AtDesk,
    cursor: web.Cursor,
    show: Listing = "coming",
    school: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """What is coming, what is past, and drafts."""
    rows = await list_events(
        desk,
        show,
        viewer,
        limit=cursor.fetch,
        school_id=school or None,
        after=place_of(cursor.after),
    )
    schools = [
        each for each in await desk.directory.schools() if viewer.sees_school(each.school_id)
    ]
    return page.render(
        "events/list.html",
        slice=web.paginate(rows, cursor, _order),
        when=When(page.language),
        show=show,
        school=school,
        schools=schools,
        names={each.school_id: each.name for each in schools},
        may_plan=bool(await audiences_open_to(desk, viewer)),
    )


@router.get("/{event_id}")
async def show_event(
    event_id: str,
    page: web.Page,
    viewer: web.SignedIn,
    desk: AtDesk,
    answer: Wanted = "all",
    start: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> Response:
    """The organizer's page: figures, answers, and what can be done now."""
    event = await event_seen_by(desk, event_id, viewer)
    school = await desk.directory.school(event.school_id)
    titles = {each.class_id: each.title for each in school.classes} if school else {}
    rows = [] if event.state == "draft" else await answers_of(desk, event, viewer, answer)
    return page.render(
        "events/event.html",
        event=event,
        when=When(page.language),
        school_name=school.name if school else "",
        class_titles=[titles.get(each, each) for each in event.class_ids],
        counts=await figures_of(desk, event),
        rows=rows[start : start + ROWS],
        more=start + ROWS if len(rows) > start + ROWS else None,
        answer=answer,
        may_manage=await may_manage(desk, event, viewer),
        may_write_down=staff_may_write_down(event, desk.now),
        over=event.is_over(desk.now),
    )


@router.post("/{event_id}/publish")
async def publish(event_id: str, page: web.Page, viewer: web.SignedIn, desk: AtDesk) -> Response:
    """Open for answers; families are invited."""
    try:
        await publish_event(desk, event_id, viewer)
    except (Refused, Conflict) as error:
        return page.redirect(f"/events/{event_id}", sentence(page, error), "warning")
    return page.redirect(f"/events/{event_id}", page._("Published. Families are invited now."))


@router.get("/{event_id}/cancel")
async def ask_before_cancelling(
    event_id: str, page: web.Page, viewer: web.SignedIn, desk: AtDesk
) -> Response:
    """What cancelling does, and why it happens."""
    return await _cancel_page(event_id, page, viewer, desk, web.Form.blank(CancelForm))


@router.post("/{event_id}/cancel")
async def cancel(
    event_id: str,
    page: web.Page,
    viewer: web.SignedIn,
    desk: AtDesk,
    form: Annotated[web.Form[CancelForm], web.form(CancelForm)],
) -> Response:
    """Call it off; families are told."""
    if not form.ok:
        return await _cancel_page(event_id, page, viewer, desk, form)
    try:
        await cancel_event(desk, event_id, form.data.reason, viewer)
    except (Refused, Conflict) as error:
        return page.redirect(f"/events/{event_id}", sentence(page, error), "warning")
    return page.redirect(f"/events/{event_id}", page._("Cancelled. Families are told."))


@router.post("/{event_id}/delete")
async def delete(event_id: str, page: web.Page, viewer: web.SignedIn, desk: AtDesk) -> Response:
    """Forget a draft."""
    try:
        await delete_draft(desk, event_id, viewer)
    except Conflict as error:
        return page.redirect(f"/events/{event_id}", sentence(page, error), "warning")
    return page.redirect("/events?show=drafts", page._("The draft is deleted."))


async def _cancel_page(
    event_id: str,
    page: web.PageContext,
    viewer: Viewer,
    desk: AtDesk,
    form: web.Form[CancelForm],
) -> Response:
    event = await event_seen_by(desk, event_id, viewer)
    return page.render(
        "events/cancel.html",
        status=422 if form.errors else 200,
        event=event,
        form=form,
        counts=await figures_of(desk, event),
    )


def _order(row: Figures) -> tuple[datetime, str]:
    return row.event.starts_at, row.event.event_id
