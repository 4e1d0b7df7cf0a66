"""The register of flags: deciding, telling, saying how far it goes, hearing who acts on it."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

from services.contacts.domain.flags import FlagDraft, FlagEntry, differs, under_flags
from services.contacts.domain.follow_ups import SCHOOLS, Assignee, FollowUp, FollowUpDraft
from services.contacts.store import Store
from shared.errors import Forbidden, NotFound
from shared.identity import Viewer
from shared.messages import FlagsApplied, FlagsAsOf, HouseholdChanged
from shared.outbox import Units, Work

OWN_ADDRESS = "Shares a mailbox with somebody who is flagged: ask for an address of their own."
"""Kept as it is, as people's own words are; it names nobody."""
ASKED_WITHIN = timedelta(days=2)


@dataclass
class Register:
    """The one register. Its number is a single document, so decisions of a process queue up here:
    concurrent transactions on it would only collide and try again.
    """

    store: Store
    units: Units
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def decide(self, draft: FlagDraft, by: Viewer) -> FlagEntry:
        """Set or lift the flags of one adult for one pupil; tells the others, ends the links."""
        await self._may_decide(draft, by)
        async with self._turn:
            return await self.units.run(lambda work: self._decided(draft, by, work))

    async def _may_decide(self, draft: FlagDraft, by: Viewer) -> None:
        family = await self.store.directory.family_of_student(draft.student_id)
        adults = {each.guardian_id for each in family.guardians} if family else set()
        if family is None or draft.guardian_id not in adults:
            raise NotFound("There is no such pupil with such a parent or caregiver.")
        student = next(s for s in family.students if s.student_id == draft.student_id)
        if by.role not in {"principal", "district"} or not by.sees_school(student.school_id):
            raise Forbidden("Only the principal of the pupil's school and the district set flags.")

    async def _decided(self, draft: FlagDraft, by: Viewer, work: Work) -> FlagEntry:
        flags = await self.store.flags.in_force([draft.guardian_id], work)
        pair = (draft.guardian_id, draft.student_id)
        differs(draft, next((each for each in flags if each.pair == pair), None))
        entry = FlagEntry(
            **draft.model_dump(),
            number=await self.store.flags.next_number(work),
            household_ids=await self._household_ids(draft, work),
            by=by.account_id,
            at=work.now,
        )
        await self.store.flags.add(entry, work)
        work.emit(entry.told(), sequence=entry.number)
        await self.redraw(draft.guardian_id, work)
        if entry.bars:
            await self._ask_for_own_address(entry, by, work)
        return entry

    async def _ask_for_own_address(self, entry: FlagEntry, by: Viewer, work: Work) -> None:
        """Others who read the same mailbox hear nothing of the pupil by mail any more: somebody at
        the school asks them for an address of their own.
        """
        family = await self.store.directory.family_of_student(entry.student_id)
        homes = await self.store.flags.households_of(entry.guardian_id, work)
        shared = any(len(row["guardian_ids"]) > 1 and row["mailbox"] for row in homes)
        if family is None or not shared:
            return
        student = next(s for s in family.students if s.student_id == entry.student_id)
        today = work.now.date()
        draft = FollowUpDraft(
            family_id=family.family_id,
            what=OWN_ADDRESS,
            due_on=today + ASKED_WITHIN,
            assigned_to=SCHOOLS,
        )
        task = FollowUp.made(
            self.units.mint(), draft, student.school_id, Assignee(), by, work.now, today
        )
        await self.store.follow_ups.add(task, work)

    async def _household_ids(self, draft: FlagDraft, work: Work) -> tuple[str, ...]:
        rows = await self.store.flags.households_of(draft.guardian_id, work)
        named = [row for row in rows if draft.student_id in row["own"]["hears_about"]]
        return tuple(row["_id"] for row in named or rows)

    async def redraw(self, guardian_id: str, work: Work) -> None:
        """Leave the adult's households just the pupils that all flags allow; their links end."""
        for row in await self.store.flags.households_of(guardian_id, work):
            adults = list(row["guardian_ids"])
            flags = await self.store.flags.in_force(adults, work)
            household = under_flags(
                HouseholdChanged.model_validate(row), row["own"]["hears_about"], flags
            )
            version = int(row["version"]) + 1
            await self.store.flags.put_household(household, version, work)
            work.emit(household, sequence=version)

    async def say_as_of(self) -> None:
        """Tell how far the register goes; a replica that lacks a number lets mail wait."""

        async def body(work: Work) -> None:
            number = await self.store.flags.number(work)
            work.emit(FlagsAsOf(number=number, as_of=work.now), sequence=max(number, 1))

        await self.units.run(body)

    async def mend(self) -> int:
        """Redraw households that an import wrote beside a flag just set; gives how many adults."""
        mended = 0
        for entry in await self.store.flags.in_force():
            if entry.bars and await self._hears_of(entry):
                await self.units.run(lambda work, who=entry.guardian_id: self.redraw(who, work))  # type: ignore[misc]
                mended += 1
        return mended

    async def _hears_of(self, entry: FlagEntry) -> bool:
        households = await self.store.directory.households_of_guardian(entry.guardian_id)
        return any(entry.student_id in household.student_ids for household in households)


async def note_applied(store: Store, said: FlagsApplied, work: Work) -> None:
    """A service acts on every flag up to a number, from the time at which it said so."""
    at = work.cause.time if work.cause else work.now
    await store.flags.applied(said.service, said.number, at, work)
