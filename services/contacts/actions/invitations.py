"""Who has not answered an invitation: events and answers as other services tell them."""

from collections.abc import Sequence
from datetime import datetime

from services.contacts.domain.invitations import Invitation, unanswered
from services.contacts.store import Store
from shared.identity import Viewer
from shared.messages import EventFacts
from shared.outbox import Work


async def note_event(
    store: Store, facts: EventFacts, work: Work, *, cancelled: bool = False
) -> None:
    """Keep what families are invited to; an older word on the same event changes nothing."""
    version = work.cause.version if work.cause else 0
    await store.school_events.keep(facts, version, work, cancelled=cancelled)


async def unanswered_by_family(
    store: Store, family_ids: Sequence[str], viewer: Viewer, now: datetime
) -> dict[str, Invitation]:
    """The invitation of a school of the viewer that each of some families in sight left open."""
    invitations = await store.school_events.open_at(now, seen_by=viewer)
    if not invitations:
        return {}
    event_ids = [each.event_id for each in invitations]
    invited = await store.invitations.invited(event_ids, family_ids)
    answered = await store.invitations.answered(event_ids, family_ids)
    return unanswered(invitations, invited, answered, now)
