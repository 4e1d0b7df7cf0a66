"""One contact as it was written down: what became of it, undoing it, opening its note."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from services.contacts.actions.logging_contacts import retract_contact
from services.contacts.actions.notes import open_note
from services.contacts.actions.turns import wants_good_news_first
from services.contacts.domain.contact import Contact
from services.contacts.domain.readings import NoteDraft
from services.contacts.domain.views import may_change, may_open_note, resources_in
from services.contacts.web.at import AtDesk, all_words, day_of, zone_at
from services.contacts.web.families import family_title
from shared import web
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import FamilyChanged, StudentFacts

router = APIRouter(tags=["contacts"])
Principal = Annotated[Viewer, web.needs("principal")]


@router.get("/contacts/entries/{contact_id}", include_in_schema=False)
async def saved_page(
    page: web.Page, viewer: web.SignedIn, desk: AtDesk, contact_id: str
) -> Response:
    """What was written down, and what became of it."""
    on = await day_of(desk, viewer)
    contact = await desk.store.contacts.one(contact_id, seen_by=viewer, on=on)
    sees = await desk.store.families.sees(viewer, contact.family_id, on)
    family = await desk.store.directory.family(contact.family_id)
    letters = await desk.store.mail.letters_to(contact.family_id) if sees else ()
    return page.render(
        "contacts/entry.html",
        contact=contact,
        family=family if sees else None,
        title=family_title(_about(contact, family), page),
        letters=[each for each in letters if each.about == contact_id],
        readings=await desk.store.readings.of_contact(contact_id) if contact.note else (),
        may_open_note=may_open_note(contact, viewer),
        not_offered=await desk.store.resources.not_offered(resources_in([contact])),
        may_change=may_change(contact, viewer) and contact.retraction is None,
        words=all_words(page),
        zone=await zone_at(desk, viewer),
        good_news_first=contact.tone == "concern"
        and sees
        and await wants_good_news_first(desk.store, desk.units.clock, viewer, contact.family_id),
    )


def _about(contact: Contact, family: FamilyChanged | None) -> list[StudentFacts]:
    students = family.students if family else ()
    return [each for each in students if each.student_id in contact.student_ids]


class UndoForm(BaseModel):
    """Why a contact is taken back."""

    reason: str = Field("", title=N_("Why"), max_length=500)
    version: int | None = None


@router.post("/contacts/entries/{contact_id}/undo", include_in_schema=False)
async def post_undo(
    page: web.Page,
    viewer: web.SignedIn,
    desk: AtDesk,
    contact_id: str,
    form: Annotated[web.Form[UndoForm], web.form(UndoForm)],
) -> Response:
    """Take the contact back; a letter that still waits is stopped by the message."""
    sent = form.data if form.ok else UndoForm()
    contact = await retract_contact(
        desk.store, desk.units, contact_id, viewer, reason=sent.reason, version=sent.version
    )
    said = page._("Undone. It no longer counts, and a letter that has not left will not leave.")
    return page.redirect(f"/contacts/entries/{contact.contact_id}", said)


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
