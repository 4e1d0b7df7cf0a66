"""Letters that come together: taken up with each other, handed over in one, sharing its fate."""

from collections.abc import Collection, Mapping, Sequence

from services.notifications.actions.room import (
    MailRoom,
    tell_accepted,
    tell_bounced,
    tell_not_sent,
)
from services.notifications.domain import reasons
from services.notifications.domain.delivery import Delivery
from services.notifications.domain.gates import LOOK_AGAIN
from services.notifications.domain.gathering import CAME_BACK, followed, is_ripe
from services.notifications.domain.notice import EventWords, Notice
from shared.outbox import Work


async def take_along(room: MailRoom, batch: Sequence[Delivery]) -> list[Delivery]:
    """Claim what else waits for the mailboxes for which letters of this batch come together now."""
    ripe = [row for row in batch if row.mailbox and is_ripe(row, room.now)]
    if not ripe:
        return []
    mailboxes = {row.mailbox for row in ripe if row.mailbox}
    token = ripe[0].claim or ""
    found = await room.store.deliveries.claim_along(token, mailboxes, room.now)
    known = {row.delivery_id for row in batch}
    return [row for row in found if row.delivery_id not in known]


def in_order(rows: Sequence[Delivery], notices: Mapping[str, Notice]) -> list[Delivery]:
    """As they stand in one letter: what has a date first, the next day first; then news, by age."""

    def place(row: Delivery) -> tuple[bool, float, str]:
        notice = notices.get(row.notice_id)
        dated = notice is not None and isinstance(notice.content, EventWords)
        if notice is not None and isinstance(notice.content, EventWords):
            return not dated, notice.content.facts.starts_at.timestamp(), row.delivery_id
        return not dated, row.created_at.timestamp(), row.delivery_id

    return sorted(rows, key=place)


def handed_over(
    digest: Delivery,
    mine: Mapping[str, Delivery],
    work: Work,
    *,
    barred: bool,
    fresh: bool,
) -> tuple[Delivery | None, list[Delivery]]:
    """The letter as it leaves and what it carries; None, and these to be looked at anew.

    All or none: where one was stopped, changed or taken by another in the meantime, or a flag was
    set, the letter that was written no longer says what is right.
    """
    now = work.now
    parts = [mine[part.delivery_id] for part in digest.parts if part.delivery_id in mine]
    parts = [row for row in parts if row.state == "claimed"]
    in_time = digest.lease_until is not None and now < digest.lease_until
    if fresh and in_time and not barred and len(parts) == len(digest.parts):
        merged = [row.merged(digest, now) for row in parts]
        return digest.handing(now), merged
    if not fresh:
        again = now + LOOK_AGAIN
        wait = [row.moved("pending", reasons.FLAGS_NOT_FRESH, now, due_at=again) for row in parts]
        return None, wait
    return None, [row.moved("pending", reasons.READY, now, due_at=now) for row in parts]


async def let_follow(room: MailRoom, changed: Collection[Delivery], work: Work) -> list[Delivery]:
    """Give what these letters carry their fate, in the same transaction, tell of each; give it."""
    carriers = {row.delivery_id: row for row in changed if row.parts}
    if not carriers:
        return []
    ids = {part.delivery_id for row in carriers.values() for part in row.parts}
    parts = await room.store.deliveries.several(ids, work)
    after = [
        followed(part, carriers[part.digest_id], work.now)
        for part in parts
        if part.digest_id in carriers and part.state == "merged"
    ]
    await room.store.deliveries.put(after, work)
    for row in after:
        if row.state == "merged" and row.handed_at is not None:
            tell_accepted(row, work)
        elif row.state == "dead" and row.reason in CAME_BACK:
            tell_bounced(row, work, permanent=row.reason == reasons.CAME_BACK)
        elif row.state == "dead":
            tell_not_sent(row, work)
        elif row.state == "pending":
            work.wake(room.due)
    return after
