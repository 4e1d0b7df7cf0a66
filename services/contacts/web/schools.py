"""What the roster does not know of a school: its clock, its phone and its days without school."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.datastructures import UploadFile
from starlette.responses import Response

from services.contacts.actions.schools import SchoolSettings, read_calendar, set_school
from services.contacts.web.at import AtDesk, sentence
from shared import web
from shared.errors import NotFound, Refused
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import SchoolChanged

router = APIRouter(tags=["schools"])
Leads = Annotated[Viewer, web.needs("principal", "district")]
LARGEST = 4_000_000


class SchoolForm(BaseModel):
    """Clock and phone."""

    time_zone: str = Field("America/New_York", title=N_("Time zone"), max_length=60)
    phone: str = Field("", title=N_("Phone of the office"), max_length=40)


@router.get("/contacts/schools", include_in_schema=False)
async def schools(page: web.Page, viewer: Leads, desk: AtDesk) -> Response:
    """The schools that the viewer looks after."""
    found = await desk.store.directory.schools()
    own = [each for each in found if viewer.sees_school(each.school_id)]
    return page.render("contacts/schools.html", schools=own)


@router.get("/contacts/schools/{school_id}", include_in_schema=False)
async def school_page(page: web.Page, viewer: Leads, desk: AtDesk, school_id: str) -> Response:
    """One school's clock, phone and calendar."""
    school = await _school(desk, viewer, school_id)
    form = web.Form.blank(SchoolForm, time_zone=school.time_zone, phone=school.phone)
    return page.render("contacts/school.html", school=school, form=form)


@router.post("/contacts/schools/{school_id}", include_in_schema=False)
async def post_school(
    page: web.Page,
    viewer: Leads,
    desk: AtDesk,
    school_id: str,
    form: Annotated[web.Form[SchoolForm], web.form(SchoolForm)],
) -> Response:
    """Keep clock and phone."""
    school = await _school(desk, viewer, school_id)
    if form.ok:
        try:
            settings = SchoolSettings(**form.data.model_dump())
            await set_school(desk.store, desk.units, school_id, settings, viewer)
        except Refused as wrong:
            form.fail("time_zone", sentence(page, wrong))
        else:
            return page.redirect(f"/contacts/schools/{school_id}", page._("Saved."))
    return page.render("contacts/school.html", status=422, school=school, form=form)


@router.post(
    "/contacts/schools/{school_id}/calendar", include_in_schema=False, max_body_size=LARGEST
)
async def post_calendar(
    request: Request, page: web.Page, viewer: Leads, desk: AtDesk, school_id: str
) -> Response:
    """Read the days without school from an .ics file."""
    await _school(desk, viewer, school_id)
    upload = (await request.form()).get("calendar")
    path = f"/contacts/schools/{school_id}"
    try:
        days = read_calendar(await upload.read() if isinstance(upload, UploadFile) else b"")
        settings = SchoolSettings(no_school_days=days)
        await set_school(desk.store, desk.units, school_id, settings, viewer)
    except Refused as wrong:
        return page.redirect(path, sentence(page, wrong), "warning")
    said = page.ngettext("%(num)s day without school.", "%(num)s days without school.", len(days))
    return page.redirect(path, said)


async def _school(desk: AtDesk, viewer: Viewer, school_id: str) -> SchoolChanged:
    school = await desk.store.directory.school(school_id)
    if school is None or not viewer.sees_school(school_id):
        raise NotFound("There is no such school, or it is not yours.")
    return school
