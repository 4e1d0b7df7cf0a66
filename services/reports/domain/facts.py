"""A message as the fold sees it: what it is about, and which of several about that is newest."""

from collections.abc import Iterable
from typing import NamedTuple

from shared import messages as m
from shared.envelope import Envelope
from shared.errors import Permanent
from shared.messages import Message

# The name of the thing that a message is about, and who wins between two of one version: taking
# back beats correcting beats saying, so that the order of arrival never decides.
_ABOUT: dict[type[Message], tuple[str, int]] = {
    m.ContactLogged: ("contact", 0),
    m.ContactCorrected: ("contact", 1),
    m.ContactRetracted: ("contact", 2),
    m.EventPublished: ("event", 0),
    m.EventChanged: ("event", 1),
    m.EventCancelled: ("event", 2),
    m.EventRSVPd: ("rsvp", 0),
    m.FamilyAsked: ("asked", 0),
    m.GuardianReplied: ("reply", 0),
    m.NoticeAccepted: ("delivery", 0),
    m.NoticeBounced: ("delivery", 1),
    # Says nothing of a letter that was taken before, so it is about something of its own.
    m.NoticeNotSent: ("delivery not made", 0),
    m.FamilySplit: ("split", 0),
    m.FamilyMerged: ("merge", 0),
    m.FamilyErased: ("erasure", 0),
    m.SchoolChanged: ("school", 0),
    m.EducatorChanged: ("educator", 0),
    m.FamilyChanged: ("family", 0),
    m.HouseholdChanged: ("household", 0),
}

_ALONE: frozenset[type[Message]] = frozenset(
    {
        # The directory: each brings the full state, so that nothing but the newest counts.
        m.SchoolChanged,
        m.EducatorChanged,
        m.FamilyChanged,
        m.HouseholdChanged,
        m.FamilySplit,
        m.FamilyMerged,
        m.FamilyErased,
        m.NoticeNotSent,
    }
)


class Fact(NamedTuple):
    """One message. `key` names it for ever, `about` the thing whose state it tells."""

    key: str
    about: str
    version: int
    rank: int
    message: Message
    alone: bool
    """Whether what it does to the figures depends on no other message about its thing."""

    @property
    def newness(self) -> tuple[int, int, str]:
        """Orders the facts about one thing; the key decides where nothing else does."""
        return self.version, self.rank, self.key

    @property
    def stamp(self) -> str:
        """The same order as text, for the database to compare."""
        return f"{self.version:016d}|{self.rank}|{self.key}"


def fact_of(envelope: Envelope) -> Fact:
    """Read a message; `Permanent` when it is none of those that reports consumes."""
    message = envelope.open()
    kind = type(message)
    known = _ABOUT.get(kind)
    if known is None:
        raise Permanent(f"reports does not count {envelope.type}")
    name, rank = known
    about = f"{name}|{message.subject}"
    return Fact(envelope.key, about, envelope.version, rank, message, kind in _ALONE)


def newest(facts: Iterable[Fact]) -> Fact | None:
    """The fact that holds, of all that are known about one thing."""
    return max(facts, key=lambda fact: fact.newness, default=None)
