"""What the events service keeps: school events, answers, and a replica of who is who."""

from services.events.store.audience import Audience
from services.events.store.rsvps import RSVPS, Rsvps
from services.events.store.school_events import SCHOOL_EVENTS, Listing, SchoolEvents
from shared.directory import KEPT as DIRECTORY_KEPT

KEPT = (SCHOOL_EVENTS, RSVPS, *DIRECTORY_KEPT)

__all__ = ["KEPT", "Audience", "Listing", "Rsvps", "SchoolEvents"]
