"""Correcting what the roster says of an adult: a page for each, and the same for programs."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from services.contacts.actions.corrections import adult_of, correct, history, standings, take_back
from services.contacts.domain.corrections import (
    CORRECTS_REACH,
    DECIDES_CONFIDENTIAL,
    MOST_BEST,
    YES,
    Correction,
    Draft,
    Standing,
    What,
)
from services.contacts.domain.people import LANGUAGES
from services.contacts.domain.views import LOGS
from services.contacts.web.at import CORRECTED, AtDesk, choices, day_of, sentence, zone_at
from services.contacts.web.families import family_title
from shared import web
from shared.errors import Refused
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import Record
from shared.web.templates import language_name

router = APIRouter(tags=["families"])
Correctors = Annotated[Viewer, web.needs(*sorted(LOGS))]
PAGE = "/contacts/families/{family_id}/adults/{guardian_id}"
API = "/contacts/api/v1/families/{family_id}/adults/{guardian_id}/corrections"


class CorrectionForm(BaseModel):
    """One adult as it should be; the fields of addresses only for whoever may correct them."""

    language: str = Field(title=N_("Language"), max_length=35)
    interpreter: bool = Field(default=False, title=N_("Needs an interpreter"))
    best: str = Field(default="", title=N_("Best time and way"), max_length=MOST_BEST)
    email: str = Field(default="", title=N_("Mail address"), max_length=254)
    phone: str = Field(default="", title=N_("Phone"), max_length=40)
    confidential: bool = Field(default=False, title=N_("Address and phone are confidential"))
    reason: str = Field(default="", title=N_("How do you know?"), max_length=300)


class BackForm(BaseModel):
    """The field in which the roster is to speak again."""

    what: What


class Corrected(Record):
    """How an adult stands, field by field, and what was changed, the newest first."""

    standing: tuple[Standing, ...]
    changes: tuple[Correction, ...]


@router.get(PAGE, include_in_schema=False)
async def adult_page(
    page: web.Page, viewer: Correctors, desk: AtDesk, family_id: str, guardian_id: str
) -> Response:
    """The form with what holds now, and the roster's word beside what was corrected."""
    return await _page(page, viewer, desk, family_id, guardian_id)


@router.post(PAGE, include_in_schema=False)
async def post_correction(
    page: web.Page,
    viewer: Correctors,
    desk: AtDesk,
    family_id: str,
    guardian_id: str,
    form: Annotated[web.Form[CorrectionForm], web.form(CorrectionForm)],
) -> Response:
    """Keep what differs."""
    if form.ok:
        draft = _draft(form.data, viewer)
        try:
            await correct(desk.store, desk.units, family_id, guardian_id, draft, viewer)
        except Refused as wrong:
            form.fail("", sentence(page, wrong))
        else:
            said = page._("Kept. Letters and everybody else follow in a moment.")
            return page.redirect(f"/contacts/families/{family_id}#adults", said)
    return await _page(page, viewer, desk, family_id, guardian_id, form)


@router.post(PAGE + "/back", include_in_schema=False)
async def post_back(
    page: web.Page,
    viewer: Correctors,
    desk: AtDesk,
    family_id: str,
    guardian_id: str,
    form: Annotated[web.Form[BackForm], web.form(BackForm)],
) -> Response:
    """Let the roster speak again in one field."""
    here = f"/contacts/families/{family_id}/adults/{guardian_id}"
    if not form.ok:
        return page.redirect(here, form.error("what"), "danger")
    try:
        await take_back(desk.store, desk.units, family_id, guardian_id, form.data.what, viewer)
    except Refused as wrong:
        return page.redirect(here, sentence(page, wrong), "danger")
    return page.redirect(here, page._("Kept. What the roster says holds again."))


@router.get(API)
async def list_corrections(
    viewer: Correctors, desk: AtDesk, family_id: str, guardian_id: str
) -> Corrected:
    """How an adult stands, and every change."""
    on = await day_of(desk, viewer)
    family, _ = await adult_of(desk.store, family_id, guardian_id, viewer, on)
    reach = await desk.store.families.reach(family_id, seen_by=viewer, on=on)
    held = await standings(desk.store, family, reach)
    changes = await history(desk.store, guardian_id, reach)
    return Corrected(standing=held[guardian_id], changes=tuple(changes))


@router.post(API, status_code=201)
async def create_correction(
    draft: Draft, viewer: Correctors, desk: AtDesk, family_id: str, guardian_id: str
) -> Corrected:
    """Correct the fields that are named; 422 when nothing would change."""
    await correct(desk.store, desk.units, family_id, guardian_id, draft, viewer)
    return await list_corrections(viewer, desk, family_id, guardian_id)


@router.delete(API + "/{what}", status_code=204)
async def delete_correction(
    viewer: Correctors, desk: AtDesk, family_id: str, guardian_id: str, what: What
) -> None:
    """Let the roster speak again in one field."""
    await take_back(desk.store, desk.units, family_id, guardian_id, what, viewer)


def _draft(sent: CorrectionForm, viewer: Viewer) -> Draft:
    reach = viewer.role in CORRECTS_REACH
    return Draft(
        language=sent.language,
        interpreter=sent.interpreter,
        best=sent.best,
        email=sent.email if reach else None,
        phone=sent.phone if reach else None,
        confidential=sent.confidential if viewer.role in DECIDES_CONFIDENTIAL else None,
        reason=sent.reason,
    )


async def _page(
    page: web.PageContext,
    viewer: Viewer,
    desk: AtDesk,
    family_id: str,
    guardian_id: str,
    form: web.Form[CorrectionForm] | None = None,
) -> Response:
    on = await day_of(desk, viewer)
    family, adult = await adult_of(desk.store, family_id, guardian_id, viewer, on)
    reach = await desk.store.families.reach(family_id, seen_by=viewer, on=on)
    held = await standings(desk.store, family, reach)
    standing = {each.what: each for each in held[guardian_id]}
    values: dict[str, object] = {what: each.value for what, each in standing.items()}
    for each in ("interpreter", "confidential"):
        values[each] = values[each] == YES
    form = form or web.Form.blank(CorrectionForm, **values)
    return page.render(
        "contacts/adult.html",
        status=422 if form.errors else 200,
        form=form,
        family=family,
        adult=adult,
        standing=standing,
        tags=sorted(
            {*LANGUAGES, standing["language"].value},
            key=lambda tag: language_name(page.language, tag).casefold(),
        ),
        fields=dict(choices(page, CORRECTED)),
        reaches=viewer.role in CORRECTS_REACH,
        decides=viewer.role in DECIDES_CONFIDENTIAL,
        changes=await history(desk.store, guardian_id, reach),
        title=family_title(family.students, page),
        zone=await zone_at(desk, viewer),
    )
