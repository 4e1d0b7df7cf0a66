"""Letters to members of the staff, which another service asks for."""

from datetime import timedelta

from pydantic import ValidationError

from services.notifications.actions.addressing import keep_promises, mailbox_of
from services.notifications.actions.room import MailRoom
from services.notifications.domain import reasons
from services.notifications.domain.delivery import Delivery
from services.notifications.domain.notice import Notice, Reminder, notice_id
from services.notifications.letters.tongue import tongue
from shared.envelope import faults
from shared.errors import Passing, Permanent
from shared.messages import EducatorChanged, NoticeRequested
from shared.outbox import Work

REMINDER_IS_OF_USE_FOR = timedelta(days=2)
"""Later the week that it speaks of is half over; the page says the same at any time."""
MOST_STAFF = 1000


async def remind(room: MailRoom, request: NoticeRequested, work: Work) -> None:
    """Write to staff how many follow-ups are due. `about` is the school; `values` are `overdue`,
    `this_week` (numbers) and `language`. `Permanent` where they are not, or households are named.
    """
    if request.household_ids or not 0 < len(request.educator_ids) <= MOST_STAFF:
        raise Permanent(f"{request.kind} goes to 1 to {MOST_STAFF} educators and no household")
    due = _due(request)
    notice = _notice(request, due, work)
    if await room.store.notices.get(notice.notice_id, work):
        return
    educators = await room.store.people.educators(request.educator_ids)
    missing = set(request.educator_ids) - set(educators)
    if missing:
        raise Passing(f"{len(missing)} of the educators are not known here yet")
    await room.store.notices.put(notice, work)
    rows = [_draft(room, notice, each, due.language, work) for each in educators.values()]
    await keep_promises(room, rows, work)


def _due(request: NoticeRequested) -> Reminder:
    try:
        return Reminder.model_validate(request.values)
    except ValidationError as wrong:
        raise Permanent(f"this is no reminder: {faults(wrong)}") from wrong


def _notice(request: NoticeRequested, due: Reminder, work: Work) -> Notice:
    return Notice(
        notice_id=notice_id("follow_ups_due", request.about, request.notice_id),
        kind="follow_ups_due",
        about=request.about,
        occasion=request.notice_id,
        version=1,
        school_id=request.about,
        content=due,
        created_at=work.now,
        use_by=work.now + REMINDER_IS_OF_USE_FOR,
        causes=(work.cause.id,) if work.cause else (),
    )


def _draft(
    room: MailRoom, notice: Notice, educator: EducatorChanged, language: str, work: Work
) -> Delivery:
    assert isinstance(notice.content, Reminder)
    mailbox = mailbox_of(educator)
    return Delivery(
        delivery_id=room.units.mint(),
        notice_id=notice.notice_id,
        kind=notice.kind,
        about=notice.about,
        occasion=notice.occasion,
        mailbox=mailbox,
        household_id="",
        educator_id=educator.educator_id,
        family_ids=(),
        school_id=notice.school_id,
        language=tongue(language).language,
        state="pending" if mailbox else "suppressed",
        reason=reasons.READY if mailbox else reasons.NO_ADDRESS,
        not_before=work.now,
        due_at=work.now,
        use_by=notice.use_by,
        causes=notice.causes,
        created_at=work.now,
        changed_at=work.now,
    )
