"""Families as people look for them: by class, by name, by who has waited longest."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from pymongo import ASCENDING, IndexModel

from services.contacts.domain.scripts import ways_of
from services.contacts.domain.search import CLOSE_ENOUGH, likeness, words_of
from services.contacts.domain.turns import Waiting
from services.contacts.domain.views import FamilyLine, Reach
from services.contacts.store.corrections import CorrectionRows
from shared import directory as shared_directory
from shared.directory import FAMILIES, HOUSEHOLDS, Directory
from shared.errors import NotFound
from shared.identity import Viewer
from shared.messages import FamilyChanged, HouseholdChanged
from shared.mongo import Database, Document, Kept, answering

FAMILIES_KEPT = (
    *shared_directory.KEPT,
    Kept(
        FAMILIES,
        (
            IndexModel([("tokens", ASCENDING)], name="tokens"),
            IndexModel([("active", ASCENDING), ("_id", ASCENDING)], name="active"),
        ),
    ),
    Kept(HOUSEHOLDS, (IndexModel([("guardian_ids", ASCENDING)], name="guardian_ids"),)),
)
MOST_LISTED = 2500
"""A school's families fit; a district is searched, not listed."""
MOST_COMPARED = 1000
"""Families whose names are compared letter by letter when nobody is spelled so."""
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_WAITING = {"guardians.language": 1, "guardians.interpreter": 1}
_LINE = {
    "family_id": 1, "students.given_name": 1, "students.family_name": 1, "students.grade": 1,
    "guardians.given_name": 1, "guardians.family_name": 1, "guardians.language": 1,
    "guardians.interpreter": 1,
}  # fmt: skip


@dataclass
class FamilyRows:
    """The directory's families with what only contacts knows of them."""

    database: Database
    directory: Directory
    corrections: CorrectionRows

    # --- one family -------------------------------------------------------------------------------

    async def sees(self, viewer: Viewer, family_id: str, on: date) -> bool:
        """Whether the viewer may see a family on a day. A closed family is seen by its school."""
        return await self.directory.sees_family(viewer, family_id, on)

    async def one(self, family_id: str, *, seen_by: Viewer, on: date) -> FamilyChanged:
        """One family in full; `NotFound` also where the viewer may not know of it."""
        family = await self.directory.family_seen_by(seen_by, family_id, on)
        if family is None:
            raise NotFound("There is no such family, or it is not one of yours.")
        return family

    async def households(
        self, family_id: str, *, seen_by: Viewer, on: date
    ) -> tuple[HouseholdChanged, ...]:
        """The family's households; none where the viewer may not see the family."""
        if not await self.sees(seen_by, family_id, on):
            return ()
        return tuple(await self.directory.households_of(family_id))

    async def reach(self, family_id: str, *, seen_by: Viewer, on: date) -> dict[str, Reach]:
        """Phone and address by adult; nothing where the viewer may not see the family, or where
        these are confidential and not for the viewer.
        """
        if not await self.sees(seen_by, family_id, on):
            return {}
        found = (await self.reach_on_file(family_id)).values()
        closed = await self.corrections.confidential([each.guardian_id for each in found])
        marked = (
            each.model_copy(update={"confidential": each.guardian_id in closed}) for each in found
        )
        return {each.guardian_id: each.seen_by(seen_by) for each in marked}

    # --- many -------------------------------------------------------------------------------------

    async def listed(
        self, *, seen_by: Viewer, on: date, class_id: str = "", query: str = "", most: int = 50
    ) -> list[FamilyLine]:
        """Families in sight; who has not heard good news for longest comes first."""
        scope = {"active": True, **await self.directory.sight(seen_by, on)}
        if class_id:
            scope = {"$and": [scope, {"students.enrollments.class_id": class_id}]}
        if words := words_of(query):
            return (await self._search(scope, words, most))[:most]
        if seen_by.role == "district" and not class_id:
            return []
        return (await self._lines(scope, MOST_LISTED))[:most]

    async def waiting(
        self, *, seen_by: Viewer, on: date, among: Sequence[str] | None = None
    ) -> list[Waiting]:
        """Families in sight, all or of some, as far as their turn needs it.

        Not all of a district, which is too large for a list.
        """
        if seen_by.role == "district" and among is None:
            return []
        scope = {"active": True, **await self.directory.sight(seen_by, on)}
        if among is not None:
            scope = {"$and": [{"_id": {"$in": list(among)}}, scope]}
        async with answering():
            cursor = self.database[FAMILIES].find(scope, _WAITING).limit(MOST_LISTED)
            rows = await cursor.batch_size(MOST_LISTED).to_list(None)
            heard = await self._heard([row["_id"] for row in rows])
        return [_waiting(row, heard.get(row["_id"], {})) for row in rows]

    async def lines(
        self, family_ids: Sequence[str], *, seen_by: Viewer, on: date
    ) -> list[FamilyLine]:
        """These families in this order, without those that the viewer may not see."""
        sight = await self.directory.sight(seen_by, on)
        found = await self._lines(
            {"$and": [{"_id": {"$in": list(family_ids)}}, sight]}, MOST_LISTED
        )
        by_id = {line.family_id: line for line in found}
        return [by_id[each] for each in family_ids if each in by_id]

    async def seen_among(
        self, family_ids: Sequence[str], *, seen_by: Viewer, on: date
    ) -> list[FamilyChanged]:
        """Those of some families that the viewer may see."""
        sight = await self.directory.sight(seen_by, on)
        query = {"$and": [{"_id": {"$in": list(family_ids)}}, sight]}
        async with answering():
            rows = await self.database[FAMILIES].find(query).to_list(None)
        return [FamilyChanged.model_validate(row) for row in rows]

    async def _search(self, scope: Document, words: Sequence[str], most: int) -> list[FamilyLine]:
        starts = [{"$or": [_begins(way) for way in ways_of(word)]} for word in words]
        found = await self._lines({"$and": [scope, *starts]}, most * 4)
        return found or await self._almost(scope, words, most)

    async def _almost(self, scope: Document, words: Sequence[str], most: int) -> list[FamilyLine]:
        """Nobody is spelled so: whoever is spelled nearly so, among those who share a beginning."""
        near = [{"tokens": {"$regex": f"^{re.escape(word[0])}"}} for word in words]
        query = {"$and": [scope, *near]}
        async with answering():
            cursor = self.database[FAMILIES].find(query, {**_LINE, "tokens": 1})
            rows = await cursor.limit(MOST_COMPARED).to_list(None)
        alike = await asyncio.to_thread(
            lambda: [(likeness(words, row.get("tokens", ())), row) for row in rows]
        )
        close = [pair for pair in alike if pair[0] >= CLOSE_ENOUGH]
        best = [row for _, row in sorted(close, key=lambda pair: -pair[0])[:most]]
        return await self._with_heard(best)

    async def _lines(self, query: Document, most: int) -> list[FamilyLine]:
        async with answering():
            rows = await self.database[FAMILIES].find(query, _LINE).limit(most).to_list(None)
        return sorted(await self._with_heard(rows), key=_longest_without_first)

    async def _with_heard(self, rows: Sequence[Document]) -> list[FamilyLine]:
        async with answering():
            heard = await self._heard([row["_id"] for row in rows])
        return [_line(row, heard.get(row["_id"], {})) for row in rows]

    async def _heard(self, ids: Sequence[str]) -> dict[str, Document]:
        """By family; moments are UTC and don't say so."""
        found = self.database.zoneless("heard").find({"_id": {"$in": ids}})
        rows = await found.batch_size(MOST_LISTED).to_list(None)
        return {row["_id"]: row for row in rows}

    # --- for changes ------------------------------------------------------------------------------

    async def reach_on_file(self, family_id: str) -> dict[str, Reach]:
        """Phone and address by adult, for a change that the family asks for; nobody is shown it."""
        async with answering():
            row = await self.database[FAMILIES].find_one({"_id": family_id}, {"own": 1})
        found = [Reach.model_validate(each) for each in (row or {}).get("own", {}).get("reach", ())]
        return {each.guardian_id: each for each in found}

    async def of_student(self, sourced_id: str) -> FamilyChanged | None:
        """The active family of the pupil whom the roster calls so; for other systems' facts."""
        query = {"students.sourced_ids": sourced_id, "active": True}
        async with answering():
            row = await self.database[FAMILIES].find_one(query)
        return FamilyChanged.model_validate(row) if row else None


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None


def _begins(way: str) -> Document:
    return {"tokens": {"$regex": f"^{re.escape(way)}"}}


def _line(row: Document, heard: Document) -> FamilyLine:
    students, guardians = row.get("students", []), row.get("guardians", [])
    return FamilyLine(
        family_id=row["_id"],
        students=tuple(_name(each) for each in students),
        guardians=tuple(_name(each) for each in guardians),
        grades=tuple(dict.fromkeys(each["grade"] for each in students if each.get("grade"))),
        languages=tuple(dict.fromkeys(each["language"] for each in guardians)),
        interpreter=any(each.get("interpreter") for each in guardians),
        interpreted=_interpreted(guardians),
        good_news_at=_utc(heard.get("good_news_at")),
        contact_at=_utc(heard.get("contact_at")),
    )


def _waiting(row: Document, heard: Document) -> Waiting:
    spoken = heard.get("spoken") or {}
    return Waiting(
        row["_id"],
        _interpreted(row.get("guardians", ())),
        good_news_at=_utc(heard.get("good_news_at")),
        tried_at=_utc(heard.get("tried_at")),
        concern_at=_utc(heard.get("concern_at")),
        spoken_at=_utc(spoken.get("at")),
        spoken_about=spoken.get("tone"),
    )


def _interpreted(guardians: Sequence[Document]) -> tuple[str, ...]:
    needed = [each["language"] for each in guardians if each.get("interpreter")]
    return tuple(dict.fromkeys(needed)) if needed else ()


def _name(person: Document) -> str:
    return f"{person['given_name']} {person['family_name']}".strip()


def _longest_without_first(line: FamilyLine) -> tuple[datetime, datetime, tuple[str, ...]]:
    return (line.good_news_at or _LONG_AGO, line.contact_at or _LONG_AGO, line.students)
