"""Where a day ends: in the time zone of the school, and of a family by its pupils' school."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.reports.domain.facts import Fact
from shared import messages as m


@dataclass
class Known:
    """What decides where a day ends. The first word on a zone stays until the next rebuild."""

    zones: dict[str, str] = field(default_factory=dict)
    """The time zone of each school."""
    family_zones: dict[str, str] = field(default_factory=dict)
    """The time zone of each family: that of a school of its pupils."""
    homes: dict[str, frozenset[str]] = field(default_factory=dict)
    """All schools in which a family had pupils; of families without a zone at least."""

    def learn(self, facts: Iterable[Fact]) -> "Known":
        """What some facts add; given back is only what is new."""
        new = Known()
        ask = set[str]()
        for fact in facts:
            said = fact.message
            if type(said) is m.ContactLogged:
                continue  # most are, and they tell nothing of zones
            if isinstance(said, m.SchoolChanged) and said.school_id not in self.zones:
                new.zones.setdefault(said.school_id, said.time_zone)
            elif isinstance(said, m.FamilyChanged):
                ask.add(said.family_id)
                schools = {each.school_id for each in said.students}
                known = new.homes.get(said.family_id) or self.homes.get(said.family_id, frozenset())
                if said.family_id not in self.family_zones and not schools <= known:
                    new.homes[said.family_id] = known | schools
            elif isinstance(said, m.NoticeAccepted):
                ask.update(said.family_ids)
        zones = self.zones | new.zones if new.zones else self.zones
        for family_id in ask - self.family_zones.keys():
            homes = new.homes.get(family_id) or self.homes.get(family_id, frozenset())
            if found := sorted(homes & zones.keys())[:1]:
                new.family_zones[family_id] = zones[found[0]]
        return new

    def with_(self, new: "Known") -> "Known":
        """Both together."""
        return Known(
            self.zones | new.zones,
            self.family_zones | new.family_zones,
            self.homes | new.homes,
        )

    def __bool__(self) -> bool:
        """Whether anything is known."""
        return bool(self.zones or self.family_zones or self.homes)


def day_in(moment: datetime, zone: str) -> str:
    """The day of a moment in a time zone, such as 2026-11-23; in UTC where the zone is none."""
    return moment.astimezone(zone_of(zone)).date().isoformat()


@lru_cache(maxsize=256)
def zone_of(name: str) -> ZoneInfo:
    """A time zone by its name; UTC where the name is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
