"""What a person is shown of a family, a contact and a letter: records for pages and the API."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from services.contacts.domain.contact import Contact
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


class FamilyCard(Record):
    """Everything on a family's page."""

    family: FamilyChanged
    households: tuple[HouseholdChanged, ...]
    reach: dict[str, Reach]
    contacts: tuple[Contact, ...]
    letters: tuple[Letter, ...]
    replies: tuple[Reply, ...]

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


def as_seen(contact: Contact, viewer: Viewer) -> Contact:
    """The contact without the staff-only note, unless the viewer wrote it or is the principal."""
    if not contact.note or may_read_note(contact, viewer):
        return contact
    return contact.model_copy(update={"note": ""})


def may_read_note(contact: Contact, viewer: Viewer) -> bool:
    """The author and the principal of that school, nobody else (DESIGN section 1)."""
    if viewer.account_id == contact.account_id:
        return True
    return viewer.role == "principal" and viewer.sees_school(contact.school_id)


def may_change(contact: Contact, viewer: Viewer) -> bool:
    """Who corrects or takes back: the author, the principal of that school, the district."""
    return viewer.role == "district" or may_read_note(contact, viewer)
