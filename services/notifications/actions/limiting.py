"""No more letters leave than the mail service and the recipients' domains take; the rest waits.

What waits is put off at once to the first window with room, the most urgent first, with the reason
on each letter; so nobody looks at it in vain meanwhile, and other domains' letters pass it.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.notifications.actions.preparing import Change, Ready, set_aside
from services.notifications.actions.room import MailRoom
from services.notifications.domain.delivery import Delivery
from services.notifications.domain.limits import Limit, Limits, domain_of, urgency
from shared.errors import DependencyDown
from shared.outbox import Work

MOST_PUT_OFF = 1_000
"""Waiting letters that are put off in one go; what is more is met by the next batch."""
PATIENCE_SECONDS = 2.0
"""So long a letter waits for its turn with a domain before it makes way for others."""


async def within_limits(room: MailRoom, letters: Sequence[Ready]) -> list[Ready]:
    """Count the letters that may leave now, and give those; the others are put off."""
    going = list(letters)
    if not room.limits.any:
        return going
    for domain in sorted({domain_of(each.delivery) for each in going}):
        limit = room.limits.of(domain)
        if limit is not None:
            going = await _within(room, limit, going, domain)
    return await _within(room, room.limits.day, going) if room.limits.day else going


async def uncount(room: MailRoom, letters: Iterable[Ready]) -> None:
    """Nothing was said about these after all, so that there is room for others."""
    back = Counter(counted for each in letters for counted in each.counted)
    for (limit, at), number in back.items():
        with suppress(DependencyDown):  # then some letters fewer leave in this window
            await room.store.counts.give_back(limit, number, at)


async def begun_lately(room: MailRoom, limit: Limit) -> int:
    """How many letters count under a limit at this moment."""
    start = limit.start(room.now)
    return sum((await room.store.counts.used(limit, start + limit.window)).values())


async def _within(
    room: MailRoom, limit: Limit, letters: Sequence[Ready], domain: str | None = None
) -> list[Ready]:
    mine = [each for each in letters if domain is None or domain_of(each.delivery) == domain]
    first = [each for each in mine if each.delivery.manners.first]
    rest = [each for each in mine if not each.delivery.manners.first]
    going = await _counted(room, limit, first, 0) + await _counted(room, limit, rest, limit.kept)
    kept = {each.delivery.delivery_id: each for each in going}
    over = [each for each in mine if each.delivery.delivery_id not in kept]
    if over:
        await uncount(room, over)  # what another limit had counted
        # A letter that carries others is not kept yet: what it carries waits.
        rows = [row for each in over for row in each.parts or (each.delivery,)]
        await _put_off(room, limit, rows, domain)
    gone = {each.delivery.delivery_id for each in over}
    return [
        kept.get(each.delivery.delivery_id, each)
        for each in letters
        if each.delivery.delivery_id not in gone
    ]


async def _counted(
    room: MailRoom, limit: Limit, letters: Sequence[Ready], kept: int
) -> list[Ready]:
    if not letters:
        return []
    now = room.now
    number = await room.store.counts.take(limit, len(letters), now, kept=kept)
    going = sorted(letters, key=lambda each: urgency(each.delivery))[:number]
    return [replace(each, counted=(*each.counted, (limit, now))) for each in going]


async def _put_off(
    room: MailRoom, limit: Limit, claimed: Sequence[Delivery], domain: str | None
) -> None:
    """Spread what can't leave now, and what is due behind it, over the coming windows."""
    now = room.now
    start = limit.start(now)
    used = await room.store.counts.used(limit, start + limit.window)
    waiting = await room.store.backlog.waiting(now, MOST_PUT_OFF, domain)
    rows = sorted([*claimed, *waiting], key=urgency)
    ours = {row.delivery_id for row in claimed}
    changes: dict[str, Change] = {}
    for at, some in _spread(rows, limit.rooms(used, start)):
        changes |= {row.delivery_id: _until(at, limit) for row in some if row.delivery_id in ours}
        others = [row.delivery_id for row in some if row.delivery_id not in ours]
        await room.store.backlog.put_off(others, at, limit.reason, now)
    await set_aside(room, claimed, changes)


def _spread(
    rows: Sequence[Delivery], rooms: Sequence[tuple[datetime, int]]
) -> list[tuple[datetime, Sequence[Delivery]]]:
    found: list[tuple[datetime, Sequence[Delivery]]] = []
    done = 0
    for at, number in rooms:
        found.append((at, rows[done : done + number]))
        done += number
    if done < len(rows):
        found.append((rooms[-1][0], rows[done:]))
    return [each for each in found if each[1]]


def _until(at: datetime, limit: Limit) -> Change:
    def put_off(row: Delivery, work: Work) -> Delivery:
        return row.moved("pending", limit.reason, work.now, due_at=at)

    return put_off


@dataclass
class Places:
    """How many letters to a domain this sender hands over at the same time."""

    limits: Limits
    _places: dict[str, asyncio.Semaphore] = field(default_factory=dict)

    @asynccontextmanager
    async def one(self, domain: str) -> AsyncIterator[bool]:
        """A place for a letter to this domain; False: none became free in time."""
        most = self.limits.at_once(domain)
        if most is None:
            yield True
            return
        place = self._places.setdefault(domain, asyncio.Semaphore(most))
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await place.acquire()
        except TimeoutError:
            yield False
            return
        try:
            yield True
        finally:
            place.release()
