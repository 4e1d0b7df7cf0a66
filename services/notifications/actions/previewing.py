"""Who would get a note, how it reads to each, and who would not get it and why; nothing is kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field, model_validator

from services.notifications.actions.addressing import (
    Recipient,
    draft,
    recipients_of_note,
    ways_of,
)
from services.notifications.actions.composing import compose
from services.notifications.actions.room import MailRoom, school_days
from services.notifications.actions.surroundings import Surroundings, look_around
from services.notifications.actions.translating import translate_now
from services.notifications.actions.wording import asks_of, translations_for
from services.notifications.domain.delivery import Delivery
from services.notifications.domain.gates import Go, Hold, Stop, Wait, judge
from services.notifications.domain.notice import EducatorsNote, Notice, kind_of_note
from services.notifications.letters.blocks import without_links
from services.notifications.letters.layout import as_html, as_text
from shared.errors import NotFound
from shared.identity import Viewer
from shared.messages import (
    FamilyChanged,
    HouseholdChanged,
    Language,
    Record,
    SharedResource,
    Starter,
    Tone,
)
from shared.starters import AT_HOME, is_praise


class NoteDraft(Record):
    """What an educator is about to write to a family."""

    family_id: Annotated[str, Field(min_length=1, max_length=64)]
    student_ids: tuple[str, ...] = ()
    """Empty: all pupils of the family."""
    words: Annotated[str, Field(max_length=2400)] = ""
    starter: Starter | None = None
    resource: SharedResource | None = None
    words_language: Language = "en"
    tone: Tone = "good_news"
    signed: Annotated[str, Field(max_length=200)] = ""

    @model_validator(mode="after")
    def _says_something(self) -> "NoteDraft":
        chosen = self.starter or Starter()
        if chosen.praise and not is_praise(chosen.praise):
            raise ValueError(f"there is no praise called {chosen.praise!r}")
        if chosen.at_home and chosen.at_home not in AT_HOME:
            raise ValueError(f"there is nothing to do at home called {chosen.at_home!r}")
        if not self.words.strip() and chosen == Starter():
            raise ValueError("write some words, or choose a sentence to begin with")
        return self


@dataclass(frozen=True)
class Previewed:
    """One household and the letter to it."""

    household: HouseholdChanged
    language: str
    subject: str
    text: str
    html: str
    gets_it: bool
    with_line: bool = False
    """Whether it begins with a line in their language on how to get an interpreter."""
    why_not: str = ""
    waits: str = ""
    leaves_at: datetime | None = None
    zone: str = "UTC"
    """The school's time zone."""
    translated_from: str = ""
    """The language of the words that a machine translated; "" where it did not."""
    words_later: bool = False
    """Whether the machine did not answer in time, so that they are translated when it leaves."""


async def preview(room: MailRoom, note: NoteDraft, viewer: Viewer) -> list[Previewed]:
    """Each household of the family. `NotFound` for a family that the viewer may not see."""
    family = await room.directory.family(note.family_id)
    seen = await room.directory.sees_family(viewer, note.family_id, room.now.date())
    if family is None or not seen:
        raise NotFound("There is no such family, or you do not teach its children.")
    notice = await _notice(room, note, family, viewer)
    households = await room.directory.households_of(family.family_id)
    assert isinstance(notice.content, EducatorsNote)
    recipients = recipients_of_note(notice.content, family, households)
    rows = await _drafts(room, notice, recipients)
    around = await look_around(room, rows, {notice.notice_id: notice})
    await translate_now(room, rows, around)
    pairs = zip(recipients, rows, strict=True)
    return [_previewed(room, each, row, around) for each, row in pairs]


async def _notice(room: MailRoom, note: NoteDraft, family: FamilyChanged, by: Viewer) -> Notice:
    known = {student.student_id: student for student in family.students}
    chosen = tuple(each for each in note.student_ids if each in known) or tuple(known)
    return Notice(
        notice_id="preview",
        kind=kind_of_note(note.tone),
        about="preview",
        occasion="",
        version=1,
        school_id=known[chosen[0]].school_id,
        content=EducatorsNote(
            words=note.words,
            words_language=note.words_language,
            signed=note.signed or await _signature(room, by, known[chosen[0]].school_id),
            tone=note.tone,
            family_id=family.family_id,
            student_ids=chosen,
            educator_id=by.educator_id,
            typed=bool(note.words.strip()),
            starter=note.starter,
            resource=note.resource,
        ),
        created_at=room.now,
    )


async def _signature(room: MailRoom, by: Viewer, school_id: str) -> str:
    """As contacts signs the letter when it is logged."""
    school = await room.directory.school(school_id)
    return ", ".join(part for part in (by.name, school.name if school else "") if part)


async def _drafts(room: MailRoom, notice: Notice, recipients: list[Recipient]) -> list[Delivery]:
    settings = await room.settings()
    adults = {adult for each in recipients for adult in each.household.guardian_ids}
    flags = await room.store.flags.of_guardians(adults)
    wait = settings.take_back_seconds
    ways = await ways_of(room, notice, recipients, settings)
    return [
        draft(notice, each, room.now, flags=flags, ways=ways, delivery_id="preview", wait=wait)
        for each in recipients
    ]


def _previewed(
    room: MailRoom, recipient: Recipient, row: Delivery, around: Surroundings
) -> Previewed:
    # A link that answers for the family must not stand where staff can follow it.
    letter = without_links(compose(room, row, around))
    verdict = Stop(row.reason) if row.state == "suppressed" else judge(row, around.of(row))
    leaves = around.now + timedelta(seconds=around.settings.take_back_seconds)
    why_not, waits = "", ""
    match verdict:
        case Stop(reason):
            why_not = reason
        case Hold(_, reason):
            waits = reason
        case Wait(until, reason):
            waits, leaves = reason, max(until, leaves)
        case Go():
            waits = row.reason if row.on_paper else ""
    return Previewed(
        household=recipient.household,
        language=letter.language,
        subject=letter.subject,
        text=as_text(letter),
        html=as_html(letter),
        gets_it=not why_not,
        with_line=bool(letter.interpreter),
        why_not=why_not,
        waits=waits,
        translated_from=_translated_from(room, row, around),
        words_later=_words_later(room, row, around),
        leaves_at=None if why_not or row.on_paper or isinstance(verdict, Hold) else leaves,
        zone=school_days(around.schools.get(row.school_id)).time_zone,
    )


def _translated_from(room: MailRoom, row: Delivery, around: Surroundings) -> str:
    used = {words for words, _ in translations_for(room, row, around)}
    asks = asks_of(room, row, around).items()
    return next((ask.source for words, ask in asks if words in used), "")


def _words_later(room: MailRoom, row: Delivery, around: Surroundings) -> bool:
    keys = {ask.key for ask in asks_of(room, row, around).values()}
    return room.translator is not None and not keys <= set(around.translations)
