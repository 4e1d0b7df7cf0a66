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
        active, address = self._reader(row)
        # What somebody stopped at an address, we do not put into a backpack.
        mailbox = row.mailbox or (address if row.on_paper else None) or ""
        return Circumstances(
            now=self.now,
            settings=self.settings,
            school=school_days(self.schools.get(row.school_id)),
            reader_active=active,
            flagged=household is not None and is_barred(list(self.flags), row, household),
            flags_fresh=self.flags_fresh,
            stopped=self.stopped.get(mailbox, frozenset()),
            suppressed=mailbox in self.suppressed,
            routine_letters=self.routine.get(mailbox, ()),
            allow_listed=mailbox in self.allow_list,
        )

    def moved_to(self, row: Delivery) -> str | None:
        """The reader's new address where it differs from the letter's; "" where it is gone."""
        active, mailbox = self._reader(row)
        if not active or row.on_paper or mailbox == row.mailbox:
            return None
        return mailbox or ""

    def _reader(self, row: Delivery) -> tuple[bool, str | None]:
        """Whether the household or the member of the staff still is here, and their address."""
        reader: HouseholdChanged | EducatorChanged | None
        if row.educator_id is not None:
            reader = self.educators.get(row.educator_id)
        else:
            reader = self.households.get(row.household_id)
        if reader is None:
            return False, None
        return reader.active, mailbox_of(reader)

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
        people.educators({each for row in rows for each in _staff(row)}),
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
    homes = {row.household_id for row in rows if not row.to_staff}
    households = await room.store.people.households(homes)
    adults = {adult for each in households.values() for adult in each.guardian_ids}
    languages = {each.language for each in households.values()}
    languages |= {row.language for row in rows if row.to_staff}
    flags, off = await asyncio.gather(
        room.store.flags.of_guardians(adults),
        languages_off(room, languages),
    )
    return households, flags, off


def _staff(row: Delivery) -> list[str]:
    """Who wrote it, and to whom of the staff it goes."""
    return [each for each in (row.sender_id, row.educator_id) if each]
