"""My families, and the page of one family."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from starlette.responses import Response

from services.contacts.actions.asking import wants_known
from services.contacts.actions.corrections import standings
from services.contacts.actions.listing_follow_ups import of_family, takers_of_family
from services.contacts.actions.strengths import strengths_of
from services.contacts.actions.suggestions import suggestions_of
from services.contacts.domain.asked import SAYS, TIMES
from services.contacts.domain.caseloads import GIVES
from services.contacts.domain.follow_ups import MOST_WHAT
from services.contacts.domain.strengths import MOST_WORDS
from services.contacts.domain.views import LOGS, FamilyLine, resources_in
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
    here = {each.school_id for each in card.family.students if each.school_id}
    schools = await desk.store.directory.schools_in_brief(here)
    flags = await desk.store.flags.in_force([g.guardian_id for g in card.family.guardians])
    follow_ups = await of_family(desk.store, family_id, viewer, on)
    takers = await takers_of_family(desk.store, card.family, viewer, on)
    strengths = await strengths_of(desk.store, card.family, viewer, on)
    return page.render(
        "contacts/family.html",
        card=card,
        schools={each.school_id: each for each in schools},
        flags=[each for each in flags if each.bars],
        strengths=strengths,
        wants_known=await wants_known(desk.store, strengths.keys()),
        asks=await desk.store.follow_ups.asked_by(family_id),
        ask_says=SAYS,
        ask_times=TIMES,
        suggestions=await suggestions_of(
            desk.store, card.family, viewer, desk.units.clock.now(), on
        ),
        follow_ups=follow_ups,
        takers=choices_of(page, {family_id: takers}),
        not_offered=await desk.store.resources.not_offered(resources_in(card.contacts)),
        why_not=why_not_of(page, follow_ups),
        today=on,
        most_what=MOST_WHAT,
        most_words=MOST_WORDS,
        withheld=[each.guardian_id for each in card.reach.values() if each.withheld],
        standings=await standings(desk.store, card.family, card.reach),
        may_correct=viewer.role in LOGS,
        given=(await desk.store.caseloads.of_families([family_id], on)).get(family_id, []),
        may_give=viewer.role in GIVES,
        may_flag=viewer.role in {"principal", "district"},
        words=all_words(page),
        zone=await zone_at(desk, viewer),
        title=family_title(card.family.students, page),
    )


def family_title(held: Sequence[StudentFacts], page: web.PageContext) -> str:
    """The family by its pupils' names, such as "Ana and Luis Vega"; empty when it was erased."""
    held = [each for each in held if each.given_name or each.family_name]
    names = {each.family_name for each in held}
    given = [each.given_name for each in held]
    if len(names) == 1 and held:
        joined = page._(" and ").join(given) if len(given) < 3 else ", ".join(given)
        return f"{joined} {held[0].family_name}".strip()
    return ", ".join(f"{each.given_name} {each.family_name}".strip() for each in held)
