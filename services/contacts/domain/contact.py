"""A contact: one conversation with a family, or one attempt at it, and what may be said of it."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Self

from pydantic import AwareDatetime, ConfigDict, Field

from shared.errors import Conflict, Refused
from shared.i18n import N_
from shared.messages import (
    Channel,
    ContactCorrected,
    ContactLogged,
    ContactRetracted,
    Direction,
    FamilyLetter,
    Language,
    Outcome,
    Record,
    SharedResource,
    Starter,
    Tone,
)
from shared.starters import AT_HOME, in_english, is_praise

CLOCKS_DIFFER = timedelta(minutes=2)
"""How far in the future a time may lie: a phone's clock and ours are never quite the same."""
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""An older contact is a mistyped year."""
MOST_WORDS = 2000
MOST_NOTE = 4000
HERE = "/partners/contacts"

TOLD: frozenset[Outcome] = frozenset({"reached", "voicemail", "message_left", "sent", "handed_out"})
"""Outcomes after which the family can know what we wanted to say (DESIGN section 3)."""
REACHED: frozenset[Outcome] = frozenset({"reached"})
POSITIVE: frozenset[Tone] = frozenset({"good_news"})

Name = Annotated[str, Field(max_length=200)]


class ContactDraft(Record):
    """What somebody wrote down about a contact, before anyone judged it.

    `words` are for the family, `note` never leaves the staff. Without `student_ids` it is about all
    of the family's pupils.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    family_id: Annotated[str, Field(min_length=1, max_length=64)]
    student_ids: tuple[str, ...] = ()
    guardian_id: str | None = None
    channel: Channel = "call"
    direction: Direction = "to_family"
    tone: Tone = "good_news"
    outcome: Outcome = "reached"
    language: Language | None = None
    interpreter_id: Annotated[str | None, Field(max_length=64)] = None
    occurred_at: AwareDatetime | None = None
    """None: now."""
    words: Annotated[str, Field(max_length=MOST_WORDS)] = ""
    words_language: Language = "en"
    praise: Annotated[str, Field(max_length=40)] = ""
    at_home: Annotated[str, Field(max_length=40)] = ""
    """Sentences for the family, by their ids in `shared/starters.py`."""
    resource_id: Annotated[str, Field(max_length=64)] = ""
    """Something of the school's library, which the letter names where there is one."""
    note: Annotated[str, Field(max_length=MOST_NOTE)] = ""

    @property
    def writes(self) -> bool:
        """Whether the family is written to, beside the contact."""
        return bool(self.words.strip() or self.praise or self.at_home)


class Author(Record):
    """Who logs: a member of the staff, or another system (then `account_id` is its source)."""

    account_id: str
    educator_id: str | None = None
    name: Name = ""
    signature: Name = ""
    """The name as families know it, such as "Ms. Rivera, Maple Elementary"."""
    origin: str = HERE


class Place(Record):
    """Where a contact counts: a school, and the classes by which the author knows the pupils.

    Beside it, as the draft has only an id: the name of who interpreted, if anybody did.
    """

    school_id: str
    class_ids: tuple[str, ...] = ()
    interpreter: Name = ""


class Retraction(Record):
    """Why and when a contact was taken back."""

    reason: Annotated[str, Field(max_length=500)] = ""
    at: datetime
    by: str


class Contact(Record):
    """One contact as it stands now; `version` rises with every correction and the retraction."""

    contact_id: str
    version: int = 1
    family_id: str
    student_ids: tuple[str, ...]
    guardian_id: str | None = None
    educator_id: str | None = None
    account_id: str
    author: Name = ""
    school_id: str
    class_ids: tuple[str, ...] = ()
    channel: Channel
    direction: Direction
    tone: Tone
    outcome: Outcome
    language: Language | None = None
    interpreter_id: str | None = None
    interpreter: Name = ""
    """The name at that time of who interpreted."""
    occurred_at: datetime
    letter: FamilyLetter | None = None
    resource: SharedResource | None = None
    note: str = ""
    has_note: bool = False
    """There is a note that whoever looks at this may not read, or has not opened."""
    origin: str = HERE
    logged_at: datetime
    changed_at: datetime
    retraction: Retraction | None = None

    @classmethod
    def logged(
        cls,
        contact_id: str,
        draft: ContactDraft,
        place: Place,
        author: Author,
        now: datetime,
        *,
        resource: SharedResource | None = None,
    ) -> Self:
        """A new contact. `Refused` says every reason why a draft can't be one."""
        refuse_faults(faults_of(draft, now))
        written = {
            "contact_id": contact_id,
            "account_id": author.account_id,
            "educator_id": author.educator_id,
            "author": author.name,
            "origin": author.origin,
            "resource": resource,
            "logged_at": now,
            "changed_at": now,
        }
        return cls.model_validate({**written, **_facts(draft, place, author.signature, now)})

    def corrected(
        self,
        draft: ContactDraft,
        place: Place,
        author: Author,
        now: datetime,
        *,
        posted: bool,
        resource: SharedResource | None = None,
    ) -> Self:
        """The same contact with its right facts; author and origin stay.

        `author`: who corrects it. `posted`: a letter of it has left, so its words can't be unsaid.
        `Refused` and `Conflict`.
        """
        self._stands()
        if draft.family_id != self.family_id:
            raise Refused(
                "A correction can't move a contact to another family. Undo it and log it there."
            )
        refuse_faults(faults_of(draft, now))
        signature = author.signature
        if self.letter and self.letter == _letter(draft, self.letter.signed):
            signature = self.letter.signed
        facts = {**_facts(draft, place, signature, now), "resource": resource}
        right = self.model_copy(update=facts)
        if author.account_id != self.account_id:
            # The note is its author's: whoever corrects the rest may not even have read it.
            right = right.model_copy(update={"note": self.note})
        if posted and right.written != self.written:
            raise Conflict(
                "The letter has been handed to the mail service, so its words and tone can't be "
                "changed any more. Correct the rest, or log a new contact with new words."
            )
        return right.model_copy(update={"version": self.version + 1, "changed_at": now})

    def retracted(self, reason: str, by: str, now: datetime) -> Self:
        """The same contact, taken back."""
        self._stands()
        said = Retraction(reason=reason.strip()[:500], at=now, by=by)
        changes = {"version": self.version + 1, "changed_at": now, "retraction": said}
        return self.model_copy(update=changes)

    def _stands(self) -> None:
        if self.retraction:
            raise Conflict("This contact was undone already; log it again if it did take place.")

    @property
    def told_good_news(self) -> bool:
        """Whether the family could hear good news by it."""
        return self.retraction is None and self.tone in POSITIVE and self.outcome in TOLD

    @property
    def written(self) -> tuple[FamilyLetter, SharedResource | None] | None:
        """What a letter says to the family, if there is one."""
        return (self.letter, self.resource) if self.letter else None

    def told(self) -> ContactLogged:
        """The facts as other services are told of them; the staff-only note stays here."""
        return ContactLogged.model_validate(self.model_dump())

    def correction(self) -> ContactCorrected:
        """What tells the others that the facts are different now."""
        return ContactCorrected(contact_id=self.contact_id, now=self.told())

    def withdrawal(self) -> ContactRetracted:
        """What tells the others that it did not take place. The reason may hold names: it stays."""
        return ContactRetracted(contact_id=self.contact_id)


def faults_of(draft: ContactDraft, now: datetime) -> dict[str, str]:
    """What is wrong with a draft, as code by field; see `SAID` for the sentences."""
    faults: dict[str, str] = {}
    if draft.occurred_at and draft.occurred_at > now + CLOCKS_DIFFER:
        faults["occurred_at"] = "in-the-future"
    if draft.occurred_at and draft.occurred_at < EARLIEST:
        faults["occurred_at"] = "too-old"
    if draft.writes and draft.tone == "concern":
        faults["words"] = "concern-is-not-mailed"
    if draft.praise and not is_praise(draft.praise):
        faults["praise"] = "no-such-sentence"
    if draft.at_home and draft.at_home not in AT_HOME:
        faults["at_home"] = "no-such-sentence"
    if draft.outcome == "voicemail" and draft.channel != "call":
        faults["outcome"] = "voicemail-is-a-call"
    return faults


SAID = {
    "in-the-future": N_("The time is in the future. Log a contact after it took place."),
    "too-old": N_("The year can't be right: contacts before 2000 are not kept."),
    "concern-is-not-mailed": N_(
        "A concern is never mailed from here: talk with the family, so that they can answer. "
        "Empty “Also write to the family”, or choose another tone."
    ),
    "no-such-sentence": N_("There is no such sentence to begin with. Choose one of the list."),
    "voicemail-is-a-call": N_(
        "A voicemail is left by calling: choose “Phone call”, or another outcome."
    ),
}
"""The sentence of each fault; pages translate it."""


def refuse_faults(faults: dict[str, str]) -> None:
    """`Refused` with every reason, when there is one."""
    if faults:
        sentences = " ".join(dict.fromkeys(SAID[code] for code in faults.values()))
        raise Refused(sentences)


def _facts(draft: ContactDraft, place: Place, signature: str, now: datetime) -> dict[str, object]:
    return {
        "family_id": draft.family_id,
        "student_ids": draft.student_ids,
        "guardian_id": draft.guardian_id,
        "school_id": place.school_id,
        "class_ids": place.class_ids,
        "channel": draft.channel,
        "direction": draft.direction,
        "tone": draft.tone,
        "outcome": draft.outcome,
        "language": draft.language,
        "interpreter_id": draft.interpreter_id,
        "interpreter": place.interpreter,
        "occurred_at": min(draft.occurred_at or now, now),
        "letter": _letter(draft, signature),
        "note": draft.note.strip(),
    }


def _letter(draft: ContactDraft, signature: str) -> FamilyLetter | None:
    if not draft.writes:
        return None
    typed = draft.words.strip()
    chosen = Starter(praise=draft.praise, at_home=draft.at_home)
    return FamilyLetter(
        words=typed or in_english(draft.praise, draft.at_home),
        typed=bool(typed),
        starter=chosen if chosen != Starter() else None,
        language=draft.words_language if typed else "en",
        signed=signature,
    )


def latest(moments: Iterable[datetime | None]) -> datetime | None:
    """The latest of some moments, None when there is none."""
    return max((each for each in moments if each), default=None)
