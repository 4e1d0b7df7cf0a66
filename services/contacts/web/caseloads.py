"""Giving a family to an educator, adopting it oneself, and ending that."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from services.contacts.actions.caseloads import (
    educators_for,
    end_caseload,
    give_family,
    may_give,
)
from services.contacts.actions.logging_contacts import school_of
from services.contacts.actions.overview import last_day
from services.contacts.domain.caseloads import Caseload, CaseloadDraft
from services.contacts.domain.teaching import educators_of, teachers_by_class
from services.contacts.web.at import AtDesk, day_of, sentence
from services.contacts.web.families import family_title
from services.contacts.web.hour import Leads
from shared import web
from shared.errors import Conflict, Forbidden, Refused
from shared.i18n import N_, format_date
from shared.identity import Viewer
from shared.messages import Record

router = APIRouter(tags=["families"])
API = "/contacts/api/v1"


class AdoptionForm(BaseModel):
    """Why somebody takes a family, and until when."""

    reason: str = Field(title=N_("Why"), min_length=3, max_length=300)
    ends: date = Field(title=N_("Until"))


class CaseloadForm(AdoptionForm):
    """To whom a family is given, why, and until when."""

    educator_id: str = Field(title=N_("Educator"), min_length=1, max_length=64)


class CaseloadList(Record):
    """To whom a family is given now."""

    items: tuple[Caseload, ...]


Sent = Annotated[web.Form[CaseloadForm], web.form(CaseloadForm)]


@router.get("/contacts/families/{family_id}/caseload", include_in_schema=False)
async def open_caseload(page: web.Page, viewer: Leads, desk: AtDesk, family_id: str) -> Response:
    """Who is there for a family, and the form to give it to somebody."""
    on = await may_give(desk.store, desk.units, family_id, viewer)
    ends = last_day(await school_of(desk.store, viewer), on)
    form = web.Form.blank(CaseloadForm, ends=ends)
    return await _form_page(page, desk, viewer, family_id, form)


@router.post("/contacts/families/{family_id}/caseload", include_in_schema=False)
async def post_caseload(
    page: web.Page, viewer: Leads, desk: AtDesk, family_id: str, form: Sent
) -> Response:
    """Give the family to somebody of the staff."""
    if form.ok:
        draft = CaseloadDraft.model_validate(form.data.model_dump())
        return await _give(page, desk, viewer, family_id, form, draft)
    return await _form_page(page, desk, viewer, family_id, form)


@router.post("/contacts/families/{family_id}/caseload/adopt", include_in_schema=False)
async def post_adoption(
    page: web.Page,
    viewer: Leads,
    desk: AtDesk,
    family_id: str,
    sent: Annotated[web.Form[AdoptionForm], web.form(AdoptionForm)],
) -> Response:
    """Take the family oneself."""
    form = web.Form(CaseloadForm, sent.typed, sent.errors)
    if viewer.educator_id is None:
        form.fail("", page._("Your account is not that of a member of the staff in the roster."))
    elif sent.ok:
        draft = CaseloadDraft(educator_id=viewer.educator_id, **sent.data.model_dump())
        return await _give(page, desk, viewer, family_id, form, draft)
    return await _form_page(page, desk, viewer, family_id, form)


async def _give(
    page: web.PageContext,
    desk: AtDesk,
    viewer: Viewer,
    family_id: str,
    form: web.Form[CaseloadForm],
    draft: CaseloadDraft,
) -> Response:
    try:
        made = await give_family(desk.store, desk.units, family_id, draft, viewer)
    except (Refused, Forbidden) as wrong:
        form.fail("", sentence(page, wrong))
        return await _form_page(page, desk, viewer, family_id, form)
    day = format_date(made.ends, page.language)
    said = page._("%(name)s has this family until %(day)s.", name=made.educator, day=day)
    return page.redirect(f"/contacts/families/{family_id}/caseload", said)


@router.post("/contacts/caseloads/{caseload_id}/end", include_in_schema=False)
async def post_end(page: web.Page, viewer: Leads, desk: AtDesk, caseload_id: str) -> Response:
    """End it before its day."""
    known = await desk.store.caseloads.one(caseload_id)
    here = f"/contacts/families/{known.family_id}/caseload"
    try:
        await end_caseload(desk.store, desk.units, caseload_id, viewer)
    except Conflict as over:
        return page.redirect(here, sentence(page, over), "warning")
    return page.redirect(here, page._("Ended. To undo this, give the family again."))


async def _form_page(
    page: web.PageContext,
    desk: AtDesk,
    viewer: Viewer,
    family_id: str,
    form: web.Form[CaseloadForm],
) -> Response:
    on = await day_of(desk, viewer)
    family = await desk.store.families.one(family_id, seen_by=viewer, on=on)
    staff = await educators_for(desk.store, viewer)
    given = (await desk.store.caseloads.of_families([family_id], on)).get(family_id, [])
    return page.render(
        "contacts/caseload.html",
        status=422 if form.errors else 200,
        form=form,
        family=family,
        title=family_title(family.students, page),
        given=given,
        teachers=educators_of(family, teachers_by_class(staff, on), (), on),
        staff=[(e.educator_id, f"{e.family_name}, {e.given_name}".strip(", ")) for e in staff],
        may_adopt=viewer.educator_id is not None,
    )


# --- for programs ---------------------------------------------------------------------------------


@router.get(f"{API}/families/{{family_id}}/caseloads")
async def list_caseloads(viewer: Leads, desk: AtDesk, family_id: str) -> CaseloadList:
    """To whom a family is given now, and why."""
    on = await may_give(desk.store, desk.units, family_id, viewer)
    given = await desk.store.caseloads.of_families([family_id], on)
    return CaseloadList(items=tuple(given.get(family_id, ())))


@router.post(f"{API}/families/{{family_id}}/caseloads", status_code=201, response_model=Caseload)
async def create_caseload(
    request: Request, draft: CaseloadDraft, viewer: Leads, desk: AtDesk, family_id: str
) -> Response:
    """Give a family to a member of the staff, who sees it until the last day."""

    async def create(caseload_id: str | None) -> Response:
        made = await give_family(desk.store, desk.units, family_id, draft, viewer, caseload_id)
        return JSONResponse(made.model_dump(mode="json"), 201)

    return await web.idempotent(request, desk.database, desk.units.clock, create)


@router.delete(f"{API}/caseloads/{{caseload_id}}")
async def delete_caseload(viewer: Leads, desk: AtDesk, caseload_id: str) -> Caseload:
    """End it before its day. 409 when it was ended already."""
    return await end_caseload(desk.store, desk.units, caseload_id, viewer)
