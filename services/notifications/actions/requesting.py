"""Letters that other services ask for by kind and ids: an invitation again, or an announcement."""

from datetime import timedelta

from pydantic import ValidationError

from services.notifications.actions.addressing import promise, recipients_of_event
from services.notifications.actions.reminding import remind
from services.notifications.actions.room import MailRoom
from services.notifications.domain.notice import Announcement, EventWords, Notice, notice_id
from shared.envelope import faults
from shared.errors import Passing, Permanent
from shared.messages import HouseholdChanged, NoticeRequested
from shared.outbox import Work

NEWS_IS_OF_USE_FOR = timedelta(days=14)
MOST_HOUSEHOLDS = 1000


async def take_request(room: MailRoom, request: NoticeRequested, work: Work) -> None:
    """Write the letter that was asked for; `Permanent` says which kinds there are.

    `invitation`: `about` is the event. `announcement`: `about` is the school, `values` are `title`,
    `words`, `language` and `signed`. `follow_ups_due`: see `reminding.remind`.
    """
    if len(request.household_ids) > MOST_HOUSEHOLDS:
        raise Permanent(f"a request names at most {MOST_HOUSEHOLDS} households")
    if request.kind == "follow_ups_due":
        await remind(room, request, work)
        return
    if request.kind == "invitation":
        notice = await _invitation(room, request, work)
    elif request.kind == "announcement":
        notice = _announcement(request, work)
    else:
        raise Permanent(
            "letters can be asked for of the kinds invitation, announcement, follow_ups_due"
        )
    if await room.store.notices.get(notice.notice_id, work):
        return
    households = await _households(room, request)
    families = await room.store.people.families(
        {family_id for household in households for family_id in household.family_ids}
    )
    students = {
        student.student_id
        for family in families.values()
        for student in family.students
        if student.school_id == notice.school_id
    }
    await room.store.notices.put(notice, work)
    recipients = recipients_of_event(students, households, families.values())
    await promise(room, notice, recipients, work)


async def _households(room: MailRoom, request: NoticeRequested) -> list[HouseholdChanged]:
    known = await room.store.people.households(request.household_ids)
    missing = set(request.household_ids) - set(known)
    if missing:
        raise Passing(f"{len(missing)} of the households are not known here yet")
    return [household for household in known.values() if household.active]


async def _invitation(room: MailRoom, request: NoticeRequested, work: Work) -> Notice:
    known = await room.store.events.get(request.about, work)
    if known is None or not known.published:
        raise Passing(f"event {request.about} is not known here yet")
    if known.cancelled:
        raise Permanent(f"event {request.about} was cancelled")
    facts = known.facts
    return Notice(
        notice_id=notice_id("invitation", request.about, request.notice_id),
        kind="invitation",
        about=request.about,
        occasion=request.notice_id,
        version=known.version,
        school_id=facts.school_id,
        content=EventWords(facts=facts),
        created_at=work.now,
        use_by=facts.reply_by or facts.starts_at,
        causes=(work.cause.id,) if work.cause else (),
    )


def _announcement(request: NoticeRequested, work: Work) -> Notice:
    values = request.values
    try:
        news = Announcement.model_validate(
            {
                "title": values["title"],
                "words": values["words"],
                "words_language": values.get("language", "en"),
                "signed": values.get("signed", ""),
            }
        )
    except KeyError as missing:
        raise Permanent(f"an announcement needs the value {missing}") from missing
    except ValidationError as wrong:
        raise Permanent(f"this is no announcement: {faults(wrong)}") from wrong
    return Notice(
        notice_id=notice_id("announcement", request.about, request.notice_id),
        kind="announcement",
        about=request.about,
        occasion=request.notice_id,
        version=1,
        school_id=request.about,
        content=news,
        created_at=work.now,
        use_by=work.now + NEWS_IS_OF_USE_FOR,
        causes=(work.cause.id,) if work.cause else (),
    )
