"""Writes the deliveries of a notice to a whole school in chunks, and goes on where it stopped."""

from collections.abc import Sequence

from services.notifications.actions.addressing import Recipient, promise, recipients_of_event
from services.notifications.actions.event_reminders import unanswered
from services.notifications.actions.room import MailRoom, today_at
from services.notifications.domain.arranged import PublishedWords, SurveyWords
from services.notifications.domain.notice import EventWords, Notice
from shared.messages import HouseholdChanged
from shared.outbox import Work

CHUNK = 500
"""Households in one transaction: well under a second, and far below MongoDB's limits."""


async def spread(room: MailRoom) -> int:
    """Write all deliveries of one waiting notice; gives how many were new."""
    notice = await room.store.notices.spreading()
    if notice is None or not isinstance(notice.content, EventWords | PublishedWords):
        return 0
    recipients, written = await _recipients(room, notice, notice.content), 0
    while notice is not None and notice.spread_after is not None:
        after = notice.spread_after
        left = [each for each in recipients if each.household.household_id > after]
        new, notice = await _write_chunk(room, notice, left)
        written += new
    return written


async def _write_chunk(
    room: MailRoom, notice: Notice, left: Sequence[Recipient]
) -> tuple[int, Notice | None]:
    chunk = left[:CHUNK]
    done = len(left) <= CHUNK
    reached = None if done else chunk[-1].household.household_id

    async def body(work: Work) -> tuple[int, Notice | None]:
        current = await room.store.notices.get(notice.notice_id, work)
        # Cancelled, superseded, or another process was faster.
        if current is None or current.spread_after != notice.spread_after:
            return 0, None
        wanted = await unanswered(room, current, chunk, work)
        new = await promise(room, current, wanted, work)
        after = current.model_copy(update={"spread_after": reached})
        await room.store.notices.put(after, work)
        return len(new), after

    return await room.units.run(body)


async def _recipients(
    room: MailRoom, notice: Notice, words: EventWords | PublishedWords
) -> list[Recipient]:
    school = await room.directory.school(notice.school_id)
    day = today_at(school, room.now).date()
    classes = _classes(words)
    students = await room.directory.students_in(notice.school_id, classes, day)
    if notice.audience == "all":
        households = await room.directory.households_in(notice.school_id, classes, day)
    else:
        households = await _told(room, notice)
    families = await room.store.people.families(
        {family_id for household in households for family_id in household.family_ids}
    )
    recipients = recipients_of_event(students, households, families.values())
    return sorted(recipients, key=lambda each: each.household.household_id)


def _classes(words: EventWords | PublishedWords) -> tuple[str, ...]:
    """Those that are meant; none: the whole school."""
    match words:
        case EventWords(facts=facts):
            return facts.class_ids
        case SurveyWords(now=survey):
            return survey.class_ids
    return ()


async def _told(room: MailRoom, notice: Notice) -> list[HouseholdChanged]:
    ids = await room.store.deliveries.told_households(notice.about)
    households = await room.store.people.households(ids)
    return [household for household in households.values() if household.active]
