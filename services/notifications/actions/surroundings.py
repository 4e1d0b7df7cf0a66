"""Everything that a batch of letters depends on, looked up once for all of them."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.notifications.actions.addressing import mailbox_of
from services.notifications.actions.flagging import is_barred
from services.notifications.actions.languages import languages_off
from services.notifications.actions.room import MailRoom, school_days
from services.notifications.domain.delivery import Delivery
from services.notifications.domain.gates import BUDGET_WINDOW, Circumstances
from services.notifications.domain.gathering import is_ripe
from services.notifications.domain.notice import Notice, answer_by
from services.notifications.domain.rewording import DISTRICT, Held, Layer
from services.notifications.domain.settings import MailSettings, SchoolHours
from services.notifications.domain.wishes import Wishes
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
    wishes: Mapping[str, Wishes]
    """By mailbox, where there are any."""
    suppressed: frozenset[str]
    languages_off: frozenset[str]
    """Languages of these households whose letters do not go out yet."""
    allow_list: frozenset[str]
    routine: dict[str, tuple[datetime, ...]] = field(default_factory=dict)
    hours: Mapping[str, SchoolHours] = field(default_factory=dict)
    """The schools that have their own."""
    behind: Mapping[str, Sequence[HouseholdChanged]] = field(default_factory=dict)
    """Who reads each mailbox for which letters come together now."""
    translations: Mapping[str, str | None] = field(default_factory=dict)
    """By key what a machine made of typed words; None where it has no usable words."""
    held: Held = field(default_factory=Held)
    """Own words of the district and of these schools, and those in which these letters left."""

    def of(self, row: Delivery) -> Circumstances:
        """What a verdict on one delivery depends on."""
        household = self.households.get(row.household_id)
        active, address = self._reader(row)
        # What somebody stopped at an address, we do not put into a backpack.
        mailbox = row.mailbox or (address if row.on_paper else None) or ""
        wishes = self.wishes.get(mailbox, Wishes())
        return Circumstances(
            now=self.now,
            settings=self.settings.of_school(self.hours.get(row.school_id)),
            school=school_days(self.schools.get(row.school_id)),
            reader_active=active,
            flagged=household is not None and is_barred(list(self.flags), row, household),
            flags_fresh=self.flags_fresh,
            stopped=wishes.those("never"),
            digested=wishes.those("digest"),
            paused_until=wishes.paused_until,
            answer_by=answer_by(self.notices.get(row.notice_id)),
            suppressed=mailbox in self.suppressed,
            routine_letters=self.routine.get(mailbox, ()),
            allow_listed=mailbox in self.allow_list,
        )

    def moved_to(self, row: Delivery) -> str | None:
        """The reader's new address where it differs from the letter's; "" where it is gone."""
        active, mailbox = self._reader(row)
        fixed = row.on_paper or row.manners.fixed_address
        if not active or fixed or mailbox == row.mailbox:
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
    school_ids = {each for row in rows for each in _schools(row)}
    looked_up, held = await asyncio.gather(  # at the same time: a letter waits for all of them
        asyncio.gather(
            room.settings(),
            choices.hours(school_ids),
            people.families({each for row in rows for each in row.family_ids}),
            people.schools(school_ids),
            people.educators({each for row in rows for each in _staff(row)}),
            _notices(room, rows, notices),
        ),
        _held(room, rows, school_ids),
    )
    settings, hours, families, schools, educators, known = looked_up
    readers, fresh, wishes, suppressed, routine = await asyncio.gather(
        _readers(room, rows, held.of_district),
        room.store.flags.fresh(room.now),
        choices.wishes(mailboxes, room.now),
        choices.suppressed(mailboxes, room.now),
        _routine(room, rows),
    )
    return Surroundings(
        now=room.now,
        settings=settings,
        households=readers.households,
        families=families,
        schools=schools,
        educators=educators,
        notices=known,
        flags=readers.flags,
        flags_fresh=fresh,
        wishes=wishes,
        suppressed=suppressed,
        languages_off=readers.languages_off,
        allow_list=room.place.allow_list,
        routine=routine,
        hours=hours,
        behind=readers.behind,
        held=held,
    )


async def _held(room: MailRoom, rows: Sequence[Delivery], school_ids: Collection[str]) -> Held:
    """Own words of today, and those in which some of these letters have left."""
    left_in = {each for row in rows if row.worded for each in row.worded.editions}
    return await room.store.rewordings.held({DISTRICT, *school_ids}, left_in)


async def _notices(
    room: MailRoom, rows: Sequence[Delivery], given: Mapping[str, Notice] | None
) -> Mapping[str, Notice]:
    if given is not None:
        return given
    wanted = {row.notice_id for row in rows if not row.parts}
    wanted |= {part.notice_id for row in rows for part in row.parts}
    return await room.store.notices.several(wanted)


async def _routine(room: MailRoom, rows: Sequence[Delivery]) -> dict[str, tuple[datetime, ...]]:
    # Only routine letters have a budget, and what comes in one with others is one.
    counted = (row for row in rows if row.manners.routine or row.gather_at is not None)
    mailboxes = {row.mailbox for row in counted if row.mailbox}
    if not mailboxes:
        return {}
    return await room.store.deliveries.routine_since(mailboxes, room.now - BUDGET_WINDOW)


@dataclass(frozen=True)
class _Readers:
    households: Mapping[str, HouseholdChanged]
    behind: Mapping[str, Sequence[HouseholdChanged]]
    flags: Sequence[FlagsChanged]
    languages_off: frozenset[str]


async def _readers(
    room: MailRoom, rows: Sequence[Delivery], district: Mapping[str, Layer]
) -> _Readers:
    homes = {row.household_id for row in rows if not row.to_staff}
    homes |= {part.household_id for row in rows for part in row.parts}
    households = await room.store.people.households(homes)
    behind = await room.store.people.behind(_shared(rows, households, room.now))
    readers = [*households.values(), *(each for them in behind.values() for each in them)]
    adults = {adult for each in readers for adult in each.guardian_ids}
    languages = {each.language for each in households.values()}
    languages |= {row.language for row in rows if row.to_staff}
    flags, off = await asyncio.gather(
        room.store.flags.of_guardians(adults),
        languages_off(room, languages, district),
    )
    return _Readers(households, behind, flags, off)


def _shared(
    rows: Sequence[Delivery], households: Mapping[str, HouseholdChanged], now: datetime
) -> set[str]:
    """Addresses, as they are kept, to which letters of several households come together now."""
    ripe = {row.mailbox for row in rows if is_ripe(row, now)}
    found: dict[str, set[str]] = {}
    for row in rows:
        if row.mailbox and row.mailbox in ripe:
            found.setdefault(row.mailbox, set()).add(row.household_id)
    homes = {home for them in found.values() if len(them) > 1 for home in them}
    kept = [households[each].mailbox for each in homes if each in households]
    return {each for mailbox in kept if mailbox for each in (mailbox, mailbox.lower())}


def _schools(row: Delivery) -> list[str]:
    return [row.school_id, *(part.school_id for part in row.parts)]


def _staff(row: Delivery) -> list[str]:
    """Who wrote it, and to whom of the staff it goes."""
    return [each for each in (row.sender_id, row.educator_id) if each]
