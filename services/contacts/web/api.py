"""The JSON API for staff: contacts and families (v1)."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from services.contacts.actions.logging_contacts import (
    correct_contact,
    log_contact,
    retract_contact,
)
from services.contacts.domain.contact import MOST_NOTE, MOST_WORDS, Contact, ContactDraft
from services.contacts.domain.views import FamilyCard, FamilyLine, written_of
from services.contacts.store.contacts import Filter
from services.contacts.web.at import AtDesk, day_of, place_of
from shared import web
from shared.messages import Channel, Direction, Language, Outcome, Record, Tone

router = APIRouter(prefix="/contacts/api/v1", tags=["contacts"])


class Changes(Record):
    """What is to be different; what is not named stays. `version`: the one that you saw."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int | None = None
    student_ids: tuple[str, ...] | None = None
    guardian_id: str | None = None
    channel: Channel | None = None
    direction: Direction | None = None
    tone: Tone | None = None
    outcome: Outcome | None = None
    language: Language | None = None
    interpreter_id: Annotated[str | None, Field(max_length=64)] = None
    occurred_at: AwareDatetime | None = None
    words: Annotated[str | None, Field(max_length=MOST_WORDS)] = None
    words_language: Language | None = None
    praise: Annotated[str | None, Field(max_length=40)] = None
    at_home: Annotated[str | None, Field(max_length=40)] = None
    resource_id: Annotated[str | None, Field(max_length=64)] = None
    note: Annotated[str | None, Field(max_length=MOST_NOTE)] = None

    def upon(self, contact: Contact) -> ContactDraft:
        """The whole contact as it is to be."""
        letter = contact.letter
        kept: dict[str, Any] = {
            **contact.model_dump(
                include=set(ContactDraft.model_fields) & set(Contact.model_fields)
            ),
            **written_of(contact),
            "resource_id": contact.resource.resource_id if contact.resource else "",
            "words_language": letter.language if letter else "en",
        }
        said = self.model_dump(exclude={"version"}, exclude_unset=True)
        return ContactDraft.model_validate(kept | said)


class ContactList(Record):
    """Some contacts, newest first; `next` goes into `after` for those that follow."""

    items: tuple[Contact, ...]
    next: str | None = None


class FamilyList(Record):
    """Families in sight; who has not heard good news for longest comes first."""

    items: tuple[FamilyLine, ...]


@router.post("/contacts", status_code=201, response_model=Contact)
async def post_contact(
    request: Request, draft: ContactDraft, viewer: web.SignedIn, desk: AtDesk
) -> Response:
    """Log a contact. With `words` the family is written to; a concern never is."""

    async def create(contact_id: str | None) -> Response:
        contact = await log_contact(desk.store, desk.units, draft, viewer, contact_id)
        place = {"Location": f"/contacts/api/v1/contacts/{contact.contact_id}"}
        return JSONResponse(contact.model_dump(mode="json"), 201, place)

    return await web.idempotent(request, desk.database, desk.units.clock, create)


@router.get("/contacts")
async def list_contacts(
    viewer: web.SignedIn,
    desk: AtDesk,
    cursor: web.Cursor,
    family_id: Annotated[str, Query(max_length=64)] = "",
    tone: Tone | None = None,
    channel: Channel | None = None,
    outcome: Outcome | None = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
) -> ContactList:
    """A family's contacts; else an educator's own, a school's, or all for the district."""
    on = await day_of(desk, viewer)
    narrowed = Filter(tone or "", channel or "", outcome or "", since, until, family_id)
    found = await desk.store.contacts.in_sight(
        narrowed, seen_by=viewer, on=on, after=place_of(cursor.after), most=cursor.fetch
    )
    part = web.paginate(found, cursor, _key)
    return ContactList(items=tuple(part.items), next=part.next)


def _key(contact: Contact) -> tuple[datetime, str]:
    return contact.occurred_at, contact.contact_id


@router.get("/contacts/{contact_id}")
async def get_contact(viewer: web.SignedIn, desk: AtDesk, contact_id: str) -> Contact:
    """One contact as it stands; `retraction` tells that it was taken back."""
    on = await day_of(desk, viewer)
    return await desk.store.contacts.one(contact_id, seen_by=viewer, on=on)


@router.patch("/contacts/{contact_id}")
async def patch_contact(
    changes: Changes, viewer: web.SignedIn, desk: AtDesk, contact_id: str
) -> Contact:
    """Correct a contact: a new version, told in full. 409 when there is a newer one."""
    on = await day_of(desk, viewer)
    contact = await desk.store.contacts.one(contact_id, seen_by=viewer, on=on)
    return await correct_contact(
        desk.store,
        desk.units,
        contact_id,
        changes.upon(contact),
        viewer,
        version=changes.version or contact.version,
    )


@router.delete("/contacts/{contact_id}")
async def delete_contact(
    viewer: web.SignedIn,
    desk: AtDesk,
    contact_id: str,
    reason: Annotated[str, Query(max_length=500)] = "",
) -> Contact:
    """Take a contact back. It stays to be seen as undone; nothing counts it any more."""
    return await retract_contact(desk.store, desk.units, contact_id, viewer, reason=reason)


@router.get("/families", tags=["families"])
async def list_families(
    viewer: web.SignedIn,
    desk: AtDesk,
    q: Annotated[str, Query(max_length=200)] = "",
    class_id: Annotated[str, Query(max_length=300)] = "",
    most: Annotated[int, Query(ge=1, le=200)] = 50,
) -> FamilyList:
    """Families in sight, by name in any accents, case and order, or of a class."""
    on = await day_of(desk, viewer)
    found = await desk.store.families.listed(
        seen_by=viewer, on=on, class_id=class_id, query=q, most=most
    )
    return FamilyList(items=tuple(found))


@router.get("/families/{family_id}", tags=["families"])
async def get_family(viewer: web.SignedIn, desk: AtDesk, family_id: str) -> FamilyCard:
    """Everything about one family that the viewer may see."""
    on = await day_of(desk, viewer)
    card = await desk.store.card(family_id, seen_by=viewer, on=on)
    await desk.store.readings.look(viewer, family_id, on)
    return card
