"""Promising to do something for a family, doing it, putting it off, handing it over."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from services.contacts.actions.asking import tell_back
from services.contacts.actions.logging_contacts import today
from services.contacts.domain.follow_ups import (
    SCHOOLS,
    Assignee,
    FollowUp,
    FollowUpDraft,
    State,
    colleague,
    looks_after,
    oneself,
)
from services.contacts.domain.teaching import sees
from services.contacts.domain.views import LOGS
from services.contacts.store import Store
from shared.errors import Conflict, Forbidden, NotFound, Refused
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import EducatorChanged, FamilyChanged
from shared.outbox import Units, Work


def colleagues(
    family: FamilyChanged, educators: Iterable[EducatorChanged], on: date
) -> list[EducatorChanged]:
    """Those to whom a follow-up of a family may be given."""
    return [each for each in educators if sees(each, family, on)]


async def make_follow_up(
    store: Store,
    units: Units,
    draft: FollowUpDraft,
    by: Viewer,
    follow_up_id: str | None = None,
) -> FollowUp:
    """Keep a new follow-up. `Refused`, `NotFound`, `Forbidden` with the reason.

    `follow_up_id` is given by whoever may ask again: then the one that is there is given.
    """
    made = await drafted(store, units, draft, by, follow_up_id)
    await _contact_of(store, draft, by, await today(store, by, units.clock.now()))

    async def body(work: Work) -> FollowUp:
        if follow_up_id and (there := await store.follow_ups.known(follow_up_id, work)):
            return there
        await store.follow_ups.add(made, work)
        return made

    return await units.run(body)


async def drafted(
    store: Store,
    units: Units,
    draft: FollowUpDraft,
    by: Viewer,
    follow_up_id: str | None = None,
) -> FollowUp:
    """A new follow-up, judged and not yet kept: whoever logs a contact keeps both at once."""
    if by.role not in LOGS:
        raise Forbidden(N_("Your role does not make follow-ups."))
    now = units.clock.now()
    on = await today(store, by, now)
    family = await store.families.one(draft.family_id, seen_by=by, on=on)
    assignee = await _assignee(store, draft.assigned_to, family, by, on)
    return FollowUp.made(
        follow_up_id or units.mint(), draft, _school_of(family, by), assignee, by, now, on
    )


async def settle(
    store: Store,
    units: Units,
    follow_up_id: str,
    state: State,
    by: Viewer,
    *,
    version: int | None = None,
) -> FollowUp:
    """Done, not needed any more, or open again."""
    act = await _act(store, units, follow_up_id, by, version)
    return await act.change(lambda each: each.settled(state, act.now))


async def put_off(
    store: Store,
    units: Units,
    follow_up_id: str,
    until: date,
    by: Viewer,
    *,
    version: int | None = None,
) -> FollowUp:
    """By another day; `Refused` for one that has passed."""
    act = await _act(store, units, follow_up_id, by, version)
    return await act.change(lambda each: each.put_off(until, act.on, act.now))


async def hand_over(
    store: Store,
    units: Units,
    follow_up_id: str,
    to: str,
    by: Viewer,
    *,
    version: int | None = None,
) -> FollowUp:
    """Give it to an educator who sees the family or to the coordinators (`school`); "" takes it."""
    act = await _act(store, units, follow_up_id, by, version)
    family = await store.families.one(act.known.family_id, seen_by=by, on=act.on)
    assignee = await _assignee(store, to, family, by, act.on)
    return await act.change(lambda each: each.handed_to(assignee, act.now))


@dataclass(frozen=True)
class _Act:
    """Somebody who may change a follow-up is about to."""

    store: Store
    units: Units
    known: FollowUp
    version: int | None
    on: date
    now: datetime

    async def change(self, how: Callable[[FollowUp], FollowUp]) -> FollowUp:
        """Keep it changed; the same is no change, so that asking twice is safe."""

        async def body(work: Work) -> FollowUp:
            before = await self.store.follow_ups.known(self.known.follow_up_id, work)
            if before is None:
                raise NotFound(N_("There is no such follow-up, or you may not see it."))
            after = how(before)
            if after == before:
                return before
            if self.version is not None and self.version != before.version:
                raise Conflict(N_("Somebody changed this follow-up in the meantime. Look again."))
            await self.store.follow_ups.replace(before, after, work)
            tell_back(after, work)
            return after

        return await self.units.run(body)


async def _act(
    store: Store, units: Units, follow_up_id: str, by: Viewer, version: int | None
) -> _Act:
    """Who knows the family no more changes nothing; whoever looks after the school may close it."""
    now = units.clock.now()
    on = await today(store, by, now)
    known = await store.follow_ups.one(follow_up_id, seen_by=by)
    if not looks_after(known, by) and not await store.families.sees(by, known.family_id, on):
        raise NotFound(N_("There is no such follow-up, or you may not see it."))
    return _Act(store, units, known, version, on, now)


async def _assignee(store: Store, to: str, family: FamilyChanged, by: Viewer, on: date) -> Assignee:
    if not to:
        return oneself(by)
    if to == SCHOOLS:
        return Assignee()
    if to == by.educator_id:
        return oneself(by)
    educator = await store.directory.educator(to)
    if educator is None or not sees(educator, family, on):
        raise Refused(N_("This person does not see the family. Choose somebody else."))
    return colleague(educator)


async def _contact_of(store: Store, draft: FollowUpDraft, by: Viewer, on: date) -> None:
    if draft.contact_id is None:
        return
    contact = await store.contacts.one(draft.contact_id, seen_by=by, on=on)
    if contact.family_id != draft.family_id:
        raise Refused(N_("This contact is not one with this family."))


def _school_of(family: FamilyChanged, by: Viewer) -> str:
    """Whose coordinators look after it: the viewer's school, else that of the first pupil."""
    schools = [each.school_id for each in family.students]
    if not schools:
        raise Refused(N_("This family has no pupils here any more."))
    return next((each for each in schools if each in by.school_ids), schools[0])
