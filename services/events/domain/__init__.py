"""What is true of school events and of answers to them, whoever asks and wherever it is kept."""

from services.events.domain import times
from services.events.domain.answering import Reply, Standing, reply_state
from services.events.domain.counting import Counts, Tally
from services.events.domain.draft import EventDraft
from services.events.domain.faults import Fault, Wrong
from services.events.domain.rsvp import LARGEST_PARTY, Rsvp, rsvp_id
from services.events.domain.school_event import SchoolEvent, State

__all__ = [
    "LARGEST_PARTY",
    "Counts",
    "EventDraft",
    "Fault",
    "Reply",
    "Rsvp",
    "SchoolEvent",
    "Standing",
    "State",
    "Tally",
    "Wrong",
    "reply_state",
    "rsvp_id",
    "times",
]
