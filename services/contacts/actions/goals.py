"""How far an educator is with good news, and what a district or a school asks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from services.contacts.actions.logging_contacts import NOWHERE, school_of, zone_of
from services.contacts.domain.goals import (
    Calendar,
    Decided,
    Goals,
    Own,
    Progress,
    Try,
    progress,
)
from services.contacts.domain.teaching import carers_of
from services.contacts.domain.twins import each_once
from services.contacts.store import Store
from services.contacts.store.goals import Brought
from shared.clock import Clock
from shared.errors import Forbidden, NotFound
from shared.identity import Viewer
from shared.messages import EducatorChanged
from shared.outbox import Units, Work

LEADS = frozenset({"coordinator", "principal"})
Classes = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Mine:
    """One's own figures, and whether others see them, too."""

    progress: Progress
    goals: Goals
    opened: bool


@dataclass(frozen=True)
class AtSchool:
    """How far a school is: families that heard in this round, of all of them.

    `educators`: where the district has opened the figures, each educator by name.
    """

    families: int
    heard: int
    ends: date | None
    goals: Goals
    educators: Sequence[tuple[EducatorChanged, Progress]] = ()


async def my_progress(store: Store, clock: Clock, viewer: Viewer) -> Mine:
    """The figures of an educator, for that educator. `Forbidden` to all others: they have none."""
    if viewer.role != "educator":
        raise Forbidden("Goals of one's own are for educators, who have families of their own.")
    place = await _place(store, clock, viewer)
    today = place.calendar.today
    classes = await store.goals.classes_by_family(seen_by=viewer, on=today)
    carers = carers_of(classes, await store.goals.there_for(classes), today)
    tries = await _tries(store, place, classes)
    figures = progress(
        place.decided.goals,
        _own(viewer.educator_id, carers),
        (_try(each, place.zone, _by(each, viewer)) for each in tries),
        place.calendar,
    )
    return Mine(figures, place.decided.goals, place.decided.opened)


async def school_progress(store: Store, clock: Clock, viewer: Viewer) -> AtSchool:
    """How far the viewer's school is, for coordinator and principal. `Forbidden` to all others."""
    if viewer.role not in LEADS:
        raise Forbidden("How far a school is, is for its coordinator and its principal.")
    place = await _place(store, clock, viewer)
    classes = await store.goals.classes_by_family(seen_by=viewer, on=place.calendar.today)
    tries = await _tries(store, place, classes)
    asked = place.decided.goals.every_family_each
    span = place.calendar.round(asked or "month")
    heard = {each.family_id for each in tries if each.told and _day(each, place.zone) in span}
    return AtSchool(
        families=len(classes),
        heard=len(heard),
        ends=span.ends,
        goals=place.decided.goals,
        educators=await _each(store, place, classes, tries) if place.decided.opened else (),
    )


async def decide_goals(
    units: Units, store: Store, school_id: str | None, decided: Decided, by: Viewer
) -> None:
    """Keep what is asked for: the district for all, a principal for the own school."""
    await _may_decide(store, school_id, by)

    async def body(work: Work) -> None:
        await store.goals.decide(
            school_id, decided.goals, opened=decided.opened, by=by.account_id, work=work
        )

    await units.run(body)


async def follow_district(units: Units, store: Store, school_id: str, by: Viewer) -> None:
    """A school has the district's goals again."""
    await _may_decide(store, school_id, by)

    async def body(work: Work) -> None:
        await store.goals.drop(school_id, work)

    await units.run(body)


async def _may_decide(store: Store, school_id: str | None, by: Viewer) -> None:
    if school_id is None:
        if by.role != "district":
            raise Forbidden("Only the district sets the goals of all schools.")
        return
    if by.role not in {"principal", "district"} or not by.sees_school(school_id):
        raise Forbidden("Only the principal of a school and the district set its goals.")
    if await store.directory.school(school_id) is None:
        raise NotFound("There is no such school.")


# --- what it is counted from ----------------------------------------------------------------------


@dataclass(frozen=True)
class _Place:
    zone: ZoneInfo
    calendar: Calendar
    decided: Decided

    @property
    def since(self) -> datetime:
        first = self.calendar.looks_back_to(self.decided.goals)
        return datetime.combine(first, time.min, self.zone)


async def _place(store: Store, clock: Clock, viewer: Viewer) -> _Place:
    school = await school_of(store, viewer)
    zone = zone_of(school.time_zone) if school else NOWHERE
    today = clock.now().astimezone(zone).date()
    decided = await store.goals.decided(school.school_id if school else None)
    return _Place(zone, Calendar.of(school, today), decided)


async def _tries(store: Store, place: _Place, classes: Classes) -> list[Brought]:
    return each_once(await store.goals.brought(classes.keys(), place.since))


async def _each(
    store: Store, place: _Place, classes: Classes, tries: Sequence[Brought]
) -> list[tuple[EducatorChanged, Progress]]:
    """Every educator of the school with families, by name; never by figures."""
    today, goals = place.calendar.today, place.decided.goals
    educators = await store.goals.there_for(classes)
    carers = carers_of(classes, educators, today)
    found = []
    for educator in educators:
        known = educator.educator_id
        own = _own(known, carers)
        held = (_try(each, place.zone, each.educator_id == known) for each in tries)
        if own:
            found.append((educator, progress(goals, own, held, place.calendar)))
    return found


def _own(educator_id: str | None, carers: Mapping[str, set[str]]) -> list[Own]:
    return [
        Own(family_id, len(found)) for family_id, found in carers.items() if educator_id in found
    ]


def _try(each: Brought, zone: ZoneInfo, mine: bool) -> Try:
    return Try(each.family_id, _day(each, zone), each.told, mine)


def _by(each: Brought, viewer: Viewer) -> bool:
    # What another system told of an educator has that system's account.
    return each.account_id == viewer.account_id or (
        viewer.educator_id is not None and each.educator_id == viewer.educator_id
    )


def _day(each: Brought, zone: ZoneInfo) -> date:
    return each.occurred_at.astimezone(zone).date()
