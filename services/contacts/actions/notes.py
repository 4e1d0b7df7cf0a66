"""Opening a note for staff that somebody else wrote: only with a reason, which is kept."""

from services.contacts.actions.logging_contacts import today
from services.contacts.domain.contact import Contact
from services.contacts.domain.readings import NoteDraft, NoteReading
from services.contacts.domain.views import may_open_note
from services.contacts.store import Store
from shared.errors import Forbidden, NotFound
from shared.i18n import N_
from shared.identity import Viewer
from shared.outbox import Units, Work


async def open_note(
    store: Store, units: Units, contact_id: str, draft: NoteDraft, by: Viewer
) -> Contact:
    """Keep why, then give the contact with its note. `Forbidden` for all but the principal."""
    on = await today(store, by, units.clock.now())
    contact = await store.contacts.one(contact_id, seen_by=by, on=on)
    if contact.note:
        return contact  # one's own, or opened before
    if not may_open_note(contact, by):
        raise Forbidden(N_("Only its author and the principal of the school read this note."))
    if not contact.has_note:
        raise NotFound(N_("There is no note for staff here."))

    async def body(work: Work) -> None:
        reading = NoteReading(
            contact_id=contact_id,
            family_id=contact.family_id,
            account_id=by.account_id,
            name=by.name,
            reason=" ".join(draft.reason.split()),
            at=work.now,
        )
        await store.readings.open(reading, work)

    await units.run(body)
    return await store.contacts.one(contact_id, seen_by=by, on=on)
