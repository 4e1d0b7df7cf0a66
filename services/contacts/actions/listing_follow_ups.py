"""Follow-ups as lists: one's own, those made for others, a school's, and those nobody can do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from services.contacts.actions.follow_ups import colleagues
from services.contacts.domain.follow_ups import (
    LOOKS_AFTER,
    FollowUp,
    Listed,
    standing,
    when_due,
)
from services.contacts.domain.teaching import sees
from services.contacts.store import Store
from services.contacts.store.follow_ups import Of, Place
from shared.identity import Viewer
from shared.messages import EducatorChanged, FamilyChanged

MOST_OF_SCHOOL = 2000
"""Of more, those due first are looked at: somebody has to do these before."""

ListName = Literal["mine", "made", "school", "adrift"]


@dataclass(frozen=True)
class Found:
    """Some follow-ups, and in how many families the viewer has more but sees them no longer."""

    items: Sequence[Listed]
    hidden: int = 0


def lists_of(viewer: Viewer) -> tuple[ListName, ...]:
    """Which lists a person has."""
    if viewer.role in LOOKS_AFTER:
        return ("mine", "made", "school", "adrift")
    return ("mine", "made")


async def open_list(
    store: Store, viewer: Viewer, name: ListName, on: date, *, after: Place | None, most: int
) -> Found:
    """What is open, the earliest day first. A person's own: only of families still in sight."""
    if name == "adrift":
        found = await adrift(store, viewer, on)
        rest = [each for each in found if after is None or _place(each.follow_up) > after]
        return Found(rest[:most])
    seen, hidden = await _in_sight(store, name, viewer, on, is_open=True)
    rows = await store.follow_ups.open_ones(
        name, seen_by=viewer, family_ids=seen, after=after, most=most
    )
    return Found(await lines_of(store, rows, viewer, on), hidden)


async def closed_list(
    store: Store,
    viewer: Viewer,
    name: Of,
    on: date,
    *,
    after: tuple[datetime, str] | None,
    most: int,
) -> Found:
    """What is done or not needed any more, the newest first; only of families still in sight."""
    seen, hidden = await _in_sight(store, name, viewer, on, is_open=False)
    rows = await store.follow_ups.closed_ones(
        name, seen_by=viewer, family_ids=seen or (), after=after, most=most
    )
    return Found(await lines_of(store, rows, viewer, on), hidden)


async def adrift(store: Store, viewer: Viewer, on: date) -> list[Listed]:
    """What nobody can do: handed to the coordinators, or the person left or lost sight of it."""
    rows = await store.follow_ups.open_ones("school", seen_by=viewer, most=MOST_OF_SCHOOL)
    found = await lines_of(store, rows, viewer, on)
    return [each for each in found if each.standing != "theirs"]


async def of_family(store: Store, family_id: str, viewer: Viewer, on: date) -> list[Listed]:
    """The open ones of a family that the viewer does, made or looks after."""
    rows = await store.follow_ups.of_family(family_id, seen_by=viewer)
    found = await lines_of(store, rows, viewer, on)
    return [each for each in found if each.students]


async def lines_of(
    store: Store, rows: Sequence[FollowUp], viewer: Viewer, on: date
) -> list[Listed]:
    """Each with the names that the viewer may read, and whether its person can do it."""
    if not rows:
        return []
    ids = list({each.family_id for each in rows})
    families = {each.family_id: each for each in await store.directory.families(ids)}
    seen = {each.family_id for each in await store.families.seen_among(ids, seen_by=viewer, on=on)}
    educators = await store.directory.educators_named(
        {each.assignee.educator_id for each in rows if each.assignee.educator_id}
    )
    return [_listed(each, families, seen, educators, on) for each in rows]


def _listed(
    each: FollowUp,
    families: Mapping[str, FamilyChanged],
    seen: set[str],
    educators: Mapping[str, EducatorChanged],
    on: date,
) -> Listed:
    family = families.get(each.family_id)
    educator = educators.get(each.assignee.educator_id or "")
    does = family is not None and educator is not None and sees(educator, family, on)
    names = family.students if family and each.family_id in seen else ()
    when = when_due(each.due_on, on)
    stands = standing(each, family, educator, sees=does)
    if stands == "theirs" and each.asked and each.state == "open" and when == "overdue":
        # A family that asked does not wait for one person: the coordinators take it up, too.
        stands = "late"
    return Listed(
        follow_up=each,
        standing=stands,
        when=when,
        students=tuple(f"{one.given_name} {one.family_name}".strip() for one in names),
    )


async def takers_of(
    store: Store, rows: Sequence[Listed], viewer: Viewer, on: date
) -> dict[str, list[EducatorChanged]]:
    """To whom each follow-up in sight may be handed, besides the viewer and the coordinators."""
    ids = list({each.follow_up.family_id for each in rows})
    families = await store.families.seen_among(ids, seen_by=viewer, on=on)
    return await takers_by_family(store, families, viewer, on)


async def takers_by_family(
    store: Store, families: Sequence[FamilyChanged], viewer: Viewer, on: date
) -> dict[str, list[EducatorChanged]]:
    """The educators who see each of some families, besides the viewer."""
    staff = await store.directory.educators_near(families)
    others = [each for each in staff if each.educator_id != viewer.educator_id]
    return {each.family_id: colleagues(each, others, on) for each in families}


async def due_by_family(store: Store, viewer: Viewer, on: date) -> dict[str, date]:
    """The earliest day that has come, by family: one's own; for a coordinator the school's."""
    of: Of = "school" if viewer.role in LOOKS_AFTER else "mine"
    rows = await store.follow_ups.open_ones(of, seen_by=viewer, until=on, most=MOST_OF_SCHOOL)
    found: dict[str, date] = {}
    for each in rows:
        found.setdefault(each.family_id, each.due_on)
    return found


async def _in_sight(
    store: Store, name: Of, viewer: Viewer, on: date, *, is_open: bool
) -> tuple[list[str] | None, int]:
    """The families of a list that the viewer sees, and how many are seen no more."""
    if name == "school" and is_open:
        # Whoever looks after a school has to see what is open for families that left it, too.
        return None, 0
    ids = await store.follow_ups.families_in(name, seen_by=viewer, is_open=is_open)
    seen = await store.families.seen_among(ids, seen_by=viewer, on=on)
    known = [each.family_id for each in seen]
    return known, len(ids) - len(known)


def _place(each: FollowUp) -> Place:
    return each.due_on.isoformat(), each.follow_up_id
