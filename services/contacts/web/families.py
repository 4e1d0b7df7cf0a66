"""My families, and the page of one family."""

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import date
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from starlette.responses import Response

from services.contacts.actions.asking import wants_known
from services.contacts.actions.corrections import standings
from services.contacts.actions.desk import Desk
from services.contacts.actions.listing_follow_ups import of_family, takers_by_family
from services.contacts.actions.strengths import strengths_of
from services.contacts.actions.suggestions import suggestions_of
from services.contacts.domain.asked import SAYS, TIMES
from services.contacts.domain.caseloads import GIVES
from services.contacts.domain.follow_ups import MOST_WHAT
from services.contacts.domain.strengths import MOST_WORDS
from services.contacts.domain.views import LOGS, FamilyCard, FamilyLine, resources_in
from services.contacts.web.at import AtDesk, all_words, day_of, zone_at
from services.contacts.web.follow_ups import choices_of, why_not_of
from shared import web
from shared.identity import Viewer
from shared.messages import SchoolClass, StudentFacts

router = APIRouter(tags=["families"])
MOST_SHOWN = 60


@router.get("/contacts/", include_in_schema=False)
@router.get("/contacts", include_in_schema=False)
async def my_families(
    page: web.Page,
    viewer: web.SignedIn,
    desk: AtDesk,
    q: Annotated[str, Query(max_length=200)] = "",
    class_id: Annotated[str, Query(alias="class", max_length=300)] = "",
) -> Response:
    """Families in sight: found by name or class, else whoever has waited longest first."""
    on = await day_of(desk, viewer)
    families = await desk.store.families.listed(
        seen_by=viewer, on=on, class_id=class_id, query=q, most=MOST_SHOWN
    )
    recent = await _recent(desk, viewer) if not q and not class_id else []
    month = on.replace(day=1)
    zone = await zone_at(desk, viewer)
    return page.render(
        "contacts/families.html",
        families=families,
        recent=recent,
        classes=await classes_of(desk, viewer),
        q=q,
        class_id=class_id,
        waiting=[each for each in families if not _heard_since(each, month, zone)],
        heard=[each for each in families if _heard_since(each, month, zone)],
        zone=zone,
    )


async def _recent(desk: AtDesk, viewer: Viewer) -> list[FamilyLine]:
    ids = await desk.store.contacts.recent_families(seen_by=viewer, most=4)
    on = await day_of(desk, viewer)
    return await desk.store.families.lines(ids, seen_by=viewer, on=on)


async def classes_of(desk: AtDesk, viewer: Viewer) -> list[SchoolClass]:
    """The viewer's own classes, by title."""
    own = await desk.store.directory.classes_of(viewer, await day_of(desk, viewer))
    found: list[SchoolClass] = []
    for school_id in sorted(viewer.school_ids):
        school = await desk.store.directory.school(school_id)
        found += [each for each in (school.classes if school else ()) if each.class_id in own]
    return sorted(found, key=lambda each: each.title)


def _heard_since(line: FamilyLine, day: date, zone: ZoneInfo) -> bool:
    return line.good_news_at is not None and line.good_news_at.astimezone(zone).date() >= day


@router.get("/contacts/families/{family_id}", include_in_schema=False)
async def family_page(
    page: web.Page, viewer: web.SignedIn, desk: AtDesk, family_id: str
) -> Response:
    """Everything that the viewer may see of a family."""
    on = await day_of(desk, viewer)
    card = await desk.store.card(family_id, seen_by=viewer, on=on)
    await desk.store.readings.look(viewer, family_id, on)
    return page.render(
        "contacts/family.html",
        card=card,
        ask_says=SAYS,
        ask_times=TIMES,
        today=on,
        most_what=MOST_WHAT,
        most_words=MOST_WORDS,
        withheld=[each.guardian_id for each in card.reach.values() if each.withheld],
        may_correct=viewer.role in LOGS,
        may_give=viewer.role in GIVES,
        may_flag=viewer.role in {"principal", "district"},
        words=all_words(page),
        title=family_title(card.family.students, page),
        **await _beside(card, page, viewer, desk, on),
    )


async def _beside(
    card: FamilyCard, page: web.PageContext, viewer: Viewer, desk: Desk, on: date
) -> dict[str, Any]:
    """What else is known of the family: asked side by side, as each waits for the database."""
    store, family, now = desk.store, card.family, desk.units.clock.now()
    asked: dict[str, Awaitable[Any]] = {
        "schools": store.directory.schools_in_brief({each.school_id for each in family.students}),
        "flags": store.flags.in_force([each.guardian_id for each in family.guardians]),
        "follow_ups": of_family(store, family.family_id, viewer, on),
        "takers": takers_by_family(store, [family], viewer, on),
        "strengths": strengths_of(store, family, viewer, on),
        "asks": store.follow_ups.asked_by(family.family_id),
        "suggestions": suggestions_of(store, family, viewer, now, on),
        "not_offered": store.resources.not_offered(resources_in(card.contacts)),
        "standings": standings(store, family, card.reach),
        "given": store.caseloads.of_families([family.family_id], on),
        "zone": zone_at(desk, viewer),
    }
    found: dict[str, Any] = dict(zip(asked, await asyncio.gather(*asked.values()), strict=True))
    return found | {
        "schools": {each.school_id: each for each in found["schools"]},
        "flags": [each for each in found["flags"] if each.bars],
        "takers": choices_of(page, found["takers"]),
        "why_not": why_not_of(page, found["follow_ups"]),
        "wants_known": await wants_known(store, found["strengths"].keys()),
        "given": found["given"].get(family.family_id, []),
    }


def family_title(held: Sequence[StudentFacts], page: web.PageContext) -> str:
    """The family by its pupils' names, such as "Ana and Luis Vega"; empty when it was erased."""
    held = [each for each in held if each.given_name or each.family_name]
    names = {each.family_name for each in held}
    given = [each.given_name for each in held]
    if len(names) == 1 and held:
        joined = page._(" and ").join(given) if len(given) < 3 else ", ".join(given)
        return f"{joined} {held[0].family_name}".strip()
    return ", ".join(f"{each.given_name} {each.family_name}".strip() for each in held)
