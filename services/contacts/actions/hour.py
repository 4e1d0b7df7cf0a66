"""One call list for an interpreter's hour, across all educators of a coordinator's schools."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.contacts.actions.caseloads import educators_for
from services.contacts.actions.logging_contacts import today
from services.contacts.actions.turns import turns_among
from services.contacts.domain.hour import Adult, Home, Plan, Span, plan_hour
from services.contacts.domain.teaching import educators_of, teachers_by_class
from services.contacts.domain.turns import Turn
from services.contacts.domain.views import FamilyLine, Reach
from services.contacts.store import Store
from shared.clock import Clock
from shared.identity import Viewer
from shared.messages import FamilyChanged


@dataclass(frozen=True)
class Asked:
    """Which languages are spoken, and on which day from when until when."""

    languages: tuple[str, ...]
    day: date
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class CallList:
    """The plan, and what stands beside each family, by its id."""

    plan: Plan
    lines: Mapping[str, FamilyLine]
    turns: Mapping[str, Turn]
    educators: Mapping[str, tuple[str, ...]]


async def call_list(store: Store, clock: Clock, viewer: Viewer, asked: Asked) -> CallList:
    """Families of own schools who need an interpreter of these languages, by whose turn it is."""
    on = await today(store, viewer, clock.now())
    found = await store.overview.needing(asked.languages, seen_by=viewer, on=on)
    ids = [family.family_id for family, _ in found]
    lines = await store.families.lines(ids, seen_by=viewer, on=on)
    turns = await turns_among(store, clock, viewer, lines)
    homes = await _homes(store, found)
    ordered = [homes[turn.family_id] for turn in turns if turn.family_id in homes]
    return CallList(
        plan_hour(ordered, asked.spans, asked.languages),
        {line.family_id: line for line in lines},
        {turn.family_id: turn for turn in turns},
        await _educators(store, viewer, [family for family, _ in found], asked.day),
    )


async def _homes(
    store: Store, found: Sequence[tuple[FamilyChanged, Mapping[str, Reach]]]
) -> dict[str, Home]:
    adults = [each.guardian_id for family, _ in found for each in family.guardians]
    flags = await store.flags.in_force(adults)
    barred = {each.guardian_id for each in flags if each.do_not_contact}
    return {
        family.family_id: Home(
            family.family_id,
            tuple(
                Adult(
                    name=f"{each.given_name} {each.family_name}".strip(),
                    phone=reach[each.guardian_id].phone if each.guardian_id in reach else "",
                    language=each.language,
                    interpreter=each.interpreter,
                    barred=each.guardian_id in barred,
                )
                for each in family.guardians
            ),
        )
        for family, reach in found
    }


async def _educators(
    store: Store, viewer: Viewer, families: Sequence[FamilyChanged], day: date
) -> dict[str, tuple[str, ...]]:
    by_class = teachers_by_class(await educators_for(store, viewer), day)
    given = await store.caseloads.of_families([each.family_id for each in families], day)
    return {
        each.family_id: educators_of(each, by_class, given.get(each.family_id, ()), day)
        for each in families
    }
