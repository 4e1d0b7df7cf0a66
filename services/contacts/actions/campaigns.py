"""Planning campaigns, and how full their thermometer is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from services.contacts.actions.logging_contacts import zone_of
from services.contacts.domain.campaigns import (
    Campaign,
    CampaignDraft,
    Standing,
    Thermometer,
    may_plan,
    thermometer,
)
from services.contacts.store import Store
from services.contacts.store.school_events import PlannedEvent
from shared.clock import Clock
from shared.errors import Conflict, Forbidden, NotFound, Refused
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import SchoolChanged
from shared.outbox import Units, Work

PAST_EVENTS = timedelta(days=14)
"""So far back events are offered to a campaign."""


@dataclass(frozen=True)
class Listed:
    """A campaign of a school, and whether it is running now."""

    campaign: Campaign
    school: SchoolChanged
    zone: ZoneInfo
    standing: Standing


@dataclass(frozen=True)
class Shown(Listed):
    """A campaign as it stands now."""

    thermometer: Thermometer
    events: Sequence[PlannedEvent]

    @property
    def public_events(self) -> list[PlannedEvent]:
        """What the parents' page names: what takes place during its days."""
        return [
            each
            for each in self.events
            if not each.cancelled and self.campaign.holds(each.facts, self.zone)
        ]


async def plan_campaign(
    store: Store, units: Units, school_id: str, draft: CampaignDraft, by: Viewer
) -> Campaign:
    """Keep a new one. `Forbidden`, `Refused` with the reason."""
    if not may_plan(school_id, by) or await store.directory.school(school_id) is None:
        raise Forbidden(N_("Only the coordinator, the principal and the district plan campaigns."))
    new = Campaign.planned(units.mint(), school_id, draft, by, units.clock.now())
    await _known_events(store, new)

    async def body(work: Work) -> Campaign:
        await store.campaigns.add(new, work)
        return new

    return await units.run(body)


async def edit_campaign(
    store: Store, units: Units, campaign_id: str, draft: CampaignDraft, version: int, by: Viewer
) -> Campaign:
    """Keep other facts. `version`: the one that was edited; `Conflict` when there is a newer."""
    before = await _to_change(store, campaign_id, version, by)
    now = before.edited(draft, units.clock.now())
    await _known_events(store, now)
    return await _replace(store, units, before, now)


async def end_campaign(
    store: Store, units: Units, campaign_id: str, version: int, by: Viewer
) -> Campaign:
    """End one that is running; what was told so far counts."""
    before = await _to_change(store, campaign_id, version, by)
    zone = await _zone(store, before.school_id)
    return await _replace(store, units, before, before.ended(units.clock.now(), zone))


async def delete_campaign(
    store: Store, units: Units, campaign_id: str, version: int, by: Viewer
) -> None:
    """Take one away, its page and its thermometer; what was logged in its days stays."""
    before = await _to_change(store, campaign_id, version, by)

    async def body(work: Work) -> None:
        await store.campaigns.drop(before, work)

    await units.run(body)


async def list_campaigns(store: Store, clock: Clock, campaigns: Sequence[Campaign]) -> list[Listed]:
    """Where each stands; how many were told is counted on its own page only."""
    schools = {each.school_id: each for each in await store.directory.schools()}
    return [
        _listed(each, schools[each.school_id], clock)
        for each in campaigns
        if each.school_id in schools
    ]


async def show_campaign(store: Store, clock: Clock, campaign: Campaign) -> Shown:
    """How it stands. `NotFound` when its school is gone."""
    school = await store.directory.school(campaign.school_id)
    if school is None:
        raise NotFound("There is no such campaign.")
    listed = _listed(campaign, school, clock)
    told = await store.campaigns.told(campaign.school_id, *campaign.span(listed.zone))
    families = await store.campaigns.families_of(campaign.school_id)
    return Shown(
        **vars(listed),
        thermometer=thermometer(campaign, told, families),
        events=await store.school_events.among(campaign.event_ids, campaign.school_id),
    )


async def public_campaigns(store: Store, clock: Clock, school: SchoolChanged) -> list[Shown]:
    """Those that the parents' page of a school tells of, the first to come first."""
    zone, now = zone_of(school.time_zone), clock.now()
    found = await store.campaigns.of_schools([school.school_id])
    told_of = [each for each in found if each.is_told_of(now, zone)]
    return [await show_campaign(store, clock, each) for each in reversed(told_of)]


async def events_to_choose(
    store: Store, clock: Clock, school_id: str, chosen: Sequence[str] = ()
) -> list[PlannedEvent]:
    """What a campaign of a school may name: what it names already, what was lately, what comes."""
    held = await store.school_events.among(chosen, school_id)
    near = await store.school_events.since(clock.now() - PAST_EVENTS, school_id)
    known = {each.facts.event_id: each for each in [*held, *near]}
    return sorted(known.values(), key=lambda each: each.facts.starts_at)


def _listed(campaign: Campaign, school: SchoolChanged, clock: Clock) -> Listed:
    zone = zone_of(school.time_zone)
    return Listed(campaign, school, zone, campaign.standing(clock.now(), zone))


async def _to_change(store: Store, campaign_id: str, version: int, by: Viewer) -> Campaign:
    found = await store.campaigns.one(campaign_id)
    if not by.sees_school(found.school_id):
        raise NotFound("There is no such campaign.")
    if not may_plan(found.school_id, by):
        raise Forbidden(N_("Only the coordinator, the principal and the district plan campaigns."))
    if found.version != version:
        raise Conflict(N_("Somebody else changed this just now. Look at it again."))
    return found


async def _replace(store: Store, units: Units, before: Campaign, now: Campaign) -> Campaign:
    async def body(work: Work) -> Campaign:
        await store.campaigns.replace(before, now, work)
        return now

    return await units.run(body)


async def _known_events(store: Store, campaign: Campaign) -> None:
    known = await store.school_events.among(campaign.event_ids, campaign.school_id)
    if len(known) < len(campaign.event_ids):
        raise Refused(N_("An event that you chose is not one of this school. Choose again."))


async def _zone(store: Store, school_id: str) -> ZoneInfo:
    school = await store.directory.school(school_id)
    return zone_of(school.time_zone if school else "UTC")
