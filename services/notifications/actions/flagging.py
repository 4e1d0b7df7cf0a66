"""Flags are kept and acted on in one transaction: nothing leaves after they are applied."""

from services.notifications.actions.addressing import stop
from services.notifications.actions.room import MailRoom
from services.notifications.domain import reasons
from services.notifications.domain.delivery import STOPPABLE, Delivery
from services.notifications.domain.sight import barred
from shared.messages import FlagsApplied, FlagsAsOf, FlagsChanged, HouseholdChanged
from shared.outbox import Work


async def apply_flag(room: MailRoom, flag: FlagsChanged, work: Work) -> None:
    """Keep a flag and stop every letter that it bars and that was not yet handed over."""
    await room.directory.apply_flag(flag, work)
    if flag.do_not_contact or flag.custody:
        await stop(room, await _barred_rows(room, flag, work), reasons.FLAGGED, work)
    number = await room.directory.contiguous(work)
    said = FlagsApplied(service=room.units.service, number=number)
    work.emit(said, sequence=number + 1)


async def note_as_of(room: MailRoom, as_of: FlagsAsOf, work: Work) -> None:
    """Remember how many flags there are, which tells whether ours are all."""
    await room.directory.note_as_of(as_of, work)


async def _barred_rows(room: MailRoom, flag: FlagsChanged, work: Work) -> list[Delivery]:
    households = {
        each.household_id: each
        for each in await room.directory.households_of_guardian(flag.guardian_id)
    }
    households |= await room.store.people.households(flag.household_ids)
    query = {"household_id": {"$in": sorted(households)}}
    rows = await room.store.deliveries.find(query, STOPPABLE, work)
    # This entry may be an old one that comes late or again: the last word on each pair counts.
    flags = await room.store.flags.of_guardians([flag.guardian_id], work)
    return [row for row in rows if is_barred(flags, row, households[row.household_id])]


def is_barred(flags: list[FlagsChanged], row: Delivery, household: HouseholdChanged) -> bool:
    """Whether flags keep this letter from this household."""
    pupils = {*row.student_ids, *household.student_ids}
    return barred(flags, household.guardian_ids, pupils)
