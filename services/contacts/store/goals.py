"""What goals are counted from: own families with their educators, and who brought good news."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from services.contacts.domain.contact import TOLD
from services.contacts.domain.goals import Decided, Goals
from services.contacts.store.contacts import CONTACTS
from shared.directory import EDUCATORS, FAMILIES, Directory
from shared.identity import Viewer
from shared.messages import Assignment, Channel, Direction, EducatorChanged, Tone
from shared.mongo import Database, Document, Kept, answering
from shared.outbox import Work
from shared.sight import in_sight

GOALS = "goals"
GOALS_KEPT = (Kept(GOALS),)
COUNTS: tuple[Tone, ...] = ("good_news", "hello")
"""Just to say hello counts as well."""
_DISTRICT = "district"


@dataclass(frozen=True)
class Brought:
    """One contact that may count: who brought it to whom, and whether the family could hear it."""

    family_id: str
    account_id: str
    educator_id: str | None
    channel: Channel
    direction: Direction
    origin: str
    occurred_at: datetime
    told: bool


@dataclass
class GoalRows:
    """Settings, and what progress is counted from."""

    database: Database
    directory: Directory

    # --- what is asked for ------------------------------------------------------------------------

    async def decided(self, school_id: str | None) -> Decided:
        """What holds at a school: its own goals, else the district's, else those of the essay."""
        async with answering():
            query = {"_id": {"$in": [_DISTRICT, school_id or _DISTRICT]}}
            rows = {row["_id"]: row async for row in self.database[GOALS].find(query)}
        district = rows.get(_DISTRICT, {})
        text = (rows.get(school_id or "") or district).get("goals")
        goals = Goals.model_validate_json(text) if text else Goals()
        return Decided(goals, bool(district.get("opened")))

    async def own_goals(self, school_id: str) -> bool:
        """Whether a school has goals of its own."""
        async with answering():
            return await self.database[GOALS].find_one({"_id": school_id}, {"_id": 1}) is not None

    async def decide(
        self, school_id: str | None, goals: Goals, *, opened: bool, by: str, work: Work
    ) -> None:
        """Keep goals of a school, or of the district; `by` is the account that decided."""
        row = {"goals": goals.model_dump_json(), "by": by, "at": work.now}
        if school_id is None:
            row["opened"] = opened
        await self.database[GOALS].replace_one(
            {"_id": school_id or _DISTRICT}, row, upsert=True, session=work.session
        )

    async def drop(self, school_id: str, work: Work) -> None:
        """From now on the district's goals hold at a school."""
        await self.database[GOALS].delete_one({"_id": school_id}, session=work.session)

    # --- what is done -----------------------------------------------------------------------------

    async def classes_by_family(self, *, seen_by: Viewer, on: date) -> dict[str, frozenset[str]]:
        """The classes of each active family in sight on a day."""
        query = {"active": True, **await self.directory.sight(seen_by, on)}
        async with answering():
            rows = self.database[FAMILIES].find(query, {"students.enrollments": 1})
            return {row["_id"]: _classes(row, on) async for row in rows}

    async def there_for(self, classes: Mapping[str, frozenset[str]]) -> list[EducatorChanged]:
        """The active educators who are or were with any of these families' classes, or to whom
        one of them was given, by name.
        """
        held = {"$in": sorted(frozenset[str]().union(*classes.values()))}
        either = [{"assignments.class_id": held}, {"caseload.family_id": {"$in": sorted(classes)}}]
        query = {"active": True, "$or": either}
        order = [("family_name", 1), ("given_name", 1), ("_id", 1)]
        async with answering():
            rows = await self.database[EDUCATORS].find(query).sort(order).to_list(None)
        return [EducatorChanged.model_validate(row) for row in rows]

    async def brought(self, family_ids: Collection[str], since: datetime) -> list[Brought]:
        """Who brought these families good news, or said hello, or tried to.

        The caller names families that the viewer was allowed to see just before.
        """
        query = {
            "family_id": {"$in": sorted(family_ids)},
            "occurred_at": {"$gte": since},
            "retraction": None,
            "direction": "to_family",
            "tone": {"$in": list(COUNTS)},
        }
        wanted = ("family_id", "account_id", "educator_id", "channel", "direction", "origin",
                  "occurred_at", "outcome")  # fmt: skip
        async with answering():
            rows = self.database[CONTACTS].find(query, dict.fromkeys(wanted, 1))
            return [_brought(row) async for row in rows]


def _classes(row: Document, on: date) -> frozenset[str]:
    held = [
        Assignment.model_validate(each)
        for student in row.get("students", ())
        for each in student.get("enrollments", ())
    ]
    return frozenset(each.class_id for each in held if in_sight(each, on))


def _brought(row: Document) -> Brought:
    return Brought(
        family_id=row["family_id"],
        account_id=row["account_id"],
        educator_id=row.get("educator_id"),
        channel=row["channel"],
        direction=row["direction"],
        origin=row["origin"],
        occurred_at=row["occurred_at"],
        told=row["outcome"] in TOLD,
    )
