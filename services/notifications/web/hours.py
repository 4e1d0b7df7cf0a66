"""When mail of one school may leave: as the district has it, or by hours of its own."""

from datetime import time
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field, model_validator
from starlette.responses import Response

from services.notifications.actions.choosing import save_hours
from services.notifications.actions.room import MailRoom
from services.notifications.domain.settings import QuietHours, SchoolHours
from services.notifications.web.at import AtRoom
from shared import web
from shared.errors import NotFound
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import Record, SchoolChanged

router = APIRouter(prefix="/notifications", tags=["notifications"])
Leads = Annotated[Viewer, web.needs("coordinator", "principal", "district")]
PLACE = "/settings/schools"


class HoursForm(Record):
    """Hours as people say them."""

    follows: Annotated[
        Literal["district", "own"], Field(title=N_("When letters of this school leave"))
    ]
    quiet: Annotated[bool, Field(title=N_("Keep quiet hours"))] = False
    quiet_begins: Annotated[time, Field(title=N_("Quiet from"))] = time(20)
    quiet_ends: Annotated[time, Field(title=N_("until"))] = time(7)
    school_days_only: Annotated[bool, Field(title=N_("Send on school days only"))] = False

    @model_validator(mode="after")
    def _some_of_the_day_is_open(self) -> "HoursForm":
        if self.quiet and self.quiet_begins == self.quiet_ends:
            raise ValueError(N_("Quiet hours must end at another time than they begin."))
        return self

    def hours(self) -> SchoolHours | None:
        """As they are kept."""
        if self.follows == "district":
            return None
        quiet = QuietHours(begins=self.quiet_begins, ends=self.quiet_ends) if self.quiet else None
        return SchoolHours(quiet_hours=quiet, school_days_only=self.school_days_only)


Sent = Annotated[web.Form[HoursForm], web.form(HoursForm)]


class HoursOut(SchoolHours):
    """What holds for a school; `own`: it has hours of its own."""

    own: bool


@router.get(PLACE, include_in_schema=False)
async def show_schools(page: web.Page, viewer: Leads, room: AtRoom) -> Response:
    """The viewer's schools, and which of them have hours of their own."""
    every = await room.directory.schools()
    schools = [each for each in every if viewer.sees_school(each.school_id)]
    own = await room.store.choices.hours([each.school_id for each in schools])
    return page.render("notifications/schools.html", schools=schools, own=own)


@router.get(f"{PLACE}/{{school_id}}", include_in_schema=False)
async def show_hours(page: web.Page, viewer: Leads, room: AtRoom, school_id: str) -> Response:
    """The form, as it is now."""
    school = await _school(room, viewer, school_id)
    now = await _hours(room, school_id)
    quiet = now.quiet_hours or QuietHours()
    form = web.Form.blank(
        HoursForm,
        follows="own" if now.own else "district",
        quiet="true" if now.quiet_hours else None,
        quiet_begins=f"{quiet.begins:%H:%M}",
        quiet_ends=f"{quiet.ends:%H:%M}",
        school_days_only="true" if now.school_days_only else None,
    )
    return page.render("notifications/hours.html", school=school, form=form)


@router.post(f"{PLACE}/{{school_id}}", include_in_schema=False)
async def change_hours(
    page: web.Page, viewer: Leads, room: AtRoom, school_id: str, form: Sent
) -> Response:
    """Keep them; letters of the school that wait are judged again at once."""
    school = await _school(room, viewer, school_id)
    if not form.ok:
        return page.render("notifications/hours.html", status=422, school=school, form=form)
    await save_hours(room, school_id, form.data.hours(), viewer)
    said = page._(N_("The settings are kept."))
    return page.redirect(f"/notifications{PLACE}/{school_id}", said=said)


@router.get(f"/api/v1{PLACE}/{{school_id}}/hours")
async def get_hours(viewer: Leads, room: AtRoom, school_id: str) -> HoursOut:
    """When mail of a school may leave."""
    await _school(room, viewer, school_id)
    return await _hours(room, school_id)


@router.put(f"/api/v1{PLACE}/{{school_id}}/hours")
async def put_hours(viewer: Leads, room: AtRoom, school_id: str, hours: SchoolHours) -> HoursOut:
    """Give a school hours of its own."""
    await save_hours(room, school_id, hours, viewer)
    return await _hours(room, school_id)


@router.delete(f"/api/v1{PLACE}/{{school_id}}/hours")
async def delete_hours(viewer: Leads, room: AtRoom, school_id: str) -> HoursOut:
    """The district's hours hold for the school again."""
    await save_hours(room, school_id, None, viewer)
    return await _hours(room, school_id)


async def _school(room: MailRoom, viewer: Viewer, school_id: str) -> SchoolChanged:
    school = await room.directory.school(school_id)
    if school is None or not viewer.sees_school(school_id):
        raise NotFound("There is no such school, or it is not yours.")
    return school


async def _hours(room: MailRoom, school_id: str) -> HoursOut:
    own = (await room.store.choices.hours([school_id])).get(school_id)
    holds = (await room.settings()).of_school(own)
    return HoursOut(
        quiet_hours=holds.quiet_hours,
        school_days_only=holds.school_days_only,
        own=own is not None,
    )
