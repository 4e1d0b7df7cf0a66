"""The form in which an event is planned and changed; it works without JavaScript."""

from datetime import date, datetime, time
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from services.events.actions import (
    Desk,
    audiences_open_to,
    edit_event,
    event_seen_by,
    may_manage,
    plan_event,
    publish_event,
)
from services.events.actions.rights import NOT_YOURS, Choice
from services.events.domain import EventDraft, SchoolEvent, Wrong
from services.events.domain.draft import (
    LONGEST_DESCRIPTION,
    LONGEST_ORGANIZER,
    LONGEST_PLACE,
    LONGEST_TITLE,
)
from services.events.web.at import AtDesk, sentence
from shared import web
from shared.errors import Conflict, Forbidden, Refused
from shared.i18n import N_, NAMES
from shared.identity import Viewer
from shared.messages import Language, Record

router = APIRouter(prefix="/events", include_in_schema=False)


class EventForm(Record):
    """A school event as it is typed: days and hours of the school's own clock."""

    school_id: Annotated[str, Field(max_length=64)]
    title: Annotated[str, Field(max_length=LONGEST_TITLE, title=N_("Name of the event"))]
    audience: Annotated[Literal["school", "classes"], Field(title=N_("Who is invited?"))]
    class_ids: Annotated[list[str], Field(title=N_("Classes"), default_factory=list)]
    day: Annotated[date, Field(title=N_("Day"))]
    starts: Annotated[time, Field(title=N_("Starts at"))]
    ends: Annotated[time, Field(title=N_("Ends at"))]
    last_day: Annotated[date | None, Field(title=N_("Last day, if it is another one"))] = None
    reply_by: Annotated[date | None, Field(title=N_("Families answer by"))] = None
    language: Annotated[Language, Field(title=N_("Language of these words"))]
    place: Annotated[str, Field(max_length=LONGEST_PLACE, title=N_("Place"))] = ""
    description: Annotated[
        str, Field(max_length=LONGEST_DESCRIPTION, title=N_("What families should know"))
    ] = ""
    organizer: Annotated[str, Field(max_length=LONGEST_ORGANIZER, title=N_("Who organizes it"))] = (
        ""
    )
    version: int | None = None
    act: Literal["save", "publish"] = "save"

    def draft(self) -> EventDraft:
        """What was typed, as the rules read it."""
        return EventDraft(
            school_id=self.school_id,
            class_ids=tuple(self.class_ids) if self.audience == "classes" else (),
            title=self.title,
            description=self.description,
            place=self.place,
            starts=datetime.combine(self.day, self.starts.replace(tzinfo=None)),
            ends=datetime.combine(self.last_day or self.day, self.ends.replace(tzinfo=None)),
            reply_by=self.reply_by,
            organizer=self.organizer,
            language=self.language,
        )


Filled = Annotated[web.Form[EventForm], web.form(EventForm)]


@router.get("/new")
async def new_event(
    page: web.Page,
    viewer: web.SignedIn,
    desk: AtDesk,
    school: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """An empty form, after choosing the school where there are several."""
    choices = await audiences_open_to(desk, viewer)
    if not choices:
        raise Forbidden(page._(NOT_YOURS))
    wanted = [each for each in choices if each.school.school_id == school]
    if len(choices) > 1 and not wanted:
        return page.render("events/choose_school.html", choices=choices)
    choice = (wanted or choices)[0]
    form = web.Form.blank(
        EventForm,
        school_id=choice.school.school_id,
        audience="school" if choice.whole else "classes",
        organizer=viewer.name,
        language=page.language,
    )
    return _form_page(page, form, choice, None)


@router.post("/new")
async def create_event(
    page: web.Page, viewer: web.SignedIn, desk: AtDesk, form: Filled
) -> Response:
    """Keep the draft, and publish it at once if that button was pressed."""
    if _is_sound(page, form):
        try:
            event = await plan_event(desk, form.data.draft(), viewer)
            return await _saved(page, desk, viewer, event, form.data.act)
        except (Wrong, Forbidden) as error:
            _tell(page, form, error)
    return _form_page(page, form, await _choice(desk, viewer, form.value("school_id")), None)


@router.get("/{event_id}/edit")
async def edit(event_id: str, page: web.Page, viewer: web.SignedIn, desk: AtDesk) -> Response:
    """The form with what is known."""
    event = await event_seen_by(desk, event_id, viewer)
    if not await may_manage(desk, event, viewer):
        raise Forbidden(page._(NOT_YOURS))
    form = web.Form.blank(EventForm, **_typed(event))
    return _form_page(page, form, await _choice(desk, viewer, event.school_id), event)


@router.post("/{event_id}/edit")
async def save_event(
    event_id: str, page: web.Page, viewer: web.SignedIn, desk: AtDesk, form: Filled
) -> Response:
    """Keep the change; families are told of it if they were invited."""
    event = await event_seen_by(desk, event_id, viewer)
    if _is_sound(page, form):
        try:
            data = form.data
            event = await edit_event(desk, event_id, data.draft(), viewer, version=data.version)
            return await _saved(page, desk, viewer, event, data.act)
        except (Wrong, Forbidden, Conflict) as error:
            _tell(page, form, error)
    return _form_page(page, form, await _choice(desk, viewer, event.school_id), event)


async def _saved(
    page: web.PageContext, desk: Desk, viewer: Viewer, event: SchoolEvent, act: str
) -> Response:
    said = page._("Saved.")
    if act == "publish" and event.state == "draft":
        try:
            await publish_event(desk, event.event_id, viewer)
            said = page._("Published. Families are invited now.")
        except (Refused, Conflict) as error:
            return page.redirect(f"/events/{event.event_id}", sentence(page, error), "warning")
    return page.redirect(f"/events/{event.event_id}", said)


def _is_sound(page: web.PageContext, form: web.Form[EventForm]) -> bool:
    if form.ok and form.data.audience == "classes" and not form.data.class_ids:
        form.fail("class_ids", page._("Please choose at least one class."))
    return form.ok


def _tell(
    page: web.PageContext, form: web.Form[EventForm], error: Wrong | Forbidden | Conflict
) -> None:
    if not isinstance(error, Wrong):
        form.fail("", page._(str(error)))
        return
    for fault in error.faults:
        name = "" if fault.field == "school_id" else fault.field
        form.fail(name, page._(fault.says, **fault.values))


async def _choice(desk: Desk, viewer: Viewer, school_id: str) -> Choice:
    choices = await audiences_open_to(desk, viewer)
    for choice in choices:
        if choice.school.school_id == school_id:
            return choice
    raise Forbidden(NOT_YOURS)


def _form_page(
    page: web.PageContext, form: web.Form[EventForm], choice: Choice, event: SchoolEvent | None
) -> Response:
    return page.render(
        "events/form.html",
        status=422 if form.errors else 200,
        form=form,
        choice=choice,
        event=event,
        published=event is not None and event.state == "published",
        languages_known=sorted(NAMES.items()),
    )


def _typed(event: SchoolEvent) -> dict[str, object]:
    draft = event.as_draft()
    last_day = draft.ends.date()
    return {
        **draft.model_dump(include={"school_id", "title", "place", "description", "organizer"}),
        "audience": "classes" if draft.class_ids else "school",
        "class_ids": list(draft.class_ids),
        "day": draft.starts.date(),
        "starts": draft.starts.strftime("%H:%M"),
        "ends": draft.ends.strftime("%H:%M"),
        "last_day": last_day if last_day != draft.starts.date() else None,
        "reply_by": draft.reply_by,
        "language": draft.language,
        "version": event.version,
    }
