"""What a person is shown of a family, a contact and a letter: records for pages and the API."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from services.contacts.domain.contact import Contact
from services.contacts.domain.corrections import CORRECTS_REACH
from services.contacts.domain.twins import twins
from shared.identity import Viewer
from shared.messages import (
    Answer,
    FamilyChanged,
    HouseholdChanged,
    Language,
    Record,
    Starter,
)

LOGS = frozenset({"educator", "coordinator", "office", "principal", "district"})
"""Roles that may write down a contact. A helper knows one door list only."""
SEES_REACH = LOGS


class Reach(Record):
    """How to get at one adult; only contacts knows it, no message carries it."""

    guardian_id: str
    phone: str = ""
    email: str = ""
    roster: dict[str, str] = Field(default_factory=dict)
    """The roster's own word about the fields that staff corrected."""
    confidential: bool = False
    withheld: bool = False
    """It is confidential, and whoever this was read for does not get it."""

    def seen_by(self, viewer: Viewer) -> "Reach":
        """Without address and phone, where these are confidential and not for the viewer."""
        if not self.confidential or viewer.role in CORRECTS_REACH:
            return self
        nothing = {"phone": "", "email": "", "roster": {}, "withheld": True}
        return self.model_copy(update=nothing)


class FamilyLine(Record):
    """A family in a list."""

    family_id: str
    students: tuple[str, ...]
    """Names, in the order of the roster."""
    guardians: tuple[str, ...]
    grades: tuple[str, ...] = ()
    languages: tuple[Language, ...] = ()
    interpreter: bool = False
    """Whether somebody in it needs one."""
    interpreted: tuple[Language, ...] = ()
    """The languages of those who do."""
    good_news_at: datetime | None = None
    contact_at: datetime | None = None


class Letter(Record):
    """What became of one letter, as notifications told."""

    delivery_id: str
    kind: str = ""
    about: str = ""
    household_id: str
    family_ids: tuple[str, ...]
    state: Literal["handed_over", "came_back", "not_sent"]
    channel: Literal["mail", "paper"] = "mail"
    needs_a_person: bool = False
    """Neither mail nor paper may go, so that somebody has to find another way."""
    good_news: bool = False
    language: Language = "en"
    reason: str = ""
    at: datetime


class Reply(Record):
    """How a household answered an invitation."""

    rsvp_id: str
    event_id: str
    household_id: str
    family_ids: tuple[str, ...]
    answer: Answer
    party_size: Annotated[int, Field(ge=0)] = 1
    at: datetime


class MailReply(Record):
    """That somebody answered a letter by mail; the words are kept where letters are."""

    reply_id: str
    delivery_id: str
    kind: str
    """Of the letter that was answered."""
    about: str
    household_id: str
    family_ids: tuple[str, ...]
    educator_id: str | None = None
    at: datetime


class FamilyCard(Record):
    """Everything on a family's page."""

    family: FamilyChanged
    households: tuple[HouseholdChanged, ...]
    reach: dict[str, Reach]
    contacts: tuple[Contact, ...]
    letters: tuple[Letter, ...]
    replies: tuple[Reply, ...]
    mail_replies: tuple[MailReply, ...] = ()

    @property
    def told_again(self) -> dict[str, list[Contact]]:
        """By the id of a contact that an educator logged: what systems told of the same one."""
        found: dict[str, list[Contact]] = {}
        for told, logged in twins(each for each in self.contacts if each.retraction is None):
            found.setdefault(logged.contact_id, []).append(told)
        return found

    def letters_about(self, contact_id: str) -> tuple[Letter, ...]:
        """What became of the letters of one contact."""
        return tuple(each for each in self.letters if each.about == contact_id)


def written_of(contact: Contact) -> dict[str, str]:
    """What was written to the family, in the fields of a draft."""
    letter = contact.letter
    chosen = (letter.starter if letter else None) or Starter()
    words = letter.words if letter and letter.typed else ""
    return {"words": words, "praise": chosen.praise, "at_home": chosen.at_home}


def resources_in(contacts: Iterable[Contact]) -> frozenset[str]:
    """The ids of what was taken from the library for these contacts."""
    return frozenset(each.resource.resource_id for each in contacts if each.resource)


def as_seen(contact: Contact, viewer: Viewer, opened: Collection[str] = ()) -> Contact:
    """The contact without the staff-only note, unless the viewer wrote it or has opened it.

    `opened`: the contacts whose note the viewer opened, with a reason that is kept.
    """
    own = viewer.account_id == contact.account_id
    if not contact.note or own or (may_open_note(contact, viewer) and contact.contact_id in opened):
        return contact
    return contact.model_copy(update={"note": "", "has_note": True})


def may_open_note(contact: Contact, viewer: Viewer) -> bool:
    """The principal of that school, with a reason; beside the author (DESIGN section 1)."""
    return viewer.role == "principal" and viewer.sees_school(contact.school_id)


def may_change(contact: Contact, viewer: Viewer) -> bool:
    """Who corrects or takes back: the author, the principal of that school, the district."""
    own = viewer.account_id == contact.account_id
    return own or viewer.role == "district" or may_open_note(contact, viewer)
