"""Opening a note for staff, by page and for programs."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from services.contacts.actions.notes import open_note
from services.contacts.domain.contact import Contact
from services.contacts.domain.readings import NoteDraft
from services.contacts.web.at import AtDesk
from shared import web
from shared.i18n import N_
from shared.identity import Viewer

router = APIRouter(tags=["contacts"])
Principal = Annotated[Viewer, web.needs("principal")]


class NoteForm(BaseModel):
    """Why the note is to be read."""

    reason: str = Field(title=N_("Why do you read it?"), min_length=3, max_length=300)


@router.post("/contacts/entries/{contact_id}/note", include_in_schema=False)
async def post_note(
    page: web.Page,
    viewer: Principal,
    desk: AtDesk,
    contact_id: str,
    form: Annotated[web.Form[NoteForm], web.form(NoteForm)],
) -> Response:
    """Keep why, and show the contact with its note."""
    here = f"/contacts/entries/{contact_id}#note"
    if not form.ok:
        return page.redirect(here, form.error("reason"), "danger")
    await open_note(desk.store, desk.units, contact_id, NoteDraft(reason=form.data.reason), viewer)
    return page.redirect(
        here, page._("The note is open. Its author sees that you read it, and why.")
    )


@router.post("/contacts/api/v1/contacts/{contact_id}/note")
async def read_note(draft: NoteDraft, viewer: Principal, desk: AtDesk, contact_id: str) -> Contact:
    """The contact with its note for staff; that it was read, and why, is kept."""
    return await open_note(desk.store, desk.units, contact_id, draft, viewer)
