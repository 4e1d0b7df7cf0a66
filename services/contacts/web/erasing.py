"""Erasing a family by page: asking, agreeing, holds, and how long the district keeps records."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from services.contacts.actions import erasing
from services.contacts.domain.erasing import MOST_YEARS, YEARS, Retention, WhyDraft
from services.contacts.web.at import AtDesk, day_of, sentence, zone_at
from services.contacts.web.families import family_title
from shared import web
from shared.errors import Conflict, Forbidden, NotFound, Refused
from shared.i18n import N_
from shared.identity import Viewer

router = APIRouter(tags=["erasure"])
District = Annotated[Viewer, web.needs("district")]
OF_FAMILY = "/contacts/families/{family_id}/erasure"
LIST = "/contacts/erasures"
SORTS: dict[str, str] = {
    "contacts": N_("words of contacts"),
    "contact_history": N_("earlier versions of contacts"),
    "follow_ups": N_("follow-ups"),
    "suggestions": N_("suggestions"),
    "caseloads": N_("why a family was given to somebody"),
    "flags": N_("reasons of flags"),
    "strengths": N_("what a child is good at"),
    "disclosures": N_("whom a record was given to"),
    "corrections": N_("corrections"),
    "note_readings": N_("who read notes for staff"),
    "looks": N_("who looked at the family"),
    "roster": N_("rows of the roster"),
    "matches": N_("adults who may be one person"),
}


class WhyForm(BaseModel):
    """A reason; it stays, so that it should name nobody."""

    reason: str = Field(title=N_("Why"), min_length=3, max_length=500)


class RetentionForm(BaseModel):
    """How many years."""

    years: int = Field(YEARS, title=N_("Years after a family has left"), ge=0, le=MOST_YEARS)


@router.get(LIST, include_in_schema=False)
async def erasures_page(page: web.Page, viewer: District, desk: AtDesk) -> Response:
    """What was asked for and what became of it, and the district's time of keeping."""
    kept = await desk.store.erasing.retention()
    form = web.Form.blank(RetentionForm, years=kept.years)
    return await _list(page, viewer, desk, form)


@router.post(f"{LIST}/retention", include_in_schema=False)
async def post_retention(
    page: web.Page,
    viewer: District,
    desk: AtDesk,
    form: Annotated[web.Form[RetentionForm], web.form(RetentionForm)],
) -> Response:
    """Decide how long."""
    if not form.ok:
        return await _list(page, viewer, desk, form)
    kept = Retention(years=form.data.years)
    await erasing.set_retention(desk.store, desk.units, kept, viewer)
    return page.redirect(LIST, page._("Saved."))


@router.post(LIST + "/{erasure_id}/agree", include_in_schema=False)
async def post_agreement(
    page: web.Page, viewer: District, desk: AtDesk, erasure_id: str
) -> Response:
    """Erase, as the second person."""
    try:
        await erasing.agree(desk.store, desk.units, erasure_id, viewer)
    except (Conflict, Forbidden, NotFound) as wrong:
        return page.redirect(LIST, sentence(page, wrong), "danger")
    return page.redirect(LIST, page._("Erased. The other services follow in a moment."))


@router.post(LIST + "/{erasure_id}/decline", include_in_schema=False)
async def post_refusal(page: web.Page, viewer: District, desk: AtDesk, erasure_id: str) -> Response:
    """Decide against it."""
    try:
        await erasing.decline(desk.store, desk.units, erasure_id, viewer)
    except (Conflict, NotFound) as wrong:
        return page.redirect(LIST, sentence(page, wrong), "danger")
    return page.redirect(LIST, page._("Declined. Nothing was erased."))


@router.get(OF_FAMILY, include_in_schema=False)
async def erasure_page(page: web.Page, viewer: District, desk: AtDesk, family_id: str) -> Response:
    """What speaks for and against erasing one family."""
    return await _page(page, viewer, desk, family_id, web.Form.blank(WhyForm))


@router.post(OF_FAMILY, include_in_schema=False)
async def post_request(
    page: web.Page,
    viewer: District,
    desk: AtDesk,
    family_id: str,
    form: Annotated[web.Form[WhyForm], web.form(WhyForm)],
) -> Response:
    """Ask for it; somebody else has to agree."""
    if form.ok:
        draft = WhyDraft(reason=form.data.reason)
        try:
            await erasing.ask(desk.store, desk.units, family_id, draft, viewer)
        except Conflict as wrong:
            form.fail("", sentence(page, wrong))
        else:
            return page.redirect(LIST, page._("Asked for. Somebody else at the district agrees."))
    return await _page(page, viewer, desk, family_id, form)


@router.post(OF_FAMILY + "/holds", include_in_schema=False)
async def post_hold(
    page: web.Page,
    viewer: District,
    desk: AtDesk,
    family_id: str,
    form: Annotated[web.Form[WhyForm], web.form(WhyForm)],
) -> Response:
    """Let nothing be erased until it is lifted."""
    if form.ok:
        try:
            draft = WhyDraft(reason=form.data.reason)
            await erasing.hold(desk.store, desk.units, family_id, draft, viewer)
        except Refused as wrong:
            form.fail("", sentence(page, wrong))
        else:
            return page.redirect(
                f"/contacts/families/{family_id}/erasure", page._("Held. Nothing is erased.")
            )
    return await _page(page, viewer, desk, family_id, form)


@router.post(OF_FAMILY + "/holds/{hold_id}/lift", include_in_schema=False)
async def post_lift(
    page: web.Page, viewer: District, desk: AtDesk, family_id: str, hold_id: str
) -> Response:
    """End a hold."""
    here = f"/contacts/families/{family_id}/erasure"
    try:
        await erasing.lift(desk.store, desk.units, family_id, hold_id, viewer)
    except NotFound as wrong:
        return page.redirect(here, sentence(page, wrong), "danger")
    return page.redirect(here, page._("The hold is over."))


async def _list(
    page: web.PageContext, viewer: Viewer, desk: AtDesk, form: web.Form[RetentionForm]
) -> Response:
    return page.render(
        "contacts/erasures.html",
        status=422 if form.errors else 200,
        form=form,
        erasures=await desk.store.erasing.newest(),
        sorts={name: page._(words) for name, words in SORTS.items()},
        zone=await zone_at(desk, viewer),
    )


async def _page(
    page: web.PageContext,
    viewer: Viewer,
    desk: AtDesk,
    family_id: str,
    form: web.Form[WhyForm],
) -> Response:
    on = await day_of(desk, viewer)
    family = await desk.store.families.one(family_id, seen_by=viewer, on=on)
    standing = await erasing.standing_of(desk.store, family_id)
    return page.render(
        "contacts/erasure.html",
        status=422 if form.errors else 200,
        form=form,
        family=family,
        title=family_title(family.students, page),
        standing=standing,
        hindrance=page._(said) if (said := standing.hindrance(on)) else "",
        zone=await zone_at(desk, viewer),
    )
