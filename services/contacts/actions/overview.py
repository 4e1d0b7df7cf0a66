"""The families of a school as its coordinator and its principal look at them."""

from datetime import date, timedelta

from services.contacts.actions.logging_contacts import NOWHERE, school_of, today, zone_of
from services.contacts.actions.turns import term_began_on
from services.contacts.domain.overview import Standing, standing
from services.contacts.store import Store
from services.contacts.store.families import MOST_LISTED
from shared.clock import Clock
from shared.identity import Viewer
from shared.messages import SchoolChanged

USUAL = timedelta(days=90)
"""How long a family is given to somebody where no term is known."""


async def standings(store: Store, clock: Clock, viewer: Viewer) -> list[Standing]:
    """How every family of the viewer's schools stands this term."""
    on = await today(store, viewer, clock.now())
    school = await school_of(store, viewer)
    zone = zone_of(school.time_zone) if school else NOWHERE
    began = term_began_on(school, on)
    lines = await store.families.listed(seen_by=viewer, on=on, most=MOST_LISTED)
    taught = await store.overview.taught_by_somebody(seen_by=viewer, on=on)
    lost = await store.overview.unreachable([line.family_id for line in lines], clock.now())
    phones = await store.overview.with_phone(list(lost))
    given = await store.caseloads.of_families([line.family_id for line in lines], on)
    return [
        standing(
            line,
            began,
            zone,
            taught=line.family_id in taught,
            given=given.get(line.family_id, ()),
            trouble=lost.get(line.family_id),
            phone=line.family_id in phones,
        )
        for line in lines
    ]


def last_day(school: SchoolChanged | None, on: date) -> date:
    """Until when a family is usually given to somebody: the end of the term."""
    terms = school.terms if school else ()
    return min((each.ends for each in terms if each.begins <= on <= each.ends), default=on + USUAL)
