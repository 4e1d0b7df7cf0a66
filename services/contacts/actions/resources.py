"""Suggesting, reviewing and copying what a school shares with its families."""

from services.contacts.domain.resources import (
    Resource,
    ResourceDraft,
    State,
    file_of,
    may_edit,
    may_review,
    may_suggest,
)
from services.contacts.store import Store
from shared.errors import Forbidden, NotFound
from shared.i18n import N_
from shared.identity import Viewer
from shared.outbox import Units, Work

Upload = tuple[str, bytes]
"""The name and the content of a file."""


async def add_resource(
    store: Store,
    units: Units,
    school_id: str | None,
    draft: ResourceDraft,
    upload: Upload | None,
    by: Viewer,
) -> Resource:
    """Keep it: shown at once by somebody who reviews, else to be reviewed. Says why not."""
    await _may_share(store, school_id, by)
    file = file_of(*upload) if upload else None
    new = Resource.drafted(units.mint(), school_id, draft, file, by, units.clock.now())

    async def body(work: Work) -> Resource:
        await store.resources.add(new, upload[1] if upload else None, work)
        _tell(new, work)
        return new

    return await units.run(body)


async def edit_resource(
    store: Store,
    units: Units,
    resource_id: str,
    draft: ResourceDraft,
    upload: Upload | None,
    by: Viewer,
) -> Resource:
    """Keep other facts. `Forbidden` unless it is one's own suggestion, or one reviews."""
    before = await store.resources.one(resource_id)
    if not may_edit(before, by):
        raise Forbidden(N_("Only who suggested this, until it is shown, and who reviews may edit."))
    file = file_of(*upload) if upload else None
    now = before.edited(draft, file, by, units.clock.now())

    async def body(work: Work) -> Resource:
        await store.resources.replace(before, now, upload[1] if upload else None, work)
        _tell(now, work, before)
        return now

    return await units.run(body)


async def review_resource(
    store: Store, units: Units, resource_id: str, to: State, by: Viewer
) -> Resource:
    """Show it to families, or withdraw it. `Forbidden`, `Conflict` with the reason."""
    before = await store.resources.one(resource_id)
    if not may_review(before.school_id, by):
        raise Forbidden(N_("Only the coordinator, the principal and the district review this."))
    now = before.reviewed(to, by, units.clock.now())

    async def body(work: Work) -> Resource:
        await store.resources.replace(before, now, None, work)
        _tell(now, work, before)
        return now

    return await units.run(body)


async def copy_resource(
    store: Store, units: Units, resource_id: str, school_id: str | None, by: Viewer
) -> Resource:
    """Take over what another school shows. `NotFound` for what is shown to nobody."""
    await _may_share(store, school_id, by)
    found = await store.resources.one(resource_id)
    if found.state != "shown":
        raise NotFound("There is no such resource.")
    new = found.copied(units.mint(), school_id, by, units.clock.now())
    content = await store.resources.file(resource_id) if found.file else None

    async def body(work: Work) -> Resource:
        await store.resources.add(new, content, work)
        _tell(new, work)
        return new

    return await units.run(body)


def _tell(now: Resource, work: Work, before: Resource | None = None) -> None:
    """Households' own pages show what families are shown; a suggestion is nobody's business yet."""
    if "shown" in {now.state, before.state if before else now.state}:
        work.emit(now.told(), sequence=now.version)


async def _may_share(store: Store, school_id: str | None, by: Viewer) -> None:
    if not may_suggest(school_id, by):
        raise Forbidden(N_("Only the staff of a school share something with its families."))
    if school_id is not None and await store.directory.school(school_id) is None:
        raise NotFound("There is no such school.")
