"""Writing a contact down on a phone, and correcting it."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from services.contacts.actions.interpreters import offered_for
from services.contacts.actions.logging_contacts import (
    correct_contact,
    log_contact,
    resources_for,
)
from services.contacts.actions.reaching import phones_of
from services.contacts.actions.strengths import strengths_of
from services.contacts.domain.contact import MOST_NOTE, MOST_WORDS, Contact, ContactDraft
from services.contacts.domain.ideas import MOST_OF_STARTER
from services.contacts.domain.resources import Readers
from services.contacts.domain.views import written_of
from services.contacts.web.at import (
    CHANNELS,
    DIRECTIONS,
    OUTCOMES,
    TONES,
    AtDesk,
    choices,
    day_of,
    sentence,
    zone_at,
)
from services.contacts.web.families import family_title
from services.contacts.web.follow_up_fields import FollowUpFields
from services.contacts.web.starters import beginnings_for, praises_for, words_of
from services.contacts.web.taking_along import chosen_id, offers_for
from shared import web
from shared.clock import id_from
from shared.errors import Conflict, Refused
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import (
    Channel,
    Direction,
    FamilyChanged,
    Language,
    Outcome,
    Tone,
)
from shared.starters import AT_HOME

router = APIRouter(tags=["contacts"])


class LogForm(FollowUpFields):
    """The form. Every field has a sensible answer already, so that one tap and a sentence do."""

    student_ids: tuple[str, ...] = Field((), title=N_("About"))
    guardian_id: str | None = Field(None, title=N_("Who"), max_length=300)
    channel: Channel = Field("call", title=N_("How"))
    outcome: Outcome = Field("reached", title=N_("What happened"))
    tone: Tone = Field("good_news", title=N_("What it was about"))
    words: str = Field("", title=N_("Also write to the family"), max_length=MOST_WORDS)
    praise: str = Field("", title=N_("Begin with a sentence"), max_length=40)
    beginning: str = Field("", title=N_("From our school"), max_length=MOST_OF_STARTER)
    at_home: str = Field("", title=N_("Something to do at home"), max_length=40)
    resource: str = Field("", title=N_("Something from the resources"), max_length=3000)
    direction: Direction = Field("to_family", title=N_("Who began"))
    language: Language | None = Field(None, title=N_("Language that we spoke"))
    interpreter_id: str | None = Field(None, title=N_("Interpreter"), max_length=64)
    occurred_at: datetime | None = Field(None, title=N_("When, if not just now"))
    note: str = Field("", title=N_("Note for staff"), max_length=MOST_NOTE)
    version: int | None = None
    form_id: str = Field("", max_length=64)
    """Names the form that was filled in: sent again, it is the same contact."""

    def draft(self, family_id: str, zone: ZoneInfo, words_language: str) -> ContactDraft:
        """What the rules read. A time without a zone is the school's wall clock."""
        at = self.occurred_at
        return ContactDraft(
            family_id=family_id,
            student_ids=self.student_ids,
            guardian_id=self.guardian_id,
            channel=self.channel,
            direction=self.direction,
            tone=self.tone,
            outcome=self.outcome,
            language=self.language,
            interpreter_id=self.interpreter_id,
            occurred_at=at.replace(tzinfo=zone) if at and at.tzinfo is None else at,
            words=words_of(self.beginning, self.words),
            words_language=words_language,
            praise=self.praise,
            at_home=self.at_home,
            resource_id=chosen_id(self.resource),
            note=self.note,
        )

    def contact_id(self, draft: ContactDraft, viewer: Viewer) -> str | None:
        """The same each time this form is sent with the same words (ADR 13)."""
        if not self.form_id:
            return None
        return id_from(viewer.account_id, draft.model_dump_json(), self.model_dump_json())


Sent = Annotated[web.Form[LogForm], web.form(LogForm)]


@router.get("/contacts/families/{family_id}/log", include_in_schema=False)
async def open_form(
    page: web.Page,
    viewer: web.SignedIn,
    desk: AtDesk,
    family_id: str,
    guardian: str = "",
    tone: str = "",
    about: str = "",
    interpreter: str = "",
) -> Response:
    """The empty form; it may open with the person, or a pupil and the tone, filled in."""
    on = await day_of(desk, viewer)
    family = await desk.store.families.one(family_id, seen_by=viewer, on=on)
    own = await _own_students(desk, family, viewer)
    known = {each.guardian_id for each in family.guardians}
    form = web.Form.blank(
        LogForm,
        student_ids=(about,) if about in {s.student_id for s in family.students} else own,
        guardian_id=guardian if guardian in known else None,
        tone=tone if tone in TONES else None,
        form_id=desk.units.mint(),
        interpreter_id=interpreter or None,
    )
    return await _form_page(page, desk, viewer, family, form)


@router.post("/contacts/families/{family_id}/log", include_in_schema=False)
async def post_contact(
    page: web.Page, viewer: web.SignedIn, desk: AtDesk, family_id: str, form: Sent
) -> Response:
    """Log it; with anything wrong the form comes back as it was typed."""
    on = await day_of(desk, viewer)
    family = await desk.store.families.one(family_id, seen_by=viewer, on=on)
    if form.ok:
        zone = await zone_at(desk, viewer)
        try:
            draft = form.data.draft(family_id, zone, page.language)
            contact_id = form.data.contact_id(draft, viewer)
            follow_up = await form.data.follow_up(desk, viewer, family_id)
            contact = await log_contact(
                desk.store, desk.units, draft, viewer, contact_id, follow_up=follow_up
            )
        except Refused as wrong:
            form.fail("", sentence(page, wrong))
        else:
            return page.redirect(f"/contacts/entries/{contact.contact_id}", _saved(page, contact))
    return await _form_page(page, desk, viewer, family, form)


def _saved(page: web.PageContext, contact: Contact) -> str:
    if contact.letter:
        return page._("Saved, and your words are on their way to the family.")
    return page._("Saved.")


@router.get("/contacts/entries/{contact_id}/correct", include_in_schema=False)
async def open_correction(
    page: web.Page, viewer: web.SignedIn, desk: AtDesk, contact_id: str
) -> Response:
    """The form with what was written down."""
    on = await day_of(desk, viewer)
    contact = await desk.store.contacts.one(contact_id, seen_by=viewer, on=on)
    family = await desk.store.families.one(contact.family_id, seen_by=viewer, on=on)
    zone = await zone_at(desk, viewer)
    local = contact.occurred_at.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0)
    form = web.Form.blank(
        LogForm,
        **contact.model_dump(
            include={
                "student_ids", "guardian_id", "channel", "outcome", "tone", "direction",
                "language", "note", "version", "interpreter_id",
            }
        ),
        **written_of(contact),
        resource=contact.resource.model_dump_json() if contact.resource else "",
        occurred_at=local,
    )  # fmt: skip
    return await _form_page(page, desk, viewer, family, form, contact)


@router.post("/contacts/entries/{contact_id}/correct", include_in_schema=False)
async def post_correction(
    page: web.Page, viewer: web.SignedIn, desk: AtDesk, contact_id: str, form: Sent
) -> Response:
    """Keep the right facts."""
    on = await day_of(desk, viewer)
    contact = await desk.store.contacts.one(contact_id, seen_by=viewer, on=on)
    family = await desk.store.families.one(contact.family_id, seen_by=viewer, on=on)
    if form.ok:
        zone = await zone_at(desk, viewer)
        language = contact.letter.language if contact.letter else page.language
        try:
            draft = form.data.draft(contact.family_id, zone, language)
            await correct_contact(
                desk.store, desk.units, contact_id, draft, viewer, version=form.data.version
            )
        except (Refused, Conflict) as wrong:
            form.fail("", sentence(page, wrong))
        else:
            return page.redirect(f"/contacts/entries/{contact_id}", page._("Corrected."))
    return await _form_page(page, desk, viewer, family, form, contact)


async def _own_students(desk: AtDesk, family: FamilyChanged, viewer: Viewer) -> tuple[str, ...]:
    """The pupils whom an educator teaches; for everybody else those of own schools."""
    classes = await desk.store.directory.classes_of(viewer, await day_of(desk, viewer))
    taught = [
        each.student_id
        for each in family.students
        if any(enrolled.class_id in classes for enrolled in each.enrollments)
    ]
    own = [each.student_id for each in family.students if viewer.sees_school(each.school_id)]
    return tuple(taught or own or [each.student_id for each in family.students])


async def _form_page(
    page: web.PageContext,
    desk: AtDesk,
    viewer: Viewer,
    family: FamilyChanged,
    form: web.Form[LogForm],
    contact: Contact | None = None,
) -> Response:
    on = await day_of(desk, viewer)
    readers = Readers.among(family.students, family.guardians, viewer)
    spoken = [each.language for each in family.guardians]
    return page.render(
        "contacts/log.html",
        status=422 if form.errors else 200,
        form=form,
        family=family,
        contact=contact,
        phones=await phones_of(desk.store, family, viewer, on),
        students=[
            (each.student_id, f"{each.given_name} {each.family_name}") for each in family.students
        ],
        guardians=[
            (each.guardian_id, f"{each.given_name} {each.family_name}".strip())
            for each in family.guardians
        ],
        languages_spoken=list(dict.fromkeys([*spoken, "en", "es", "ar", "zh"])),
        channels=choices(page, CHANNELS),
        outcomes=choices(page, OUTCOMES),
        tones=choices(page, TONES),
        directions=choices(page, DIRECTIONS),
        praises=praises_for(page, [each.given_name for each in family.students]),
        at_home=choices(page, AT_HOME),
        beginnings=await beginnings_for(page, desk, viewer),
        offers=offers_for(
            page, readers, await resources_for(desk.store, readers), form.value("resource")
        ),
        title=family_title(family.students, page),
        strengths=await strengths_of(desk.store, family, viewer, on),
        today=on,
        interpreters=await _interpreters(desk, family, viewer, contact),
    )


async def _interpreters(
    desk: AtDesk, family: FamilyChanged, viewer: Viewer, contact: Contact | None
) -> list[tuple[str, str]]:
    """Whom to choose from; a contact that is corrected keeps whom it names."""
    found = [(e.interpreter_id, e.name) for e in await offered_for(desk.store, family, viewer)]
    named = (contact.interpreter_id or "", contact.interpreter) if contact else ("", "")
    return [named, *found] if named[0] and named[0] not in dict(found) else found
