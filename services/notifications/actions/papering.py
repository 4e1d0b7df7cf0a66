"""Where mail reaches nobody: the same letter on paper, and by mail again once an address works."""

from collections.abc import Iterable

from services.notifications.actions.room import MailRoom
from services.notifications.actions.surroundings import Surroundings
from services.notifications.actions.ways import ways_on_paper
from services.notifications.domain import reasons
from services.notifications.domain.delivery import ON_PAPER, Delivery, by_mail_after_all
from shared.messages import HouseholdChanged
from shared.outbox import Work


async def instead_of_mail(
    room: MailRoom, rows: Iterable[Delivery], around: Surroundings
) -> dict[str, str]:
    """By letter that is due and finds no mailbox: why not even paper may go, "" when it may."""
    found: dict[str, str] = {}
    for row in rows:
        household = around.households.get(row.household_id)
        lost = around.moved_to(row) == "" or row.mailbox in around.suppressed
        if household is None or not household.active or not lost:
            continue
        letter = [(household, row.student_ids)]
        ways = await ways_on_paper(room, row.manners, letter, around.settings)
        if household.household_id in ways:
            flagged = around.of(row).flagged
            found[row.delivery_id] = reasons.FLAGGED if flagged else ways[household.household_id]
    return found


async def follow_on_paper(room: MailRoom, lost: Delivery, work: Work) -> None:
    """A letter came back because its address is no good: the same on paper while it is of use."""
    households = await room.store.people.households([lost.household_id])
    household = households.get(lost.household_id)
    if household is None or not household.active or _past_use(lost, work):
        return
    letter = [(household, lost.student_ids)]
    ways = await ways_on_paper(room, lost.manners, letter, await room.settings())
    if ways.get(household.household_id) != "":
        return
    twin = {
        "delivery_id": room.units.mint(),
        "channel": "paper",
        "mailbox": None,
        "state": "to_print",
        "reason": reasons.TO_PRINT,
        "detail": "",
        "due_at": work.now,
        "tries": 0,
        "version": 1,
        "claim": None,
        "lease_until": None,
        "created_at": work.now,
        "changed_at": work.now,
        "first_tried_at": None,
        "handed_at": None,
    }
    await room.store.deliveries.add([lost.model_copy(update=twin)], work)


async def mail_again(room: MailRoom, household: HouseholdChanged, work: Work) -> None:
    """A household has an address that works: what waits on paper and still matters goes by mail."""
    mailbox = (household.mailbox or "").lower()
    if not mailbox or not household.active:
        return
    query = {"household_id": household.household_id}
    waiting = await room.store.deliveries.find(query, ON_PAPER, work)
    if not waiting or (await room.settings()).paper == "always":
        return
    if await room.store.choices.suppressed([mailbox], work.now):
        return
    by_mail = [
        by_mail_after_all(row, mailbox, work.now) for row in waiting if not _past_use(row, work)
    ]
    # A letter that came back from this very address is not sent there again.
    going = [row for row in by_mail if not await room.store.deliveries.key_taken(row.key, work)]
    await room.store.deliveries.put(going, work)
    if going:
        work.wake(room.due)


def _past_use(row: Delivery, work: Work) -> bool:
    return row.use_by is not None and row.use_by <= work.now
