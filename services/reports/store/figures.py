"""One generation of figures: counters, families, what waits. A rebuild makes the next beside it."""

import hashlib
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field

from pymongo import ASCENDING, IndexModel, UpdateOne

from services.reports.domain.facts import Fact
from services.reports.domain.figures import count_line, family_line, place_id, waiting_line
from services.reports.domain.fold import Changes, FamilyState, unblocks
from services.reports.domain.zones import Known
from shared import messages as m
from shared.mongo import Collection, Database, Document, Kept, Session, answering


def _index(*fields: str) -> IndexModel:
    return IndexModel([(name, ASCENDING) for name in fields], name="_".join(fields))


_COUNTED = {
    "bsonType": "object",
    "required": ["day", "school", "class", "n"],
    "properties": {
        "day": {"bsonType": "string"},
        "school": {"bsonType": "string"},
        "class": {"bsonType": "string"},
        "n": {"bsonType": "object"},
    },
}


@dataclass
class Generation:
    """The figures under one number."""

    database: Database
    number: int
    # What never changes once it is known, so that most batches need not ask; filled after commits.
    _known: Known = field(default_factory=Known)

    @property
    def counts(self) -> Collection:
        """A row for each day, school ("" all) and class ("" all), with its cells under `n`."""
        return self.database[f"counts_{self.number}"]

    @property
    def families(self) -> Collection:
        """A row for each family: what coverage needs of it, and its months under `m`."""
        return self.database[f"families_{self.number}"]

    @property
    def zones(self) -> Collection:
        """The time zone by which each school's days are counted."""
        return self.database[f"zones_{self.number}"]

    @property
    def waiting(self) -> Collection:
        """Things that wait for a school or a family to become known."""
        return self.database[f"waiting_{self.number}"]

    async def ensure(self) -> None:
        """Make its collections and indexes."""
        await self.database.ensure(
            Kept(f"counts_{self.number}", (_index("school", "class", "day"),), _COUNTED),
            Kept(f"families_{self.number}", (_index("active", "schools"),)),
            Kept(f"zones_{self.number}"),
            Kept(f"waiting_{self.number}", (_index("needs"),)),
        )

    async def drop(self) -> None:
        """Forget all of it."""
        async with answering():
            for each in (self.counts, self.families, self.zones, self.waiting):
                await each.drop()

    async def seed_zones(self, zones: dict[str, str]) -> None:
        """Count the days of schools by these time zones from the start."""
        async with answering():
            for school_id, zone in zones.items():
                await self.zones.update_one(
                    {"_id": school_id}, {"$set": {"zone": zone}}, upsert=True
                )

    # --- before a fold ----------------------------------------------------------------------------

    async def unblocked_by(self, facts: Iterable[Fact], session: Session) -> list[str]:
        """The things that waited for what these facts tell."""
        told = unblocks(facts)
        if not told:
            return []
        cursor = self.waiting.find({"needs": {"$in": list(told)}}, {"_id": 1}, session=session)
        return [row["_id"] async for row in cursor]

    async def known(self, facts: Iterable[Fact], session: Session) -> Known:
        """What is known of the schools and families in these facts."""
        schools, families = _asked(facts)
        cached = self._known
        homes: dict[str, frozenset[str]] = {}
        if missing := families - cached.family_zones.keys():
            query = {"_id": {"$in": list(missing)}}
            wanted = {"zone": 1, "homes": 1}
            async for row in self.families.find(query, wanted, session=session):
                if "zone" in row:
                    cached.family_zones[row["_id"]] = row["zone"]
                homes[row["_id"]] = frozenset(row.get("homes", ()))
                schools |= homes[row["_id"]]
        if not schools <= cached.zones.keys():
            async for row in self.zones.find({}, session=session):
                cached.zones[row["_id"]] = row["zone"]
        zones = cached.family_zones
        return Known(
            dict(cached.zones), {each: zones[each] for each in families if each in zones}, homes
        )

    def remember(self, learned: Known) -> None:
        """Once a batch is committed: what it made known."""
        self._known.zones.update(learned.zones)
        self._known.family_zones.update(learned.family_zones)

    # --- the effect of a fold ---------------------------------------------------------------------

    async def write(self, changes: Changes, session: Session) -> None:
        """Bring the figures up to date, in the transaction of the ledger's rows."""
        if counts := _count_updates(changes):
            await self.counts.bulk_write(counts, ordered=False, session=session)
        if families := _family_updates(changes):
            await self.families.bulk_write(families, ordered=False, session=session)
        if changes.known.zones:
            zones = [
                UpdateOne({"_id": school_id}, {"$setOnInsert": {"zone": zone}}, upsert=True)
                for school_id, zone in changes.known.zones.items()
            ]
            await self.zones.bulk_write(zones, ordered=False, session=session)
        for about, needs in changes.waiting.items():
            row = {"needs": list(needs)}
            await self.waiting.update_one(
                {"_id": about}, {"$set": row}, upsert=True, session=session
            )
        if changes.no_longer_waiting:
            done = {"_id": {"$in": list(changes.no_longer_waiting)}}
            await self.waiting.delete_many(done, session=session)

    async def digest(self) -> str:
        """Names the figures by their content, as `domain.figures.Figures.digest` does."""
        digest = hashlib.sha256()
        async for line in self.lines():
            digest.update(line)
        return digest.hexdigest()

    async def lines(self) -> AsyncIterator[bytes]:
        """All figures in their canonical form, in order."""
        async with answering():
            async for row in self.counts.find().sort("_id", ASCENDING):
                yield count_line(row["day"], row["school"], row["class"], row.get("n", {}))
            async for row in self.families.find().sort("_id", ASCENDING):
                yield family_line(row["_id"], _state(row), marks_of(row), row.get("forebears", ()))
            async for row in self.waiting.find().sort("_id", ASCENDING):
                yield waiting_line(row["_id"], row["needs"])


def _asked(facts: Iterable[Fact]) -> tuple[set[str], set[str]]:
    schools: set[str] = set()
    families: set[str] = set()
    for fact in facts:
        said = fact.message
        if type(said) is m.ContactLogged:  # most are
            schools.add(said.school_id)
            continue
        if isinstance(said, m.ContactCorrected):
            said = said.now
        answering = m.ContactLogged | m.EventRSVPd | m.FamilyAsked | m.GuardianReplied
        if isinstance(said, answering | m.SchoolChanged):
            schools.add(said.school_id)
        elif isinstance(said, m.NoticeAccepted):
            families.update(said.family_ids)
        elif isinstance(said, m.FamilyChanged):
            families.add(said.family_id)
    return schools, families


def _count_updates(changes: Changes) -> list[UpdateOne]:
    return [
        UpdateOne(
            {"_id": place_id(place)},
            {
                "$inc": {f"n.{cell}": by for cell, by in cells.items()},
                "$setOnInsert": {"day": place[0], "school": place[1], "class": place[2]},
            },
            upsert=True,
        )
        for place, cells in changes.counts.items()
    ]


def _family_updates(changes: Changes) -> list[UpdateOne]:
    updates = [
        UpdateOne(
            {"_id": family_id},
            {"$inc": {f"m.{path}": by for path, by in marks.items()}},
            upsert=True,
        )
        for family_id, marks in changes.marks.items()
    ]
    updates += [
        UpdateOne({"_id": family_id}, newer_wins(state.stamp, _row(state)), upsert=True)
        for family_id, state in changes.families.items()
    ]
    updates += [
        UpdateOne({"_id": family_id}, {"$set": {"zone": zone}}, upsert=True)
        for family_id, zone in changes.known.family_zones.items()
    ]
    updates += [
        UpdateOne({"_id": family_id}, {"$set": {"homes": sorted(homes)}}, upsert=True)
        for family_id, homes in changes.known.homes.items()
    ]
    updates += [
        UpdateOne(
            {"_id": family_id},
            {"$addToSet": {"forebears": {"$each": sorted(from_ids)}}},
            upsert=True,
        )
        for family_id, from_ids in changes.forebears.items()
    ]
    return updates


def newer_wins(stamp: str, document: Document) -> Sequence[Document]:
    """An update that sets the fields of a document unless those kept are newer."""
    kept_is_newer = {"$gte": [{"$ifNull": ["$stamp", ""]}, stamp]}
    both = {"$mergeObjects": ["$$ROOT", {"$literal": {**document, "stamp": stamp}}]}
    return [{"$replaceWith": {"$cond": [kept_is_newer, "$$ROOT", both]}}]


def _row(state: FamilyState) -> Document:
    return {
        "active": state.active,
        "schools": list(state.schools),
        "grades": [{"school": school, "grade": grade} for school, grade in state.grades],
        "languages": list(state.languages),
    }


def _state(row: Document) -> FamilyState | None:
    if "stamp" not in row:
        return None
    return FamilyState(
        stamp=row["stamp"],
        active=row["active"],
        schools=tuple(row["schools"]),
        grades=tuple((each["school"], each["grade"]) for each in row["grades"]),
        languages=tuple(row["languages"]),
    )


def marks_of(row: Document) -> dict[str, int]:
    """A family's marks by month and name, such as `2026-11.told`."""
    months: dict[str, dict[str, int]] = row.get("m", {})
    return {
        f"{month}.{name}": number
        for month, marks in months.items()
        for name, number in marks.items()
    }
