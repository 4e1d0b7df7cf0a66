"""What is written around handing letters over: that they leave, what was said, what lapsed.

`handing` is stored, majority and journaled, with the flags read in the same transaction, before a
word is said to the mail service; so a letter that was cut off is known to be in doubt.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress

from services.notifications.actions.flagging import is_barred
from services.notifications.actions.gathering import handed_over, let_follow
from services.notifications.actions.papering import follow_on_paper
from services.notifications.actions.preparing import Change, Ready, set_aside
from services.notifications.actions.refusing import heed_refusal, pace_of, why
from services.notifications.actions.room import MailRoom, tell_accepted, tell_not_sent
from services.notifications.domain import reasons
from services.notifications.domain.delivery import Delivery, lapsed
from services.notifications.domain.gates import LOOK_AGAIN
from services.notifications.domain.post import Accepted, Busy, NotYet, Outcome, Refusal, Unclear
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
    carried = [part for each in letters for part in each.parts]

    async def body(work: Work) -> dict[str, Delivery]:
        rows_of = [*(each.delivery for each in letters), *carried]
        mine = await room.store.deliveries.mine(rows_of, work)
        rows = [row for row in mine.values() if row.delivery_id in written]
        rows = [row for row in rows if row.state == "claimed" and _in_time(row, work)]
        fresh = await room.store.flags.fresh(work.now, work)
        barred = await _barred(room, letters, work)
        changed = [
            _flagged_or_going(row, row.delivery_id in barred, fresh, work).model_copy(
                update={
                    "language": written[row.delivery_id].language,
                    "worded": written[row.delivery_id].worded,
                    "translated_from": _source(written[row.delivery_id]),
                }
            )
            for row in rows
        ]
        whole, parts = _together(room, letters, mine, barred, fresh, work)
        await room.store.deliveries.put([*changed, *parts], work)
        await room.store.deliveries.add(whole, work)
        for row in changed:
            if row.state == "suppressed":
                tell_not_sent(row, work)
        going = [row for row in (*changed, *whole) if row.state == "handing"]
        await _keep_words(room, [written[row.delivery_id] for row in going], work)
        return {row.delivery_id: row for row in going}

    return await room.units.run(body)


def _together(
    room: MailRoom,
    letters: Sequence[Ready],
    mine: Mapping[str, Delivery],
    barred: Collection[str],
    fresh: bool,
    work: Work,
) -> tuple[list[Delivery], list[Delivery]]:
    """The letters that carry others, as they leave, and what they carry."""
    whole: list[Delivery] = []
    parts: list[Delivery] = []
    for each in letters:
        if each.parts:
            number = each.delivery.delivery_id
            digest, carried = handed_over(
                each.delivery, mine, work, barred=number in barred, fresh=fresh
            )
            whole.extend([digest] if digest else [])
            parts.extend(carried)
            if digest is None and carried:
                work.wake(room.due)
    return whole, parts


def _source(letter: Ready) -> str:
    return next(iter(letter.translated.values()), "")


async def _keep_words(room: MailRoom, letters: Sequence[Ready], work: Work) -> None:
    """What a machine translated is kept as long as the letter that left with it."""
    families: dict[str, set[str]] = {}
    for each in letters:
        of_one = each.delivery.family_ids if each.delivery.manners.first else ()
        for key in each.translated:
            families.setdefault(key, set()).update(of_one)
    await room.store.translations.have_left(families, work)


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
    homes = [
        (each.delivery.delivery_id, row, household)
        for each in letters
        for row in each.parts or (each.delivery,)
        for household in each.readers
    ]
    adults = {adult for _, _, household in homes for adult in household.guardian_ids}
    flags = await room.store.flags.of_guardians(adults, work)
    return {number for number, row, household in homes if is_barred(flags, row, household)}


async def keep_outcomes(
    room: MailRoom, rows: dict[str, Delivery], outcomes: dict[str, Outcome]
) -> None:
    """Keep what the mail service said and tell of it, in one transaction."""

    async def body(work: Work) -> None:
        mine = await room.store.deliveries.mine([rows[each] for each in outcomes], work)
        changed = [
            _after(row, outcomes[row.delivery_id], work)
            for row in mine.values()
            if row.state in {"handing", "unknown"}
        ]
        settled = [row for row in changed if row is not None]
        await room.store.deliveries.put(settled, work)
        carried = await let_follow(room, settled, work)
        for row in settled:
            outcome = outcomes[row.delivery_id]
            if isinstance(outcome, Refusal) and outcome.address:
                await heed_refusal(room, row, outcome, work)
            if row.state == "accepted":
                tell_accepted(row, work)
            elif row.state == "dead":
                tell_not_sent(row, work)
                if isinstance(outcome, Refusal) and outcome.address:
                    parts = (each for each in carried if each.digest_id == row.delivery_id)
                    for each in (row, *parts):
                        await follow_on_paper(room, each, work)

    await room.units.run(body)


def _after(row: Delivery, outcome: Outcome, work: Work) -> Delivery | None:
    now = work.now
    match outcome:
        case Accepted(said):
            return row.accepted(now, detail=said)
        case Refusal(said):
            return row.moved("dead", why(outcome), now, detail=said)
        case Unclear(said):
            if row.state == "unknown":
                return None
            return row.moved("unknown", reasons.MAY_NOT_HAVE_ARRIVED, now, detail=said)
        case Busy(said) if row.parts:
            return row.moved("dead", reasons.MAIL_SERVICE_BUSY, now, detail=said)
        case Busy(said) if row.state == "handing":
            return row.again(now, said, pace_of(outcome))
        case NotYet(said) if row.parts:
            return row.moved("dead", reasons.MAIL_SERVICE_DOWN, now, detail=said)
        case Busy(said):
            return row.moved("pending", reasons.MAIL_SERVICE_BUSY, now, due_at=now, detail=said)
        case NotYet(said, reason, wait):
            back = row.moved("pending", reason, now, due_at=now + wait, detail=said)
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
        await let_follow(room, changed, work)
        return len(changed)

    return await room.units.run(body)
