"""What people do about letters: settle unclear ones, note what came back, trust addresses again."""

from typing import Literal

from services.notifications.actions.gathering import let_follow
from services.notifications.actions.papering import follow_on_paper
from services.notifications.actions.room import (
    MailRoom,
    tell_accepted,
    tell_bounced,
    tell_not_sent,
)
from services.notifications.domain import reasons
from services.notifications.domain.delivery import Delivery
from services.notifications.domain.sight import Sight
from shared.errors import Conflict, NotFound
from shared.outbox import Work

Finding = Literal["arrived", "lost", "again", "came_back"]


async def resolve(
    room: MailRoom, delivery_id: str, finding: Finding, *, seen_by: Sight
) -> Delivery:
    """Say what became of a letter. `Conflict` when it is in no state to say so.

    `arrived`, `lost`, `again` (send it once more) settle one that may not have arrived;
    `came_back` is for one that the mail service had taken.
    """

    async def body(work: Work) -> Delivery:
        row = await room.store.deliveries.get(delivery_id, work)
        if row is None or not seen_by.covers(row.school_id, row.family_ids, row.educator_id):
            raise NotFound("There is no such letter.")
        if finding == "came_back":
            return await _came_back(room, row, "found by a person", work)
        if row.state != "unknown":
            raise Conflict("Only a letter that may not have arrived can be settled by hand.")
        return await _settle(room, row, finding, work)

    return await room.units.run(body)


async def _settle(room: MailRoom, row: Delivery, finding: Finding, work: Work) -> Delivery:
    if finding == "arrived":
        after = row.accepted(work.now, reason=reasons.SAID_ARRIVED)
        tell_accepted(after, work)
    elif finding == "lost":
        after = row.moved("dead", reasons.SAID_LOST, work.now)
        tell_not_sent(after, work)
    elif row.parts:
        # What it carries goes again, in whatever letter is right by now.
        after = row.moved("dead", reasons.SAID_AGAIN, work.now)
    else:
        after = row.moved("pending", reasons.SAID_AGAIN, work.now, due_at=work.now)
        work.wake(room.due)
    await room.store.deliveries.put([after], work)
    await let_follow(room, [after], work)
    return after


async def _came_back(room: MailRoom, row: Delivery, detail: str, work: Work) -> Delivery:
    if row.state not in {"accepted", "unknown"} or row.on_paper:
        raise Conflict("Only a letter that was handed over can have come back.")
    after = row.moved("dead", reasons.CAME_BACK, work.now, detail=detail)
    await room.store.deliveries.put([after], work)
    carried = await let_follow(room, [after], work)
    tell_bounced(after, work, permanent=True)
    if row.mailbox:
        await room.store.choices.suppress(row.mailbox, reasons.CAME_BACK, work)
        for each in (after, *carried):
            await follow_on_paper(room, each, work)
    return after


async def trust_again(room: MailRoom, mailbox: str) -> None:
    """Write to an address again, and count anew what comes back from it.

    `NotFound` when it was not set aside.
    """

    async def body(work: Work) -> None:
        if not await room.store.choices.trust_again(mailbox.lower(), work):
            raise NotFound("This address is not on the list.")
        await room.store.returns.count_anew(mailbox.lower(), work)

    await room.units.run(body)
