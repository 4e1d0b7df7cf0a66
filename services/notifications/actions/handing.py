"""What is written around handing letters over: that they leave, what was said, what lapsed.

`handing` is stored, majority and journaled, with the flags read in the same transaction, before a
word is said to the mail service; so a letter that was cut off is known to be in doubt.
"""

from collections.abc import Sequence
from contextlib import suppress

from services.notifications.actions.flagging import is_barred
from services.notifications.actions.papering import follow_on_paper
from services.notifications.actions.preparing import Change, Ready, set_aside
from services.notifications.actions.room import MailRoom, tell_accepted, tell_not_sent
from services.notifications.domain import reasons
from services.notifications.domain.delivery import Delivery, lapsed
from services.notifications.domain.gates import LOOK_AGAIN
from services.notifications.domain.post import Accepted, Busy, Outcome, Refusal, Unclear
from shared.errors import PartnersError
from shared.outbox import Work


async def give_back(room: MailRoom, rows: Sequence[Delivery], reason: str) -> None:
    """Let claimed letters be taken up by anyone again."""

    def back(row: Delivery, work: Work) -> Delivery:
        return row.moved("pending", reason, work.now, due_at=work.now)

    if rows:
        with suppress(PartnersError):  # else their lease runs out, which is as good
            changes: dict[str, Change] = {row.delivery_id: back for row in rows}
            await set_aside(room, rows, changes)


async def begin_handing(room: MailRoom, letters: Sequence[Ready]) -> dict[str, Delivery]:
    """Write `handing` for letters that are still ours and that no flag bars; gives those."""
    if not letters:
        return {}
    written = {each.delivery.delivery_id: each for each in letters}

    async def body(work: Work) -> dict[str, Delivery]:
        mine = await room.store.deliveries.mine([each.delivery for each in letters], work)
        rows = [row for row in mine.values() if row.state == "claimed" and _in_time(row, work)]
        fresh = await room.store.flags.fresh(work.now, work)
        barred = await _barred(room, [written[row.delivery_id] for row in rows], work)
        changed = [
            _flagged_or_going(row, row.delivery_id in barred, fresh, work).model_copy(
                update={"language": written[row.delivery_id].language}
            )
            for row in rows
        ]
        await room.store.deliveries.put(changed, work)
        for row in changed:
            if row.state == "suppressed":
                tell_not_sent(row, work)
        return {row.delivery_id: row for row in changed if row.state == "handing"}

    return await room.units.run(body)


def _in_time(row: Delivery, work: Work) -> bool:
    # Who slept longer than a claim lasts knows too little about who reads there now.
    return row.lease_until is not None and work.now < row.lease_until


def _flagged_or_going(row: Delivery, barred: bool, fresh: bool, work: Work) -> Delivery:
    if barred:
        return row.moved("suppressed", reasons.FLAGGED, work.now)
    if not fresh and not row.to_staff:
        again = work.now + LOOK_AGAIN
        return row.moved("pending", reasons.FLAGS_NOT_FRESH, work.now, due_at=again)
    return row.handing(work.now)


async def _barred(room: MailRoom, letters: Sequence[Ready], work: Work) -> set[str]:
    homes = [(each.delivery, each.household) for each in letters if each.household]
    adults = {adult for _, household in homes for adult in household.guardian_ids}
    flags = await room.store.flags.of_guardians(adults, work)
    return {row.delivery_id for row, household in homes if is_barred(flags, row, household)}


async def keep_outcomes(
    room: MailRoom, rows: dict[str, Delivery], outcomes: dict[str, Outcome | None]
) -> None:
    """Keep what the mail service said and tell of it, in one transaction. None: it said nothing."""

    async def body(work: Work) -> None:
        mine = await room.store.deliveries.mine([rows[each] for each in outcomes], work)
        changed = [
            _after(row, outcomes[row.delivery_id], work)
            for row in mine.values()
            if row.state in {"handing", "unknown"}
        ]
        await room.store.deliveries.put([row for row in changed if row is not None], work)
        for row in changed:
            if row is None:
                continue
            outcome = outcomes[row.delivery_id]
            if isinstance(outcome, Refusal) and outcome.address and row.mailbox:
                await room.store.choices.suppress(row.mailbox, outcome.said, work)
            if row.state == "accepted":
                tell_accepted(row, work)
            elif row.state == "dead":
                tell_not_sent(row, work)
                if isinstance(outcome, Refusal) and outcome.address:
                    await follow_on_paper(room, row, work)

    await room.units.run(body)


def _after(row: Delivery, outcome: Outcome | None, work: Work) -> Delivery | None:
    now = work.now
    match outcome:
        case Accepted(said):
            return row.accepted(now, detail=said)
        case Refusal(said):
            return row.moved("dead", reasons.REFUSED, now, detail=said)
        case Unclear(said):
            if row.state == "unknown":
                return None
            return row.moved("unknown", reasons.MAY_NOT_HAVE_ARRIVED, now, detail=said)
        case Busy(said) if row.state == "handing":
            return row.again(now, said)
        case _:
            # Nothing was said about it to anyone, so this was no try.
            back = row.moved("pending", reasons.MAIL_SERVICE_DOWN, now, due_at=now)
            return back.model_copy(update={"tries": max(0, row.tries - 1)})


async def take_up_lapsed(room: MailRoom) -> int:
    """Letters whose sender stopped: prepared ones go back, handed ones become unknown."""
    if not await room.store.deliveries.lapsed(room.now, limit=1):
        return 0
    rows = await room.store.deliveries.lapsed(room.now)

    async def body(work: Work) -> int:
        mine = await room.store.deliveries.mine(rows, work)
        after = [lapsed(row, work.now) for row in mine.values()]
        changed = [row for row in after if row is not None]
        await room.store.deliveries.put(changed, work)
        return len(changed)

    return await room.units.run(body)
