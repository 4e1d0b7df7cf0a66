"""Who talked with whom."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from shared.messages.base import Channel, Direction, Language, Message, Outcome, Record, Tone


class Starter(Record):
    """Sentences chosen from the lists of `shared/starters.py`, by their ids; "" is none.

    Each household reads them in its own language.
    """

    praise: str = ""
    at_home: str = ""


class FamilyLetter(Record):
    """What an educator chose to write to the family beside logging the contact."""

    words: Annotated[str, Field(min_length=1, max_length=2000)]
    typed: bool = True
    """False: nothing was typed, and `words` say in English what the starter says."""
    starter: Starter | None = None
    language: Language = "en"
    signed: str
    """The sender as the family knows them, such as "Ms. Rivera, Maple Elementary"."""


class SharedResource(Record):
    """Something of the school's library that an educator chose for one family."""

    resource_id: Annotated[str, Field(min_length=1, max_length=64)]
    title: Annotated[str, Field(min_length=1, max_length=120)]
    language: Language = "en"
    """In which it is written, which may not be the family's."""
    link: Annotated[str, Field(max_length=2100, pattern=r"^(https?://|/[^/])")]
    """Where it is: a web address, or from "/" on a public page of this platform."""


class ContactLogged(Message):
    """Somebody of the school talked, or tried to talk, with a family. Sent by contacts."""

    TYPE = "org.partners.contact.logged.v1"
    OWNER = "contacts"
    ABOUT = "contact_id"

    contact_id: str
    family_id: str
    student_ids: tuple[str, ...]
    guardian_id: str | None = None
    educator_id: str | None = None
    school_id: str
    class_ids: tuple[str, ...] = ()
    channel: Channel
    direction: Direction = "to_family"
    tone: Tone
    outcome: Outcome
    language: Language | None = None
    occurred_at: datetime
    letter: FamilyLetter | None = None
    resource: SharedResource | None = None
    """Where the family is written to, the letter names it."""
    origin: str = "/partners/contacts"
    interpreter_id: str | None = None
    """Who interpreted, in the schools' list of interpreters."""


class ContactCorrected(Message):
    """A contact was written down wrongly; these are its right facts, in full. Sent by contacts."""

    TYPE = "org.partners.contact.corrected.v1"
    OWNER = "contacts"
    ABOUT = "contact_id"

    contact_id: str
    now: ContactLogged


class ContactRetracted(Message):
    """A contact did not happen, or was the wrong family's. Sent by contacts."""

    TYPE = "org.partners.contact.retracted.v1"
    OWNER = "contacts"
    ABOUT = "contact_id"

    contact_id: str
    reason: str = ""
