"""Before letters leave: each passes the gates or is set aside with its reason, then is written."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from services.notifications.actions.composing import compose, envelop
from services.notifications.actions.papering import instead_of_mail
from services.notifications.actions.room import MailRoom, tell_not_sent
from services.notifications.actions.surroundings import Surroundings, look_around
from services.notifications.domain import reasons
from services.notifications.domain.delivery import Delivery, for_backpack
from services.notifications.domain.gates import Go, Hold, Stop, Wait, judge
from services.notifications.domain.post import Addressed
from shared import telemetry
from shared.errors import Refused
from shared.messages import HouseholdChanged
from shared.outbox import Work

Change = Callable[[Delivery, Work], Delivery]
_LOST = frozenset({reasons.NO_ADDRESS, reasons.SUPPRESSED_ADDRESS})


@dataclass(frozen=True)
class Ready:
    """A delivery that may leave, with its letter."""

    delivery: Delivery
    letter: Addressed
    household: HouseholdChanged | None
    """None: it goes to a member of the staff."""
    language: str


async def prepare(room: MailRoom, batch: Sequence[Delivery]) -> list[Ready]:
    """Judge a claimed batch and write its letters; what does not leave now is set aside."""
    around = await look_around(room, batch)
    on_paper = await instead_of_mail(room, batch, around)
    ready: list[Ready] = []
    aside: dict[str, Change] = {}
    for row in batch:
        await asyncio.sleep(0)  # writing a letter takes milliseconds in which others want to answer
        verdict = _verdict(row, around, on_paper)
        if isinstance(verdict, Go):
            outcome = _written(room, row, around)
            if isinstance(outcome, Ready):
                around.count_routine(row)
                ready.append(outcome)
                continue
            aside[row.delivery_id] = outcome
        else:
            aside[row.delivery_id] = verdict
    if aside:
        await set_aside(room, [row for row in batch if row.delivery_id in aside], aside)
    return ready


async def set_aside(room: MailRoom, rows: Sequence[Delivery], changes: dict[str, Change]) -> None:
    """Change rows that are still ours, and tell of those that will not be sent."""

    async def body(work: Work) -> None:
        mine = await room.store.deliveries.mine(rows, work)
        changed: dict[str, Delivery] = {}  # by key: two of them may follow to one address
        for before in mine.values():
            row = changes[before.delivery_id](before, work)
            row = await _unless_promised(room, before, row, changed.keys(), work)
            changed[row.key] = row
        await room.store.deliveries.put(list(changed.values()), work)
        for row in changed.values():
            if row.state in {"suppressed", "dead"}:
                tell_not_sent(row, work)

    await room.units.run(body)


def _verdict(row: Delivery, around: Surroundings, on_paper: Mapping[str, str]) -> Go | Change:
    moved_to = around.moved_to(row)
    if moved_to:
        return lambda row, work: row.moved(
            "pending", reasons.READY, work.now, due_at=work.now
        ).model_copy(update={"mailbox": moved_to})
    if moved_to == "":
        return _not_by_mail(row, reasons.NO_ADDRESS, on_paper)
    match judge(row, around.of(row)):
        case Go():
            return Go()
        case Stop(reason) if reason in _LOST:
            return _not_by_mail(row, reason, on_paper)
        case Stop(reason):
            return _stopped(reason)
        case Wait(until, reason):
            return lambda row, work: row.moved("pending", reason, work.now, due_at=until)
        case Hold(until, reason):
            return lambda row, work: row.moved("held", reason, work.now, due_at=until)


def _written(room: MailRoom, row: Delivery, around: Surroundings) -> Ready | Change:
    try:
        letter = compose(room, row, around)
        mail = envelop(room, row, letter, around)
    except Refused:
        return _stopped(reasons.UNUSABLE_ADDRESS)
    except Exception as error:  # noqa: BLE001 - one letter that can't be written costs no other
        telemetry.failed("notifications", error)
        return lambda row, work: row.moved("dead", reasons.UNWRITABLE, work.now)
    household = around.households.get(row.household_id)
    return Ready(row, mail, household, letter.language)


def _not_by_mail(row: Delivery, reason: str, on_paper: Mapping[str, str]) -> Change:
    """On paper, or not at all, for the reason why not on paper either."""
    why_not = on_paper.get(row.delivery_id)
    if why_not == "":
        return lambda row, work: for_backpack(row, work.now)
    return _stopped(why_not or reason)


def _stopped(reason: str) -> Change:
    return lambda row, work: row.moved("suppressed", reason, work.now)


async def _unless_promised(
    room: MailRoom, before: Delivery, row: Delivery, taken: Collection[str], work: Work
) -> Delivery:
    # A letter that follows its household to a new address may find its like there already.
    if before.key == row.key:
        return row
    if row.key not in taken and not await room.store.deliveries.key_taken(row.key, work):
        return row
    gone = row.model_copy(
        update={"state": "claimed", "mailbox": before.mailbox, "channel": before.channel}
    )
    stopped = gone.moved("suppressed", reasons.NEWER_LETTER, work.now)
    return stopped.model_copy(update={"version": row.version})
