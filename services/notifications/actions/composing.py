"""From a delivery to the letter that its readers get."""

from datetime import timedelta

from services.notifications.actions.room import MailRoom
from services.notifications.actions.surroundings import Surroundings
from services.notifications.domain.delivery import WRITTEN, Delivery
from services.notifications.domain.notice import (
    AnswerWords,
    EducatorsNote,
    EventWords,
    Notice,
    Reminder,
)
from services.notifications.domain.post import Addressed
from services.notifications.letters.blocks import Letter
from services.notifications.letters.catalogs import ORIGINAL
from services.notifications.letters.drafts import as_sent
from services.notifications.letters.mail import addressed
from services.notifications.letters.occasion import Household, Occasion, School
from services.notifications.letters.tongue import base_of
from shared.errors import NotFound
from shared.messages import HouseholdChanged

STOP_LINK_LIVES = timedelta(days=400)
"""Families unsubscribe from old letters, too."""
AFTER_THE_EVENT = timedelta(days=1)


def compose(room: MailRoom, row: Delivery, around: Surroundings, *, names: bool = True) -> Letter:
    """The letter as it reads now; `NotFound` when what it speaks of is not known.

    `names`: whether it greets the adults by their names.
    """
    notice = around.notices.get(row.notice_id)
    if row.to_staff:
        return _to_staff(room, row, notice, around)
    household = around.households.get(row.household_id)
    if notice is None or household is None:
        raise NotFound(f"delivery {row.delivery_id} speaks of something that is not kept")
    return as_sent(
        Occasion(
            notice=notice,
            household=_reader(row, household.greeting if names else (), household.language, around),
            school=_school(room, row, around),
            students=_students(row, notice, around),
            written_at=around.now,
            answer_url="" if row.on_paper else answer_url(room, notice, household),
            stop_url="" if row.on_paper else _stop_url(room, row, household, around),
            reply_to=None if row.on_paper else _reply_to(notice, around),
            on_paper=row.on_paper,
            site=room.place.public_url,
        )
    )


def _to_staff(room: MailRoom, row: Delivery, notice: Notice | None, around: Surroundings) -> Letter:
    """The same to a member of the staff: there is nothing to answer, and no link but to a page."""
    educator = around.educators.get(row.educator_id or "")
    if notice is None or educator is None or not isinstance(notice.content, Reminder):
        raise NotFound(f"delivery {row.delivery_id} speaks of something that is not kept")
    name = (f"{educator.given_name} {educator.family_name}".strip(),)
    return as_sent(
        Occasion(
            notice=notice,
            household=_reader(row, name, notice.content.language, around),
            school=_school(room, row, around),
            students=(),
            written_at=around.now,
            staff_url=f"{room.place.public_url}/contacts/follow-ups",
        )
    )


def envelop(room: MailRoom, row: Delivery, letter: Letter, around: Surroundings) -> Addressed:
    """The letter as bytes for one address."""
    return addressed(
        letter,
        delivery_id=row.delivery_id,
        mailbox=row.mailbox or "",
        mail_from=room.place.mail_from,
        bounces_to=room.place.bounces_to(row.delivery_id),
        at=around.now,
    )


def _reader(
    row: Delivery, greeting: tuple[str, ...], language: str, around: Surroundings
) -> Household:
    if row.state not in WRITTEN:
        return Household(greeting, language, base_of(language) in around.languages_off)
    # What has left is shown in the language in which it left.
    if row.language == ORIGINAL:
        return Household(greeting, language, off=True)
    return Household(greeting, row.language)


def _school(room: MailRoom, row: Delivery, around: Surroundings) -> School:
    school = around.schools.get(row.school_id)
    return School(
        name=school.name if school else room.place.district_name,
        phone=(school.phone if school else "") or around.settings.phone,
        district=room.place.district_name,
        domain=room.place.domain,
    )


def _students(row: Delivery, notice: Notice, around: Surroundings) -> tuple[str, ...]:
    if not isinstance(notice.content, EducatorsNote):
        return ()
    names = {
        student.student_id: student.given_name
        for family in around.families.values()
        for student in family.students
    }
    return tuple(names[each] for each in row.student_ids if each in names)


def answer_url(room: MailRoom, notice: Notice, household: HouseholdChanged) -> str:
    """The signed page on which a household answers; "" where there is nothing to answer."""
    if not isinstance(notice.content, EventWords | AnswerWords) or notice.kind == "cancelled":
        return ""
    facts = notice.content.facts
    return room.answer_links.make(
        "/events/rsvp",
        household.household_id,
        facts.event_id,
        facts.ends_at + AFTER_THE_EVENT,
        household.link_version,
    )


def _stop_url(
    room: MailRoom, row: Delivery, household: HouseholdChanged, around: Surroundings
) -> str:
    return room.stop_links.make(
        "/notifications/unsubscribe",
        household.household_id,
        row.delivery_id,
        around.now + STOP_LINK_LIVES,
        household.link_version,
    )


def _reply_to(notice: Notice, around: Surroundings) -> str | None:
    # A note comes from one person, so an answer to it should reach that person.
    if not isinstance(notice.content, EducatorsNote) or notice.content.educator_id is None:
        return None
    educator = around.educators.get(notice.content.educator_id)
    return educator.email if educator and educator.active else None
