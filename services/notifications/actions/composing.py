"""From a delivery to the letter that its readers get."""

from dataclasses import replace
from datetime import timedelta

from services.notifications.actions.linking import choices_url, page_url, stop_url
from services.notifications.actions.room import MailRoom
from services.notifications.actions.surroundings import Surroundings
from services.notifications.actions.wording import own_words, reader, translations_for
from services.notifications.domain.arranged import LunchWords, SeatWords
from services.notifications.domain.delivery import Delivery
from services.notifications.domain.notice import (
    AddressWords,
    AnswerWords,
    EducatorsNote,
    EventWords,
    FamilyReply,
    Notice,
    Reminder,
    ReplyAnswer,
    SystemNotice,
    writer_of,
)
from services.notifications.domain.post import Addressed
from services.notifications.domain.replies import STAFF_READS
from services.notifications.domain.rewording import DISTRICT
from services.notifications.letters.blocks import Letter
from services.notifications.letters.drafts import as_sent
from services.notifications.letters.mail import addressed
from services.notifications.letters.occasion import Gathered, Occasion, School
from shared.errors import NotFound
from shared.messages import HouseholdChanged

AFTER_THE_EVENT = timedelta(days=1)
CONFIRM = "/notifications/address"
TO_A_STRANGER = "address_confirm"
"""Who reads an address that somebody typed is not known: no name, and no link of the household."""


def compose(room: MailRoom, row: Delivery, around: Surroundings, *, names: bool = True) -> Letter:
    """The letter as it reads now; `NotFound` when what it speaks of is not known.

    `names`: whether it greets the adults by their names.
    """
    notice = around.notices.get(row.notice_id)
    if row.to_staff:
        return _to_staff(room, row, notice, around)
    if row.parts:
        return _worded(_gathered(room, row, around))
    return _worded(_occasion(room, row, around, names=names))


def _worded(occasion: Occasion | Gathered) -> Letter:
    """The letter with its wording beside it."""
    letter, own = as_sent(occasion), occasion.own
    if isinstance(occasion, Gathered):
        every = (each for part in occasion.parts for each in part.own.editions)
        own = replace(own, editions=tuple(dict.fromkeys((*own.editions, *every))))
    return replace(letter, worded=own.said_in(letter.language, english_below=bool(letter.english)))


def _occasion(
    room: MailRoom, row: Delivery, around: Surroundings, *, names: bool = True
) -> Occasion:
    notice = around.notices.get(row.notice_id)
    household = around.households.get(row.household_id)
    if notice is None or household is None:
        raise NotFound(f"delivery {row.delivery_id} speaks of something that is not kept")
    stranger, foot = row.kind == TO_A_STRANGER, (room, _about(row, notice), household, around.now)
    school, writer = _school(room, row, around), _writer_of(notice, around)
    greets = household.greeting if names and not stranger else ()
    return Occasion(
        notice=notice,
        household=reader(row, greets, household.language, around),
        school=school,
        students=_students(row, notice, around),
        written_at=around.now,
        adult=_adult(notice, household, around) if names else "",
        answer_url="" if row.on_paper else answer_url(room, notice, household),
        stop_url="" if row.manners.must or row.on_paper else stop_url(*foot),
        choices_url="" if stranger or row.on_paper else choices_url(*foot),
        page_url="" if stranger or row.on_paper else page_url(*foot),
        reply_to=None if row.on_paper else room.place.answers_to(row.delivery_id) or writer,
        answers_read_by="" if writer else school.name,
        on_paper=row.on_paper,
        site=room.place.public_url,
        translations=translations_for(room, row, around),
        own=own_words(row, around),
    )


def _gathered(room: MailRoom, row: Delivery, around: Surroundings) -> Gathered:
    """Each part with the links of its own household, which are the only ones that it may have."""
    parts = tuple(
        _occasion(
            room,
            row.model_copy(update={**part.model_dump(), "delivery_id": row.delivery_id}),
            around,
        )
        for part in row.parts
    )
    names = [name for part in parts for name in part.household.greeting]
    first, home = parts[0], around.households[row.household_id]
    schools = {part.school_id for part in row.parts}
    scope = row if len(schools) == 1 else row.model_copy(update={"school_id": DISTRICT})
    foot = (room, row.delivery_id, home, around.now)
    return Gathered(
        household=replace(first.household, greeting=tuple(dict.fromkeys(names))),
        parts=parts,
        district=room.place.district_name,
        stop_url=stop_url(*foot),
        choices_url=choices_url(*foot),
        page_url=page_url(*foot) if len({part.household_id for part in row.parts}) == 1 else "",
        reply_to=room.place.answers_to(row.delivery_id) or None,
        own=own_words(scope, around),
    )


def _to_staff(room: MailRoom, row: Delivery, notice: Notice | None, around: Surroundings) -> Letter:
    """The same to a member of the staff: there is nothing to answer, and no link but to a page."""
    educator = around.educators.get(row.educator_id or "")
    content = notice.content if notice else None
    if notice is None or educator is None or not isinstance(content, Reminder | FamilyReply):
        raise NotFound(f"delivery {row.delivery_id} speaks of something that is not kept")
    language = content.language if isinstance(content, Reminder) else STAFF_READS
    page = "/contacts/follow-ups"
    if isinstance(content, FamilyReply):
        page = f"/notifications/replies/{content.reply_id}"
    name = (f"{educator.given_name} {educator.family_name}".strip(),)
    return _worded(
        Occasion(
            notice=notice,
            household=reader(row, name, language, around),
            school=_school(room, row, around),
            students=(),
            written_at=around.now,
            staff_url=f"{room.place.public_url}{page}",
            site=room.place.public_url,
            translations=translations_for(room, row, around),
            own=own_words(row, around),
        )
    )


def envelop(room: MailRoom, row: Delivery, letter: Letter, around: Surroundings) -> Addressed:
    """The letter as bytes for one address."""
    mail = addressed(
        letter,
        delivery_id=row.delivery_id,
        mailbox=row.mailbox or "",
        mail_from=room.place.mail_from,
        bounces_to=room.place.bounces_to(row.delivery_id),
        at=around.now,
    )
    signer = room.place.signer
    return replace(mail, message=signer.signed(mail.message)) if signer else mail


def _school(room: MailRoom, row: Delivery, around: Surroundings) -> School:
    school = around.schools.get(row.school_id)
    return School(
        name=school.name if school else room.place.district_name,
        phone=(school.phone if school else "") or around.settings.phone,
        district=room.place.district_name,
        domain=room.place.domain,
    )


def _students(row: Delivery, notice: Notice, around: Surroundings) -> tuple[str, ...]:
    if not isinstance(notice.content, EducatorsNote | SystemNotice):
        return ()
    names = {
        student.student_id: student.given_name
        for family in around.families.values()
        for student in family.students
    }
    return tuple(names[each] for each in row.student_ids if each in names)


def answer_url(room: MailRoom, notice: Notice, household: HouseholdChanged) -> str:
    """The signed page on which a household answers; "" where there is nothing to answer."""
    words = notice.content
    if isinstance(words, AddressWords):
        if notice.kind != TO_A_STRANGER:
            return ""
        return room.address_links.make(
            CONFIRM, household.household_id, words.request_id, words.expires_at, words.link_version
        )
    if isinstance(words, SeatWords):
        facts = words.event
    elif isinstance(words, EventWords | AnswerWords) and notice.kind != "cancelled":
        facts = words.facts
    else:
        return ""
    return room.answer_links.make(
        "/events/rsvp",
        household.household_id,
        facts.event_id,
        facts.ends_at + AFTER_THE_EVENT,
        household.link_version,
    )


def _adult(notice: Notice, household: HouseholdChanged, around: Surroundings) -> str:
    """Never one of another household: separated parents do not read each other's names here."""
    content = notice.content
    if not isinstance(content, LunchWords) or content.now.guardian_id not in household.guardian_ids:
        return ""
    for family in around.families.values():
        for each in family.guardians:
            if each.guardian_id == content.now.guardian_id:
                return f"{each.given_name} {each.family_name}".strip()
    return ""


def _about(row: Delivery, notice: Notice) -> str:
    """The letter whose kind the link at the foot stops, or lets come again."""
    content = notice.content
    return content.delivery_id if isinstance(content, ReplyAnswer) else row.delivery_id


def _writer_of(notice: Notice, around: Surroundings) -> str | None:
    # A letter about one family comes from one person, so an answer to it should reach that person.
    educator = around.educators.get(writer_of(notice.content) or "")
    return educator.email if educator and educator.active else None
