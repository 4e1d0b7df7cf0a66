"""A household's answer to one invitation; a later answer replaces the one before."""

from datetime import datetime
from typing import Self

from services.events.domain.faults import Fault, Wrong
from shared.i18n import N_
from shared.messages import Answer, EventRSVPd, Record

LARGEST_PARTY = 20
PARTY = N_("How many of you come? Please choose a number from 1 to %(most)s.")


def rsvp_id(event_id: str, household_id: str) -> str:
    """One household has one answer to one event: this is its id."""
    return f"{event_id}|{household_id}"


class Rsvp(Record):
    """What a household answered last, and how often it answered (`version`, from 1)."""

    rsvp_id: str
    event_id: str
    school_id: str
    household_id: str
    family_ids: tuple[str, ...]
    answer: Answer
    party_size: int
    answered_at: datetime
    origin: str
    by: str | None = None
    """The account of the person at the school who wrote it down; None when the family did."""
    version: int = 1

    def after(self, before: "Rsvp | None") -> Self:
        """This answer as the next version of what was known."""
        return self.model_copy(update={"version": before.version + 1}) if before else self

    @property
    def seats(self) -> int:
        """How many seats it keeps: a maybe keeps none."""
        return self.party_size if self.answer == "yes" else 0

    def says_the_same_as(self, other: "Rsvp | None") -> bool:
        """Whether nothing new is said, so that a double press is not a second answer."""
        return other is not None and (self.answer, self.party_size) == (
            other.answer,
            other.party_size,
        )

    def told(self) -> EventRSVPd:
        """The fact for the other services."""
        fields = set(EventRSVPd.model_fields)
        return EventRSVPd.model_validate(self.model_dump(include=fields))


def party_of(answer: Answer, said: int | None) -> int:
    """The party size that is kept: 0 for a no, else what was said, 1 to 20.

    A maybe's party is kept so that the organizer knows how many more may come; it keeps no seat.
    """
    if answer == "no":
        return 0
    if said is None or not 1 <= said <= LARGEST_PARTY:
        raise Wrong([Fault(field="party_size", says=PARTY, values={"most": str(LARGEST_PARTY)})])
    return said
