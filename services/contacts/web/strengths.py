"""What a child is good at and loves: on the family's page, and for programs."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from services.contacts.actions.strengths import add_strength, remove_strength, strengths_of
from services.contacts.domain.strengths import MOST_WORDS, Strength
from services.contacts.web.at import AtDesk, day_of, sentence
from shared import web
from shared.errors import Forbidden, NotFound, Refused
from shared.i18n import N_
from shared.messages import Record

router = APIRouter(tags=["families"])


class StrengthForm(BaseModel):
    """A pupil, and what somebody noticed."""

    student_id: str = Field(max_length=64)
    words: str = Field(title=N_("Good at, or loves"), min_length=2, max_length=MOST_WORDS)


class StrengthDraft(Record):
    """The same from a program."""

    student_id: Annotated[str, Field(max_length=64)]
    words: Annotated[str, Field(min_length=2, max_length=MOST_WORDS)]


class StrengthList(Record):
    """What is known of a family's pupils whom the viewer teaches, or whose school it is."""

    items: tuple[Strength, ...]


@router.post("/contacts/families/{family_id}/strengths", include_in_schema=False)
async def post_strength(
    page: web.Page,
    viewer: web.SignedIn,
    desk: AtDesk,
    family_id: str,
    form: Annotated[web.Form[StrengthForm], web.form(StrengthForm)],
) -> Response:
    """Keep it and show the family's page again."""
    here = f"/contacts/families/{family_id}#strengths"
    if not form.ok:
        return page.redirect(here, form.error("words") or form.error("student_id"), "danger")
    sent = form.data
    try:
        await add_strength(desk.store, desk.units, family_id, sent.student_id, sent.words, viewer)
    except Refused as wrong:
        return page.redirect(here, sentence(page, wrong), "danger")
    return page.redirect(here, page._("Kept, for all who teach this child."))


@router.post(
    "/contacts/families/{family_id}/strengths/{strength_id}/remove", include_in_schema=False
)
async def post_removal(
    page: web.Page, viewer: web.SignedIn, desk: AtDesk, family_id: str, strength_id: str
) -> Response:
    """Forget it."""
    here = f"/contacts/families/{family_id}#strengths"
    try:
        await remove_strength(desk.store, desk.units, family_id, strength_id, viewer)
    except (NotFound, Forbidden) as wrong:
        return page.redirect(here, sentence(page, wrong), "danger")
    return page.redirect(here, page._("Removed."))


@router.get("/contacts/api/v1/families/{family_id}/strengths")
async def list_strengths(viewer: web.SignedIn, desk: AtDesk, family_id: str) -> StrengthList:
    """What is known of the family's pupils, the oldest first."""
    on = await day_of(desk, viewer)
    family = await desk.store.families.one(family_id, seen_by=viewer, on=on)
    known = await strengths_of(desk.store, family, viewer, on)
    return StrengthList(items=tuple(each for several in known.values() for each in several))


@router.post("/contacts/api/v1/families/{family_id}/strengths", status_code=201)
async def create_strength(
    draft: StrengthDraft, viewer: web.SignedIn, desk: AtDesk, family_id: str
) -> Strength:
    """Keep something new; what is known already is given again, so that asking twice is safe."""
    return await add_strength(
        desk.store, desk.units, family_id, draft.student_id, draft.words, viewer
    )


@router.delete("/contacts/api/v1/families/{family_id}/strengths/{strength_id}", status_code=204)
async def delete_strength(
    viewer: web.SignedIn, desk: AtDesk, family_id: str, strength_id: str
) -> None:
    """Forget it for good."""
    await remove_strength(desk.store, desk.units, family_id, strength_id, viewer)
