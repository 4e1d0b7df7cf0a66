"""The proof of what was sent: by family, event and sender, of one notice, and as a table."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.notifications.actions.looking import Listed, letters
from services.notifications.actions.room import MailRoom
from services.notifications.domain.notice import Notice
from services.notifications.domain.proof import Proof
from services.notifications.store.deliveries import Wanted
from shared.errors import NotFound
from shared.identity import Viewer
from shared.messages import EducatorChanged

AT_ONCE = 500
MOST_EXPORTED = 20_000


@dataclass(frozen=True)
class About:
    """Of what letters a page speaks."""

    wanted: Wanted
    names: tuple[str, ...]
    """Of the children, the event or the person."""
    notice: Notice | None = None


async def of_family(room: MailRoom, family_id: str, viewer: Viewer) -> About:
    """Letters to the households of one family. `NotFound` where the viewer may not see it."""
    family = await room.directory.family_seen_by(viewer, family_id, room.now.date())
    if family is None:
        raise NotFound("There is no such family, or you do not teach its children.")
    return About(Wanted(family_ids=family_id), tuple(each.given_name for each in family.students))


async def of_event(room: MailRoom, event_id: str, viewer: Viewer) -> About:
    """Letters about one school event, as far as the viewer may see them."""
    event = await room.store.events.get(event_id)
    if event is None or not viewer.sees_school(event.facts.school_id):
        raise NotFound("There is no such event.")
    return About(Wanted(about=event_id), (event.facts.title,))


async def of_sender(room: MailRoom, educator_id: str, viewer: Viewer) -> About:
    """What one member of the staff wrote; to be seen by themselves and those of their schools."""
    educator = await room.directory.educator(educator_id)
    own = educator_id == viewer.educator_id
    if educator is None or not (own or _leads(viewer, educator)):
        raise NotFound("There is no such person, or not at your school.")
    name = f"{educator.given_name} {educator.family_name}".strip()
    return About(Wanted(sender_id=educator_id), (name,))


def _leads(viewer: Viewer, educator: EducatorChanged) -> bool:
    return viewer.role != "educator" and any(map(viewer.sees_school, educator.school_ids))


async def of_notice(room: MailRoom, notice_id: str, viewer: Viewer) -> About:
    """One notice. `NotFound` where the viewer may see none of its letters."""
    wanted = Wanted(notice_id=notice_id)
    rows = await letters(room, wanted, viewer, limit=1)
    notice = await room.store.notices.get(notice_id)
    if notice is None or not rows:
        raise NotFound("There is no such notice, or it went to none of your families.")
    return About(wanted, (rows[0].subject,), notice)


async def proof_of(room: MailRoom, wanted: Wanted, viewer: Viewer) -> Proof:
    """The figures, of what the viewer may see."""
    return await room.store.proofs.of(wanted, seen_by=await room.sight_of(viewer))


async def replied_to(room: MailRoom, rows: list[Listed]) -> set[str]:
    """Those of these letters to which somebody wrote back."""
    return await room.store.returns.replied({row.delivery.delivery_id for row in rows})


async def exported(
    room: MailRoom, wanted: Wanted, viewer: Viewer
) -> AsyncIterator[tuple[Listed, bool]]:
    """The newest letters, `MOST_EXPORTED` at most, each with whether somebody wrote back."""
    after: tuple[datetime, str] | None = None
    for _ in range(MOST_EXPORTED // AT_ONCE):
        rows = await letters(room, wanted, viewer, limit=AT_ONCE, after=after)
        replied = await replied_to(room, rows)
        for row in rows:
            yield row, row.delivery.delivery_id in replied
        if len(rows) < AT_ONCE:
            return
        after = rows[-1].delivery.created_at, rows[-1].delivery.delivery_id


async def between(room: MailRoom, wanted: Wanted, first: date | None, last: date | None) -> Wanted:
    """Narrowed to days, both included, as the school's own wall has them."""
    school = await room.directory.school(wanted.school_id) if wanted.school_id else None
    schools = [school] if school else await room.directory.schools()
    zone = ZoneInfo(schools[0].time_zone if schools else "UTC")

    def begins(day: date) -> datetime:
        return datetime.combine(day, time(), zone)

    return replace(
        wanted,
        since=begins(first) if first else None,
        until=begins(last + timedelta(days=1)) if last and last < date.max else None,
    )
