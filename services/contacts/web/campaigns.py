"""Campaigns: a named week with its events, a goal of families told, and a thermometer."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from services.contacts.actions.campaigns import (
    delete_campaign,
    edit_campaign,
    end_campaign,
    events_to_choose,
    list_campaigns,
    plan_campaign,
    show_campaign,
)
from services.contacts.actions.logging_contacts import zone_of
from services.contacts.domain.campaigns import (
    FEWEST_SHOWN,
    MOST_WORDS,
    Campaign,
    CampaignDraft,
    may_plan,
)
from services.contacts.web.at import AtDesk, Pair, choices, schools_of, sentence
from services.contacts.web.parents import LANGUAGES
from shared import i18n, web
from shared.errors import Forbidden, NotFound, PartnersError, Refused
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import Language

router = APIRouter(prefix="/contacts/campaigns", include_in_schema=False)
PATH = "/contacts/campaigns"
Planners = Annotated[Viewer, web.needs("coordinator", "principal", "district")]
GOAL_KINDS: dict[str, str] = {
    "families": N_("families"),
    "percent": N_("percent of the families of the school"),
}


class CampaignForm(BaseModel):
    """What is planned, and where."""

    place: str = Field(title=N_("School"), max_length=300)
    name: str = Field(title=N_("Name"), min_length=3, max_length=80)
    begins: date = Field(title=N_("First day"))
    ends: date = Field(title=N_("Last day"))
    words: str = Field("", title=N_("Words for families"), max_length=MOST_WORDS)
    language: Language = Field("en", title=N_("Language of these words"))
    goal: int = Field(title=N_("Goal: so many hear good news"), ge=1, le=100_000)
    goal_is: Literal["families", "percent"] = Field("families", title=N_("The goal counts"))
    event_ids: tuple[str, ...] = Field((), title=N_("Events"))
    version: int = 0

    def draft(self) -> CampaignDraft:
        """What the rules read."""
        return CampaignDraft.model_validate(self.model_dump(exclude={"place", "version"}))


class VersionForm(BaseModel):
    """Which version somebody looked at, and whether they are sure."""

    version: int
    sure: bool = False


Sent = Annotated[web.Form[CampaignForm], web.form(CampaignForm)]
Confirmed = Annotated[web.Form[VersionForm], web.form(VersionForm)]


@router.get("")
async def campaigns_page(
    page: web.Page, viewer: web.SignedIn, desk: AtDesk, cursor: web.Cursor
) -> Response:
    """Those of the viewer's schools."""
    places = await schools_of(desk, viewer)
    found = await desk.store.campaigns.of_schools(
        [school_id for school_id, _ in places], after=_after(cursor.after), most=cursor.fetch
    )
    part = web.paginate(found, cursor, lambda each: (each.ends.isoformat(), each.campaign_id))
    return page.render(
        "contacts/campaigns.html",
        part=part,
        listed=await list_campaigns(desk.store, desk.units.clock, part.items),
        several=len(places) > 1,
        may_plan=any(may_plan(school_id, viewer) for school_id, _ in places),
    )


@router.get("/new")
async def new_page(page: web.Page, viewer: Planners, desk: AtDesk) -> Response:
    """The empty form."""
    await _planning_places(desk, viewer)
    form = web.Form.blank(CampaignForm, language=page.language)
    return await _form_page(page, desk, viewer, form)


@router.post("/new")
async def post_new(page: web.Page, viewer: Planners, desk: AtDesk, form: Sent) -> Response:
    """Keep it; with anything wrong the form comes back as it was typed."""
    await _planning_places(desk, viewer)
    if form.ok:
        sent = form.data
        try:
            new = await plan_campaign(desk.store, desk.units, sent.place, sent.draft(), viewer)
        except PartnersError as wrong:
            form.fail("", sentence(page, wrong))
        else:
            return page.redirect(f"{PATH}/{new.campaign_id}", page._("Saved."))
    return await _form_page(page, desk, viewer, form)


@router.get("/{campaign_id}")
async def campaign_page(
    page: web.Page, viewer: web.SignedIn, desk: AtDesk, campaign_id: str
) -> Response:
    """One of them, for the staff of its school."""
    campaign = await _seen(desk, viewer, campaign_id)
    return page.render(
        "contacts/campaign.html",
        shown=await show_campaign(desk.store, desk.units.clock, campaign),
        may_plan=may_plan(campaign.school_id, viewer),
        fewest=FEWEST_SHOWN,
    )


@router.get("/{campaign_id}/edit")
async def edit_page(page: web.Page, viewer: Planners, desk: AtDesk, campaign_id: str) -> Response:
    """The form with what is there."""
    known = await _seen(desk, viewer, campaign_id)
    filled = known.model_dump(include=set(CampaignForm.model_fields))
    form = web.Form.blank(CampaignForm, place=known.school_id, **filled)
    return await _form_page(page, desk, viewer, form, known)


@router.post("/{campaign_id}/edit")
async def post_edit(
    page: web.Page, viewer: Planners, desk: AtDesk, campaign_id: str, form: Sent
) -> Response:
    """Keep other facts."""
    known = await _seen(desk, viewer, campaign_id)
    if form.ok:
        sent = form.data
        try:
            await edit_campaign(
                desk.store, desk.units, campaign_id, sent.draft(), sent.version, viewer
            )
        except PartnersError as wrong:
            form.fail("", sentence(page, wrong))
        else:
            return page.redirect(f"{PATH}/{campaign_id}", page._("Saved."))
    return await _form_page(page, desk, viewer, form, known)


@router.post("/{campaign_id}/end")
async def post_end(
    page: web.Page, viewer: Planners, desk: AtDesk, campaign_id: str, form: Confirmed
) -> Response:
    """End it before its last day is over."""
    await _seen(desk, viewer, campaign_id)
    version = form.data.version if form.ok else 0
    await end_campaign(desk.store, desk.units, campaign_id, version, viewer)
    return page.redirect(f"{PATH}/{campaign_id}", page._("It is over now."))


@router.post("/{campaign_id}/delete")
async def post_delete(
    page: web.Page, viewer: Planners, desk: AtDesk, campaign_id: str, form: Confirmed
) -> Response:
    """Take it away, when somebody said twice that they want it."""
    await _seen(desk, viewer, campaign_id)
    if not form.ok or not form.data.sure:
        raise Refused(N_("Go back and say that you are sure. Nothing was deleted."))
    await delete_campaign(desk.store, desk.units, campaign_id, form.data.version, viewer)
    return page.redirect(PATH, page._("Deleted."))


async def _seen(desk: AtDesk, viewer: Viewer, campaign_id: str) -> Campaign:
    found = await desk.store.campaigns.one(campaign_id)
    if not viewer.sees_school(found.school_id):
        raise NotFound("There is no such campaign.")
    return found


def _after(values: tuple[object, ...] | None) -> tuple[str, str] | None:
    match values:
        case None:
            return None
        case (str() as day, str() as campaign_id):
            return day, campaign_id
    raise Refused(N_("This page address is broken. Start again from the first page."))


async def _planning_places(desk: AtDesk, viewer: Viewer) -> list[Pair]:
    found = [each for each in await schools_of(desk, viewer) if may_plan(each[0], viewer)]
    if not found:
        raise Forbidden(N_("Only the coordinator, the principal and the district plan campaigns."))
    return found


async def _form_page(
    page: web.PageContext,
    desk: AtDesk,
    viewer: Viewer,
    form: web.Form[CampaignForm],
    known: Campaign | None = None,
) -> Response:
    places = await _planning_places(desk, viewer)
    only = known.school_id if known else places[0][0] if len(places) == 1 else ""
    return page.render(
        "contacts/campaign_form.html",
        status=422 if form.errors else 200,
        form=form,
        known=known,
        places=places,
        events=await _events(page, desk, only, known.event_ids if known else ()) if only else [],
        goal_kinds=choices(page, GOAL_KINDS),
        written_in=LANGUAGES,
    )


async def _events(
    page: web.PageContext, desk: AtDesk, school_id: str, chosen: tuple[str, ...]
) -> list[Pair]:
    school = await desk.store.directory.school(school_id)
    zone = zone_of(school.time_zone if school else "UTC")
    found = await events_to_choose(desk.store, desk.units.clock, school_id, chosen)
    days = [each.facts.starts_at.astimezone(zone).date() for each in found]
    return [
        (each.facts.event_id, f"{i18n.format_date(day, page.language)}: {each.facts.title}")
        for each, day in zip(found, days, strict=True)
    ]
