"""Sharing sentences and ideas with colleagues, and copying what other schools offer."""

from services.contacts.domain.ideas import (
    Idea,
    IdeaDraft,
    may_edit,
    may_lead,
    may_share,
    perhaps_names,
)
from services.contacts.store import Store
from shared.errors import Forbidden, NotFound
from shared.i18n import N_
from shared.identity import Viewer
from shared.outbox import Units, Work

NOT_YOURS = N_("Only who shared this, and the coordinator and the principal, may do this.")


async def names_in(store: Store, school_id: str, draft: IdeaDraft) -> list[str]:
    """Words of a draft that are names of pupils or their adults at a school, as typed."""
    words = perhaps_names(draft.title, draft.words)
    known = await store.ideas.names_among(words, school_id) if words else frozenset()
    return sorted({word for folded, word in words.items() if folded in known})


async def share_idea(
    store: Store, units: Units, school_id: str, draft: IdeaDraft, by: Viewer
) -> Idea:
    """Keep it; colleagues see it at once. `Forbidden`, `Refused` with the reason."""
    await _may_share(store, school_id, by)
    new = Idea.shared(units.mint(), school_id, draft, by, units.clock.now())
    return await _add(store, units, new)


async def edit_idea(store: Store, units: Units, idea_id: str, draft: IdeaDraft, by: Viewer) -> Idea:
    """Keep other words. `Forbidden` unless it is one's own, or one leads the school."""
    before = await seen_idea(store, idea_id, by)
    if not may_edit(before, by):
        raise Forbidden(NOT_YOURS)
    return await _replace(store, units, before, before.edited(draft, by, units.clock.now()))


async def take_back_idea(store: Store, units: Units, idea_id: str, by: Viewer) -> None:
    """It is gone for colleagues; letters that were sent and copies elsewhere stay."""
    known = await seen_idea(store, idea_id, by)
    if not may_edit(known, by):
        raise Forbidden(NOT_YOURS)

    async def body(work: Work) -> None:
        await store.ideas.drop(known, work)

    await units.run(body)


async def offer_idea(
    store: Store, units: Units, idea_id: str, by: Viewer, *, offered: bool
) -> Idea:
    """Let other schools copy it, or no more. `Forbidden` unless one leads the school."""
    before = await _led(store, idea_id, by)
    return await _replace(store, units, before, before.offered_as(offered, units.clock.now()))


async def report_idea(store: Store, units: Units, idea_id: str, reason: str, by: Viewer) -> Idea:
    """Ask the coordinator to look at it; until then it is in no form to log."""
    before = await seen_idea(store, idea_id, by)
    return await _replace(store, units, before, before.reported(reason, by, units.clock.now()))


async def leave_idea(store: Store, units: Units, idea_id: str, by: Viewer) -> Idea:
    """Say that what was reported is fine."""
    before = await _led(store, idea_id, by)
    return await _replace(store, units, before, before.left(units.clock.now()))


async def copy_idea(store: Store, units: Units, idea_id: str, school_id: str, by: Viewer) -> Idea:
    """Take over what another school offers; it says from where. `NotFound` for all else."""
    await _may_share(store, school_id, by)
    found = await store.ideas.one(idea_id)
    school = await store.directory.school(found.school_id)
    if not found.offered or found.school_id == school_id:
        raise NotFound("There is no such idea.")
    name = school.name if school else ""
    return await _add(
        store, units, found.copied(units.mint(), school_id, name, by, units.clock.now())
    )


async def seen_idea(store: Store, idea_id: str, by: Viewer) -> Idea:
    """One of the viewer's schools; `NotFound`."""
    found = await store.ideas.one(idea_id)
    if not by.sees_school(found.school_id):
        raise NotFound("There is no such idea.")
    return found


async def _led(store: Store, idea_id: str, by: Viewer) -> Idea:
    found = await seen_idea(store, idea_id, by)
    if not may_lead(found, by):
        raise Forbidden(N_("Only the coordinator and the principal of the school may do this."))
    return found


async def _may_share(store: Store, school_id: str, by: Viewer) -> None:
    if not may_share(school_id, by) or await store.directory.school(school_id) is None:
        raise Forbidden(N_("Only who works at a school shares ideas there."))


async def _add(store: Store, units: Units, new: Idea) -> Idea:
    async def body(work: Work) -> Idea:
        await store.ideas.add(new, work)
        return new

    return await units.run(body)


async def _replace(store: Store, units: Units, before: Idea, now: Idea) -> Idea:
    async def body(work: Work) -> Idea:
        await store.ideas.replace(before, now, work)
        return now

    return await units.run(body)
