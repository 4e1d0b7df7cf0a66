"""Words before they are addressed to anyone: what a letter is about, and until when."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from services.notifications.domain.arranged import (
    ArrangedWords,
    LunchWords,
    PublishedWords,
    ShiftWords,
    VisitWords,
    wants_answer_by,
)
from services.notifications.domain.kinds import KindName
from shared.asked_notices import Template
from shared.messages import (
    Answer,
    ContactLogged,
    EventFacts,
    Language,
    Record,
    SharedResource,
    Starter,
    Tone,
)


class EducatorsNote(Record):
    """What an educator wrote to one family about their child."""

    of: Literal["note"] = "note"
    words: str
    words_language: Language
    signed: str
    tone: Tone
    family_id: str
    student_ids: tuple[str, ...]
    educator_id: str | None = None
    typed: bool = True
    """False: the words only say in English what the starter says."""
    starter: Starter | None = None
    resource: SharedResource | None = None


class EventWords(Record):
    """What families are told about a school event: invited, changed or cancelled."""

    of: Literal["event"] = "event"
    facts: EventFacts
    before: EventFacts | None = None
    """The facts as the family knows them, where they changed."""
    reason: str = ""
    answer: Answer | None = None
    """What the household said, where it is reminded of it."""


class AnswerWords(Record):
    """What a household answered, told back to it."""

    of: Literal["answer"] = "answer"
    facts: EventFacts
    answer: Answer
    party_size: int


class Announcement(Record):
    """News of a school to its families, in the words of a person."""

    of: Literal["announcement"] = "announcement"
    title: str
    words: str
    words_language: Language
    signed: str


class SystemNotice(Record):
    """What another system asked to have families told: a template of ours and its values."""

    of: Literal["system"] = "system"
    template: Template
    values: dict[str, str]
    system: str
    """Authenticated by the gateway."""


class Reminder(Record):
    """How many follow-ups of a member of the staff are due. It names no family."""

    of: Literal["reminder"] = "reminder"
    overdue: Annotated[int, Field(ge=0)]
    this_week: Annotated[int, Field(ge=0)]
    language: Language = "en"


class AddressWords(Record):
    """That letters are to go to another address. It names neither address nor anybody."""

    of: Literal["address"] = "address"
    request_id: str
    link_version: int
    """Of the household when it asked."""
    expires_at: datetime


class FamilyReply(Record):
    """What somebody answered to a letter, passed on to one of the staff."""

    of: Literal["reply"] = "reply"
    reply_id: str
    household_id: str
    family_ids: tuple[str, ...]
    words: str
    language: Language
    """The household's; they may have written in another."""
    whole: bool = True
    """False: it was longer, and only its beginning is here."""
    files: int = 0
    """How many came with it, and were left out."""
    names: tuple[str, ...] = ()
    """Of the household's adults, any of whom may have written."""
    children: tuple[str, ...] = ()
    from_elsewhere: bool = False
    """Whether it came from another address than the letter went to."""
    caution: Literal["", "flagged", "changed"] = ""


class ReplyAnswer(Record):
    """What a household is told back about its answer by mail: one of two things."""

    of: Literal["reply_answer"] = "reply_answer"
    says: Literal["no_files", "stopped"]
    answers: str
    """The notice that was answered; who answers this letter is read by the same people."""
    delivery_id: str
    """The letter of which the household asked no more."""


ToFamilies = (
    EducatorsNote
    | EventWords
    | AnswerWords
    | Announcement
    | SystemNotice
    | ArrangedWords
    | PublishedWords
)
"""What families are told of; the rest is about mail itself, or to staff."""
Content = Annotated[
    ToFamilies | Reminder | AddressWords | FamilyReply | ReplyAnswer,
    Field(discriminator="of"),
]


class Notice(Record):
    """One notice; its deliveries point to it. `version` is that of the aggregate it speaks of."""

    notice_id: str
    kind: KindName
    about: str
    occasion: str
    version: int
    school_id: str
    content: Content
    created_at: datetime
    due_at: datetime | None = None
    """When its letters are due, where that is on a later day."""
    use_by: datetime | None = None
    withdrawn: bool = False
    """Taken back or corrected away; kept, so that an older message can't bring it back."""
    audience: Literal["named", "all", "told"] = "named"
    """`all`: everybody invited. `told`: those who may have an earlier letter about it."""
    spread_after: str | None = None
    """While deliveries are being written: the last household done. None: all are written."""
    causes: tuple[str, ...] = ()


def notice_id(kind: str, about: str, occasion: str) -> str:
    """What names a notice for ever."""
    return f"{kind}|{about}|{occasion}"


def kind_of_note(tone: Tone) -> KindName:
    """A letter about a concern must not come under the heading of good news."""
    return "good_news" if tone == "good_news" else "note"


def note_of(contact: ContactLogged) -> EducatorsNote | None:
    """The letter that an educator chose to write beside logging a contact, if any."""
    if contact.letter is None:
        return None
    return EducatorsNote(
        words=contact.letter.words,
        words_language=contact.letter.language,
        signed=contact.letter.signed,
        tone=contact.tone,
        family_id=contact.family_id,
        student_ids=contact.student_ids,
        educator_id=contact.educator_id,
        typed=contact.letter.typed,
        starter=contact.letter.starter,
        resource=contact.resource,
    )


def differs_for_families(before: EventFacts, after: EventFacts) -> bool:
    """Whether a change is one that families have to be written to about."""
    fields = ("title", "place", "starts_at", "ends_at")
    return any(getattr(before, name) != getattr(after, name) for name in fields)


def writer_of(content: Content) -> str | None:
    """The educator from whom a letter about one family comes; None where the school writes it."""
    match content:
        case EducatorsNote(educator_id=educator_id):
            return educator_id
        case LunchWords(now=now) | VisitWords(now=now) | ShiftWords(now=now):
            return now.organizer_id
    return None


def answer_by(notice: Notice | None) -> datetime | None:
    """Until when it wants an answer, if it wants one by a date."""
    if notice is None or notice.kind not in {"invitation", "answer_reminder"}:
        return wants_answer_by(notice and notice.content)
    return notice.content.facts.reply_by if isinstance(notice.content, EventWords) else None


class KnownEvent(Record):
    """A school event as the newest message told of it."""

    version: int
    facts: EventFacts
    published: bool = False
    cancelled: bool = False
    reason: str = ""
