"""Everything that a batch of letters depends on, looked up once for all of them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.notifications.actions.addressing import mailbox_of
from services.notifications.actions.flagging import is_barred
from services.notifications.actions.languages import languages_off
from services.notifications.actions.room import MailRoom, school_days
from services.notifications.domain.delivery import Delivery
from services.notifications.domain.gates import BUDGET_WINDOW, Circumstances
from services.notifications.domain.notice import Notice
from services.notifications.domain.settings import MailSettings
from shared.messages import (
    EducatorChanged,
    FamilyChanged,
    FlagsChanged,
    HouseholdChanged,
    SchoolChanged,
)


@dataclass
class Surroundings:
    """People, flags, choices and settings around some deliveries."""

    now: datetime
    settings: MailSettings
    households: Mapping[str, HouseholdChanged]
    families: Mapping[str, FamilyChanged]
    schools: Mapping[str, SchoolChanged]
    educators: Mapping[str, EducatorChanged]
    notices: Mapping[str, Notice]
    flags: Sequence[FlagsChanged]
    flags_fresh: bool
    stopped: Mapping[str, frozenset[str]]
    suppressed: frozenset[str]
    languages_off: frozenset[str]
    """Languages of these households whose letters do not go out yet."""
    allow_list: frozenset[str]
    routine: dict[str, tuple[datetime, ...]] = field(default_factory=dict)

    def of(self, row: Delivery) -> Circumstances:
        """What a verdict on one delivery depends on."""
        household = self.households.get(row.household_id)
        mailbox = row.mailbox or ""
        return Circumstances(
            now=self.now,
            settings=self.settings,
            school=school_days(self.schools.get(row.school_id)),
            household_active=household is not None and household.active,
            flagged=household is not None and is_barred(list(self.flags), row, household),
            flags_fresh=self.flags_fresh,
            stopped=self.stopped.get(mailbox, frozenset()),
            suppressed=mailbox in self.suppressed,
            routine_letters=self.routine.get(mailbox, ()),
            allow_listed=mailbox in self.allow_list,
        )

    def moved_to(self, row: Delivery) -> str | None:
        """The household's new address where it differs from the letter's; "" where it is gone."""
        household = self.households.get(row.household_id)
        if household is None or not household.active or mailbox_of(household) == row.mailbox:
            return None
        return mailbox_of(household) or ""

    def count_routine(self, row: Delivery) -> None:
        """One routine letter more, so that the rest of the batch knows of it."""
        if row.mailbox and row.manners.routine:
            self.routine[row.mailbox] = (*self.routine.get(row.mailbox, ()), self.now)


async def look_around(
    room: MailRoom, rows: Sequence[Delivery], notices: Mapping[str, Notice] | None = None
) -> Surroundings:
    """Look up what these deliveries depend on; `notices` that are not kept are given along."""
    people, choices = room.store.people, room.store.choices
    mailboxes = {row.mailbox for row in rows if row.mailbox}
    # At the same time: a letter waits for all of them.
    settings, families, schools, educators, known = await asyncio.gather(
        room.settings(),
        people.families({each for row in rows for each in row.family_ids}),
        people.schools({row.school_id for row in rows}),
        people.educators({row.sender_id for row in rows if row.sender_id}),
        _notices(room, rows, notices),
    )
    (households, flags, languages_off), fresh, stopped, suppressed, routine = await asyncio.gather(
        _readers(room, rows),
        room.store.flags.fresh(room.now),
        choices.stopped(mailboxes),
        choices.suppressed(mailboxes, room.now),
        _routine(room, rows),
    )
    return Surroundings(
        now=room.now,
        settings=settings,
        households=households,
        families=families,
        schools=schools,
        educators=educators,
        notices=known,
        flags=flags,
        flags_fresh=fresh,
        stopped=stopped,
        suppressed=suppressed,
        languages_off=languages_off,
        allow_list=room.place.allow_list,
        routine=routine,
    )


async def _notices(
    room: MailRoom, rows: Sequence[Delivery], given: Mapping[str, Notice] | None
) -> Mapping[str, Notice]:
    if given is not None:
        return given
    return await room.store.notices.several({row.notice_id for row in rows})


async def _routine(room: MailRoom, rows: Sequence[Delivery]) -> dict[str, tuple[datetime, ...]]:
    # Only routine letters have a budget.
    mailboxes = {row.mailbox for row in rows if row.mailbox and row.manners.routine}
    if not mailboxes:
        return {}
    return await room.store.deliveries.routine_since(mailboxes, room.now - BUDGET_WINDOW)


async def _readers(
    room: MailRoom, rows: Sequence[Delivery]
) -> tuple[Mapping[str, HouseholdChanged], Sequence[FlagsChanged], frozenset[str]]:
    households = await room.store.people.households({row.household_id for row in rows})
    adults = {adult for each in households.values() for adult in each.guardian_ids}
    flags, off = await asyncio.gather(
        room.store.flags.of_guardians(adults),
        languages_off(room, {each.language for each in households.values()}),
    )
    return households, flags, off
