"""Before a letter to many is sent: how many get it at once, how many later or never, and why."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from services.notifications.actions.addressing import draft, recipients_of_event, ways_of
from services.notifications.actions.requesting import NEWS_IS_OF_USE_FOR
from services.notifications.actions.room import MailRoom, today_at
from services.notifications.actions.surroundings import look_around
from services.notifications.domain.delivery import Delivery
from services.notifications.domain.gates import Hold, Stop, Verdict, Wait, judge
from services.notifications.domain.kinds import kind_of
from services.notifications.domain.notice import Announcement, EventWords, Notice
from shared.errors import NotFound
from shared.identity import Viewer
from shared.messages import EventFacts, Record, SchoolChanged

_CHUNK = 500


class Plan(Record):
    """What somebody is about to send in a school; `class_ids` empty is the whole school."""

    kind: Literal["invitation", "announcement"]
    class_ids: tuple[Annotated[str, Field(max_length=300)], ...] = ()
    starts_at: AwareDatetime | None = None
    reply_by: AwareDatetime | None = None


class Share(Record):
    """Some of the households: when they get it (None: never, or nobody can say) and why so."""

    households: int
    at: datetime | None = None
    gathered: bool = False
    """In one letter with others."""
    reason: str = ""


class Outlook(Record):
    """What would become of the letters if they were sent now. Households with one address count
    as one where one letter goes there.
    """

    at_once: int
    leaves_at: datetime
    """When those leave: after the time in which the sender can take them back."""
    later: tuple[Share, ...]
    never: tuple[Share, ...]
    time_zone: str


async def look_ahead(room: MailRoom, school_id: str, plan: Plan, viewer: Viewer) -> Outlook:
    """`NotFound` for a school that is not the viewer's. Nothing is kept, and nobody is named."""
    school = await room.directory.school(school_id)
    if school is None or not viewer.sees_school(school_id):
        raise NotFound("There is no such school, or it is not yours.")
    settings = await room.settings()
    wait = settings.take_back_seconds if kind_of(plan.kind).taken_back else 0
    notice = _notice(plan, school, room.now)
    rows = await _drafts(room, plan, notice, school)
    later: Counter[tuple[datetime | None, bool, str]] = Counter()
    never: Counter[str] = Counter()
    for begin in range(0, len(rows), _CHUNK):
        for verdict in await _verdicts(room, rows[begin : begin + _CHUNK], notice, wait):
            match verdict:
                case Stop(reason):
                    never[reason] += 1
                case Hold(_, reason):
                    later[None, False, reason] += 1
                case Wait(until, reason, gathers):
                    later[until, gathers, reason] += 1
    return Outlook(
        at_once=len(rows) - later.total() - never.total(),
        leaves_at=room.now + timedelta(seconds=wait),
        later=tuple(
            Share(households=number, at=at, gathered=gathered, reason=reason)
            for (at, gathered, reason), number in sorted(later.items(), key=_by_time)
        ),
        never=tuple(Share(households=number, reason=each) for each, number in never.most_common()),
        time_zone=school.time_zone,
    )


async def _drafts(
    room: MailRoom, plan: Plan, notice: Notice, school: SchoolChanged
) -> Sequence[Delivery]:
    day = today_at(school, room.now).date()
    students = await room.directory.students_in(school.school_id, plan.class_ids, day)
    households = await room.directory.households_in(school.school_id, plan.class_ids, day)
    families = await room.store.people.families(
        {family_id for each in households for family_id in each.family_ids}
    )
    recipients = recipients_of_event(students, households, families.values())
    adults = {adult for each in households for adult in each.guardian_ids}
    flags = await room.store.flags.of_guardians(adults)
    ways = await ways_of(room, notice, recipients, await room.settings())
    rows: dict[str, Delivery] = {}
    for number, each in enumerate(recipients):
        if number % _CHUNK == 0:
            await asyncio.sleep(0)  # others want to answer meanwhile
        theirs = [flag for flag in flags if flag.guardian_id in each.household.guardian_ids]
        row = draft(notice, each, room.now, flags=theirs, ways=ways, delivery_id="outlook", wait=0)
        rows.setdefault(row.key, row)
    return list(rows.values())


async def _verdicts(
    room: MailRoom, rows: Sequence[Delivery], notice: Notice, wait: int
) -> list[Verdict]:
    around = await look_around(room, rows, {notice.notice_id: notice})
    then = replace(around, now=around.now + timedelta(seconds=wait))
    return [
        Stop(row.reason) if row.state == "suppressed" else judge(row, then.of(row)) for row in rows
    ]


def _notice(plan: Plan, school: SchoolChanged, now: datetime) -> Notice:
    starts = plan.starts_at or now + NEWS_IS_OF_USE_FOR
    facts = EventFacts(
        event_id="outlook",
        school_id=school.school_id,
        class_ids=plan.class_ids,
        title="",
        starts_at=starts,
        ends_at=starts,
        time_zone=school.time_zone,
        reply_by=plan.reply_by,
    )
    news = Announcement(title="", words="", words_language="en", signed="")
    invites = plan.kind == "invitation"
    return Notice(
        notice_id="outlook",
        kind=plan.kind,
        about="outlook",
        occasion="",
        version=1,
        school_id=school.school_id,
        content=EventWords(facts=facts) if invites else news,
        created_at=now,
        use_by=(plan.reply_by or starts) if invites else now + NEWS_IS_OF_USE_FOR,
    )


def _by_time(share: tuple[tuple[datetime | None, bool, str], int]) -> tuple[bool, str, str]:
    (at, _, reason), _ = share
    return at is None, at.isoformat() if at else "", reason
