"""Every message the services tell each other: the table of contents of the system.

A message is a fact in the past tense. Its `TYPE` is the CloudEvents type and the routing key,
`OWNER` the only service that may send it, `ABOUT` the field that names its aggregate. Additive
changes keep the type; an incompatible one is a new `.v2` class beside the old one
(docs/decisions).
"""

from shared.messages.arranged import (
    Hours,
    LunchChanged,
    ShiftChanged,
    VisitChanged,
    WaitlistChanged,
)
from shared.messages.base import (
    Answer,
    Channel,
    Direction,
    Language,
    Message,
    Outcome,
    Record,
    Relationship,
    Tone,
)
from shared.messages.contacts import (
    ContactCorrected,
    ContactLogged,
    ContactRetracted,
    FamilyLetter,
    SharedResource,
    Starter,
)
from shared.messages.directory import (
    ERASED_WORDS,
    Assignment,
    CaseloadEntry,
    EducatorChanged,
    FamilyChanged,
    FamilyErased,
    FamilyMerged,
    FamilySplit,
    GuardianFacts,
    HouseholdChanged,
    SchoolChanged,
    SchoolClass,
    StudentFacts,
    Term,
)
from shared.messages.flags import FlagsApplied, FlagsAsOf, FlagsChanged
from shared.messages.household_page import (
    MOST_ASKED,
    Ask,
    AskTime,
    FamilyAsked,
    HouseholdItemChanged,
)
from shared.messages.notices import (
    Category,
    GuardianReplied,
    NoticeAccepted,
    NoticeBounced,
    NoticeKind,
    NoticeNotSent,
    NoticeRequested,
)
from shared.messages.outside import ExternalFactReceived
from shared.messages.published import PolicyChanged, SurveyChanged
from shared.messages.school_events import (
    EventCancelled,
    EventChanged,
    EventFacts,
    EventPublished,
    EventRSVPd,
)
from shared.messages.wishes import AddressConfirmed, LanguageWished


def _known() -> dict[str, type[Message]]:
    return {kind.TYPE: kind for kind in Message.__subclasses__()}


MESSAGES: dict[str, type[Message]] = _known()
"""Every message by its type."""

__all__ = [
    "ERASED_WORDS",
    "MESSAGES",
    "MOST_ASKED",
    "AddressConfirmed",
    "Answer",
    "Ask",
    "AskTime",
    "Assignment",
    "CaseloadEntry",
    "Category",
    "Channel",
    "ContactCorrected",
    "ContactLogged",
    "ContactRetracted",
    "Direction",
    "EducatorChanged",
    "EventCancelled",
    "EventChanged",
    "EventFacts",
    "EventPublished",
    "EventRSVPd",
    "ExternalFactReceived",
    "FamilyAsked",
    "FamilyChanged",
    "FamilyErased",
    "FamilyLetter",
    "FamilyMerged",
    "FamilySplit",
    "FlagsApplied",
    "FlagsAsOf",
    "FlagsChanged",
    "GuardianFacts",
    "GuardianReplied",
    "Hours",
    "HouseholdChanged",
    "HouseholdItemChanged",
    "Language",
    "LanguageWished",
    "LunchChanged",
    "Message",
    "NoticeAccepted",
    "NoticeBounced",
    "NoticeKind",
    "NoticeNotSent",
    "NoticeRequested",
    "Outcome",
    "PolicyChanged",
    "Record",
    "Relationship",
    "SchoolChanged",
    "SchoolClass",
    "SharedResource",
    "ShiftChanged",
    "Starter",
    "StudentFacts",
    "SurveyChanged",
    "Term",
    "Tone",
    "VisitChanged",
    "WaitlistChanged",
]
