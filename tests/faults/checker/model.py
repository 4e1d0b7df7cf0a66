"""The reference model: what a contact, an answer, an evening or a letter adds to the figures.

Written from the documents of the platform, not from its code: days are those of the school's time
zone; a contact counts for the district, its school and each of its classes; a family's month holds
how often it was told, told good news, and reached.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tests.faults.checker.run import moment
from tests.faults.checker.verdict import canonical

Facts = Mapping[str, Any]
GOT_THERE = {"reached", "voicemail", "message_left", "sent", "handed_out"}


@lru_cache(maxsize=1024)
def zone_named(name: str) -> ZoneInfo:
    """A time zone; UTC where the name is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def day_of(when: datetime | str, zone: str) -> date:
    """The day of a moment where the school is."""
    at = moment(when) if isinstance(when, str) else when
    return at.astimezone(zone_named(zone)).date()


@lru_cache(maxsize=1024)
def escaped(origin: str) -> str:
    """An origin as it stands in the name of a cell."""
    return "".join(f"%{ord(sign):02X}" if sign in "%.$|\0" else sign for sign in origin)


class Homes:
    """Where families have, or had, their pupils; and the time zone of each school."""

    def __init__(self) -> None:
        self.zones: dict[str, str] = {}
        self.schools: dict[str, set[str]] = defaultdict(set)

    def learn_family(self, family_id: str, school_ids: Iterable[str]) -> None:
        """A family has pupils in these schools."""
        self.schools[family_id].update(school_ids)

    def zone_of_family(self, family_id: str) -> str | None:
        """By its schools; None while none of them is known."""
        known = sorted(self.schools.get(family_id, set()) & self.zones.keys())
        return self.zones[known[0]] if known else None


class Model:
    """Figures, added up one thing after the other."""

    def __init__(self, homes: Homes) -> None:
        self.homes = homes
        self.counts: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
        self.marks: dict[str, Counter[str]] = defaultdict(Counter)
        self.waiting: set[str] = set()

    def contact(self, number: str, facts: Facts) -> None:
        """A conversation or an attempt at one, as it stands."""
        zone = self.homes.zones.get(facts["school_id"])
        if zone is None:
            self.waiting.add(f"contact|{number}")
            return
        day = day_of(facts["occurred_at"], zone).isoformat()
        names = ("tone", "channel", "outcome", "direction")
        cell = "|".join(["contact", *(facts[name] for name in names), escaped(facts["origin"])])
        self._count(day, facts["school_id"], facts["class_ids"], cell)
        marks = list(_marks_of_contact(facts["direction"], facts["outcome"], facts["tone"]))
        self._mark(facts["family_id"], day, marks)

    def answer(self, number: str, facts: Facts) -> None:
        """What a household answered last."""
        zone = self.homes.zones.get(facts["school_id"])
        if zone is None:
            self.waiting.add(f"rsvp|{number}")
            return
        day = day_of(facts["answered_at"], zone).isoformat()
        cell = f"answer|{facts['answer']}|{escaped(facts['origin'])}"
        self._count(day, facts["school_id"], (), cell)
        for family_id in set(facts["family_ids"]):
            self._mark(family_id, day, ["reached"])

    def ask(self, number: str, facts: Facts) -> None:
        """What a family asked for on its own page: a sign that it was reached, and no more."""
        zone = self.homes.zones.get(facts["school_id"])
        if zone is None:
            self.waiting.add(f"asked|{number}")
            return
        for family_id in set(facts["family_ids"]):
            self._mark(family_id, day_of(facts["asked_at"], zone).isoformat(), ["reached"])

    def reply(self, number: str, facts: Facts) -> None:
        """A letter that was answered by mail."""
        zone = self.homes.zones.get(facts["school_id"])
        if zone is None:
            self.waiting.add(f"reply|{number}")
            return
        day = day_of(facts["replied_at"], zone).isoformat()
        self._count(day, facts["school_id"], (), f"reply|{escaped(facts['kind'])}")
        for family_id in set(facts["family_ids"]):
            self._mark(family_id, day, ["reached"])

    def school_event(self, facts: Facts) -> None:
        """An evening to which families are invited."""
        day = day_of(facts["starts_at"], facts["time_zone"]).isoformat()
        self._count(day, facts["school_id"], facts["class_ids"], "event")

    def letter(self, number: str, facts: Facts) -> None:
        """A letter that the mail service took and that did not come back."""
        marks = ["told", "good"] if facts["good_news"] else ["told"]
        for family_id in set(facts["family_ids"]):
            zone = self.homes.zone_of_family(family_id)
            if zone is None:
                self.waiting.add(f"delivery|{number}")
            else:
                day = day_of(facts["accepted_at"], zone).isoformat()
                self._mark(family_id, day, marks)

    def lines(self) -> dict[str, str]:
        """All figures by name, in canonical form, without zeros."""
        found: dict[str, str] = {}
        for place, cells in self.counts.items():
            if left := {name: n for name, n in cells.items() if n}:
                found["count " + "|".join(place)] = canonical(left)
        for family_id, marks in self.marks.items():
            if left := {name: n for name, n in marks.items() if n}:
                found[f"family {family_id}"] = canonical(left)
        return found

    def _count(self, day: str, school_id: str, class_ids: Iterable[str], cell: str) -> None:
        self.counts[day, "", ""][cell] += 1
        self.counts[day, school_id, ""][cell] += 1
        for class_id in set(class_ids):
            self.counts[day, school_id, class_id][cell] += 1

    def _mark(self, family_id: str, day: str, marks: Iterable[str]) -> None:
        for mark in marks:
            self.marks[family_id][f"{day[:7]}.{mark}"] += 1


@lru_cache(maxsize=1024)
def _marks_of_contact(direction: str, outcome: str, tone: str) -> tuple[str, ...]:
    spoke, arrived = outcome == "reached", outcome in GOT_THERE
    from_family = direction == "from_family"
    told = spoke if from_family else arrived
    reached = arrived if from_family else spoke
    good = told and tone == "good_news"
    return tuple(
        name for name, holds in (("told", told), ("good", good), ("reached", reached)) if holds
    )
