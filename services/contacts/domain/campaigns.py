"""A named week, such as American Education Week: its events, and a goal of families told."""

import math
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field

from services.contacts.domain.resources import REVIEWS
from shared.errors import Conflict, Refused
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import EventFacts, Language, Record

LONGEST = 92
"""Days: a quarter. What takes longer is no campaign."""
MOST_EVENTS = 20
MOST_WORDS = 1000
FEWEST_SHOWN = 10
"""The parents' page shows a count only from here on, so that nobody can tell which families it
means; coverage keeps the same silence about small groups (DESIGN section 8)."""
STAYS = timedelta(days=14)
"""So long before its first day and after its last the parents' page tells of a campaign."""

Standing = Literal["coming", "running", "over"]


class CampaignDraft(Record):
    """What somebody plans; days are the school's, both included."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=3, max_length=80)]
    begins: date
    ends: date
    words: Annotated[str, Field(max_length=MOST_WORDS)] = ""
    language: Language = "en"
    event_ids: tuple[Annotated[str, Field(max_length=64)], ...] = ()
    goal: Annotated[int, Field(ge=1, le=100_000)]
    goal_is: Literal["families", "percent"] = "families"
    """Whether `goal` counts families, or is a share of those of the school in percent."""


class Campaign(Record):
    """One of a school. `ended_at`: somebody ended it before its last day was over."""

    campaign_id: str
    school_id: str
    name: str
    begins: date
    ends: date
    words: str = ""
    language: Language = "en"
    event_ids: tuple[str, ...] = ()
    goal: int
    goal_is: Literal["families", "percent"] = "families"
    ended_at: datetime | None = None
    account_id: str
    author: str
    changed_at: datetime
    version: int = 1

    @classmethod
    def planned(
        cls, campaign_id: str, school_id: str, draft: CampaignDraft, by: Viewer, now: datetime
    ) -> "Campaign":
        """A new one. `Refused` with the reason."""
        return cls(
            campaign_id=campaign_id,
            school_id=school_id,
            **_sound(draft).model_dump(),
            account_id=by.account_id,
            author=by.name,
            changed_at=now,
        )

    def edited(self, draft: CampaignDraft, now: datetime) -> "Campaign":
        """With other facts. One that was ended early runs again when its last day is moved."""
        changes = {
            **_sound(draft).model_dump(),
            "ended_at": self.ended_at if draft.ends == self.ends else None,
            "changed_at": now,
            "version": self.version + 1,
        }
        return self.model_copy(update=changes)

    def ended(self, now: datetime, zone: ZoneInfo) -> "Campaign":
        """Over from this moment on. `Conflict` unless it is running."""
        if self.standing(now, zone) != "running":
            raise Conflict(N_("Only a campaign that is running can be ended."))
        changes = {"ended_at": now, "changed_at": now, "version": self.version + 1}
        return self.model_copy(update=changes)

    def span(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """The first moment that counts, and the first that does not any more."""
        first = datetime.combine(self.begins, time.min, zone)
        after = datetime.combine(self.ends + timedelta(days=1), time.min, zone)
        return first, min(after, self.ended_at) if self.ended_at else after

    def standing(self, now: datetime, zone: ZoneInfo) -> Standing:
        """Whether it is yet to come, running, or over."""
        first, after = self.span(zone)
        if now < first:
            return "coming"
        return "running" if now < after else "over"

    def is_told_of(self, now: datetime, zone: ZoneInfo) -> bool:
        """Whether the parents' page speaks of it: around its days, not for ever."""
        first, after = self.span(zone)
        return first - STAYS <= now < after + STAYS

    def holds(self, event: EventFacts, zone: ZoneInfo) -> bool:
        """Whether an event begins during its days."""
        return self.begins <= event.starts_at.astimezone(zone).date() <= self.ends


@dataclass(frozen=True)
class Thermometer:
    """How many families were told good news in a campaign, of how many wanted; nobody's name."""

    told: int
    wanted: int

    @property
    def percent(self) -> int:
        """How full it is; full is full."""
        return min(100, self.told * 100 // self.wanted)

    @property
    def is_public(self) -> bool:
        """Whether so many were told that nobody can tell who."""
        return self.told >= FEWEST_SHOWN


def thermometer(campaign: Campaign, told: int, families: int) -> Thermometer:
    """Of a campaign: `told` and all families of the school. A share is of at least one family."""
    if campaign.goal_is == "families":
        return Thermometer(told, campaign.goal)
    return Thermometer(told, max(1, math.ceil(families * campaign.goal / 100)))


def may_plan(school_id: str, viewer: Viewer) -> bool:
    """Coordinator and principal of the school, and the district."""
    return viewer.role in REVIEWS and viewer.sees_school(school_id)


def _sound(draft: CampaignDraft) -> CampaignDraft:
    if draft.ends < draft.begins:
        raise Refused(N_("The last day is before the first. Choose a later one."))
    if (draft.ends - draft.begins).days >= LONGEST:
        raise Refused(N_("A campaign takes three months at most. Choose an earlier last day."))
    if draft.goal_is == "percent" and draft.goal > 100:
        raise Refused(N_("More than all families can't be told: write at most 100 percent."))
    if len(draft.event_ids) > MOST_EVENTS:
        raise Refused(N_("Choose at most 20 events."))
    name, words = draft.name.strip(), draft.words.strip()
    return draft.model_copy(
        update={
            "name": name,
            "words": words,
            "event_ids": tuple(dict.fromkeys(draft.event_ids)),
        }
    )
