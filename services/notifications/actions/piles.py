"""The piles of paper of a school, a pile for each homeroom, and what is done by hand with them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.notifications.actions.room import (
    MailRoom,
    tell_accepted,
    tell_bounced,
    tell_not_sent,
    today_at,
)
from services.notifications.domain import reasons
from services.notifications.domain.backpack import UNDO_DAYS, Room, Sheet, carrier, room_of
from services.notifications.domain.delivery import ON_PAPER, Delivery
from shared.errors import NotFound, Refused
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import SchoolChanged
from shared.outbox import Work


@dataclass(frozen=True)
class Pile:
    """The letters of one room of a school, each part sorted by the pupil's name."""

    school: SchoolChanged
    room: Room
    to_print: Sequence[Sheet] = ()
    printed: Sequence[Sheet] = ()
    handed_out: Sequence[Sheet] = ()
    """Within the last two weeks."""


async def piles(room: MailRoom, school_id: str, viewer: Viewer) -> list[Pile]:
    """The piles that the viewer may see: an educator those of own homerooms and of grades."""
    school = await room.directory.school(school_id)
    if school is None or not (viewer.sees_school(school_id) or viewer.role == "educator"):
        raise NotFound(N_("There is no such school, or it is not one of yours."))
    found: dict[Room, list[Sheet]] = {}
    for sheet in await _sheets(room, school, viewer):
        found.setdefault(sheet.room, []).append(sheet)
    own = await _own_classes(room, viewer)
    return [
        _pile(school, place, sorted(sheets, key=lambda each: each.place))
        for place, sheets in sorted(found.items())
        if own is None or not place.class_id or place.class_id in own
    ]


async def pile_of(room: MailRoom, school_id: str, key: str, viewer: Viewer) -> Pile:
    """One of them; `NotFound` where the viewer may see none of this name."""
    for pile in await piles(room, school_id, viewer):
        if pile.room.key == key:
            return pile
    raise NotFound(N_("There are no letters on paper for this room now."))


async def _sheets(room: MailRoom, school: SchoolChanged, viewer: Viewer) -> list[Sheet]:
    since = room.now - timedelta(days=UNDO_DAYS)
    sight = await room.sight_of(viewer)
    rows = await room.store.backlog.on_paper(school.school_id, since, seen_by=sight)
    families = await room.store.people.families({each for row in rows for each in row.family_ids})
    pupils = {s.student_id: s for family in families.values() for s in family.students}
    today = today_at(school, room.now).date()
    sheets = []
    for row in rows:
        who = carrier(row, [pupils[each] for each in row.student_ids if each in pupils])
        if who is not None:
            sheets.append(Sheet(row, who, room_of(who, school, today)))
    return sheets


def _pile(school: SchoolChanged, place: Room, sheets: Sequence[Sheet]) -> Pile:
    def those(state: str) -> list[Sheet]:
        return [each for each in sheets if each.delivery.state == state]

    return Pile(school, place, those("to_print"), those("printed"), those("accepted"))


async def _own_classes(room: MailRoom, viewer: Viewer) -> frozenset[str] | None:
    if viewer.role != "educator":
        return None
    return await room.directory.classes_of(viewer, room.now.date())


# --- handed out -----------------------------------------------------------------------------------


async def hand_out(
    room: MailRoom, pile: Pile, delivery_ids: Collection[str] | None, by: Viewer
) -> int:
    """Mark printed letters as handed out, which is told; None marks all. Gives how many."""
    ids = _of(pile.printed, delivery_ids)

    async def body(work: Work) -> int:
        rows = await room.store.deliveries.find({"_id": {"$in": ids}}, {"printed"}, work)
        after = [row.accepted(work.now, reason=reasons.HANDED_OUT, detail=by.name) for row in rows]
        await room.store.deliveries.put(after, work)
        for row in after:
            tell_accepted(row, work)
        return len(after)

    return await room.units.run(body)


async def take_back_to_pile(room: MailRoom, pile: Pile, delivery_ids: Collection[str]) -> int:
    """They were marked by mistake: nobody was told by them. Gives how many."""
    ids = _of(pile.handed_out, delivery_ids)

    async def body(work: Work) -> int:
        rows = await room.store.deliveries.find({"_id": {"$in": ids}}, {"accepted"}, work)
        after = [
            row.moved("printed", reasons.NOT_HANDED_OUT, work.now).model_copy(
                update={"handed_at": None}
            )
            for row in rows
        ]
        await room.store.deliveries.put(after, work)
        for row in after:
            tell_bounced(row, work, permanent=False)
        return len(after)

    return await room.units.run(body)


def _of(sheets: Sequence[Sheet], delivery_ids: Collection[str] | None) -> list[str]:
    here = [each.delivery.delivery_id for each in sheets]
    chosen = here if delivery_ids is None else [each for each in here if each in delivery_ids]
    if not chosen:
        raise Refused(N_("Please choose at least one letter."))
    return chosen


async def expire_paper(room: MailRoom) -> int:
    """What was not handed out while it was of use is not sent; gives how many."""
    ids = await room.store.backlog.paper_past_use(room.now)
    if not ids:
        return 0

    async def body(work: Work) -> int:
        rows = await room.store.deliveries.find({"_id": {"$in": ids}}, ON_PAPER, work)
        after = [_expired(row, work) for row in rows if row.use_by and row.use_by <= work.now]
        await room.store.deliveries.put(after, work)
        for row in after:
            tell_not_sent(row, work)
        return len(after)

    return await room.units.run(body)


def _expired(row: Delivery, work: Work) -> Delivery:
    return row.moved("suppressed", reasons.NEVER_HANDED_OUT, work.now)
