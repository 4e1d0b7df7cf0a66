"""Custody and do-not-contact flags by page: who may not be told what about whom, and since when."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from services.contacts.domain.flags import FlagDraft
from services.contacts.web.at import AtDesk, day_of, sentence, zone_at
from services.contacts.web.families import family_title
from shared import web
from shared.errors import Refused
from shared.i18n import N_
from shared.identity import Viewer

router = APIRouter(tags=["flags"])
Deciders = Annotated[Viewer, web.needs("principal", "district")]


class FlagForm(BaseModel):
    """One adult and one pupil; an empty box lifts the flag."""

    guardian_id: str = Field(title=N_("Adult"), max_length=300)
    student_id: str = Field(title=N_("Student"), max_length=300)
    do_not_contact: bool = Field(default=False, title=N_("Do not contact"))
    custody: bool = Field(default=False, title=N_("May not see the record (custody)"))
    reason: str = Field(
        title=N_("Why, such as the number of a court order"), min_length=3, max_length=500
    )


@router.get("/contacts/families/{family_id}/flags", include_in_schema=False)
async def flags_page(page: web.Page, viewer: Deciders, desk: AtDesk, family_id: str) -> Response:
    """Each adult and each pupil of a family, with the flags between them."""
    return await _page(page, viewer, desk, family_id, web.Form.blank(FlagForm))


@router.post("/contacts/families/{family_id}/flags", include_in_schema=False)
async def post_flag(
    page: web.Page,
    viewer: Deciders,
    desk: AtDesk,
    family_id: str,
    form: Annotated[web.Form[FlagForm], web.form(FlagForm)],
) -> Response:
    """Set or lift; in force once every service that writes or answers has confirmed it."""
    if form.ok:
        try:
            await desk.register.decide(FlagDraft(**form.data.model_dump()), viewer)
        except Refused as wrong:
            form.fail("", sentence(page, wrong))
        else:
            said = page._("Kept. It is in force as soon as letters and events confirm it.")
            return page.redirect(f"/contacts/families/{family_id}/flags", said)
    return await _page(page, viewer, desk, family_id, form)


async def _page(
    page: web.PageContext,
    viewer: Viewer,
    desk: AtDesk,
    family_id: str,
    form: web.Form[FlagForm],
) -> Response:
    on = await day_of(desk, viewer)
    family = await desk.store.families.one(family_id, seen_by=viewer, on=on)
    flags = await desk.store.flags.in_force([each.guardian_id for each in family.guardians])
    return page.render(
        "contacts/flags.html",
        status=422 if form.errors else 200,
        form=form,
        family=family,
        title=family_title(family.students, page),
        flags={each.pair: each for each in flags},
        zone=await zone_at(desk, viewer),
    )
