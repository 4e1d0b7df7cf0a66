"""What pages read: counters and family states, never the ledger: its length costs them nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.reports.domain.coverage import UNKNOWN_LANGUAGE, Cells, Tally
from services.reports.store.figures import Generation, marks_of
from services.reports.store.ledger import Ledger
from shared.mongo import Database, Document, answering

_MARKS = ("good", "told", "reached")


@dataclass(frozen=True)
class FamilyFigures:
    """One family's months, and the families that it came from."""

    active: bool
    marks: dict[str, int]
    forebears: tuple[str, ...]


@dataclass
class Reading:
    """Reads of the current generation."""

    database: Database
    ledger: Ledger

    async def _current(self) -> Generation:
        return Generation(self.database, (await self.ledger.head()).generation)

    async def days(
        self, school_id: str, class_id: str, begins: date, ends: date
    ) -> dict[str, dict[str, int]]:
        """The cells of each day of a school (`""`: the district) or class."""
        query = {
            "school": school_id,
            "class": class_id,
            "day": {"$gte": begins.isoformat(), "$lte": ends.isoformat()},
        }
        figures = await self._current()
        async with answering():
            return {row["day"]: row.get("n", {}) async for row in figures.counts.find(query)}

    async def cells(self, months: Sequence[str], school_id: str | None = None) -> Cells:
        """The tallies of active families over some months; of one school's families, or of all."""
        figures = await self._current()
        pipeline = [
            {"$match": _active(school_id)},
            {"$project": _flags(months) | {"schools": 1, "grades": 1, "languages": _languages()}},
            {
                "$facet": {
                    "total": [_group(None)],
                    "schools": [{"$unwind": "$schools"}, _group("$schools")],
                    "languages": [{"$unwind": "$languages"}, _group("$languages")],
                    "grades": [
                        {"$set": {"grade": {"$setUnion": ["$grades.grade"]}}},
                        {"$unwind": "$grade"},
                        _group("$grade"),
                    ],
                    "school_languages": [
                        {"$unwind": "$schools"},
                        {"$unwind": "$languages"},
                        _group({"a": "$schools", "b": "$languages"}),
                    ],
                    "school_grades": [
                        {"$unwind": "$grades"},
                        _group({"a": "$grades.school", "b": "$grades.grade"}),
                    ],
                }
            },
        ]
        async with answering():
            rows = await figures.families.aggregate(pipeline).to_list(1)
        return _cells(rows[0]) if rows else Cells()

    async def by_month(
        self, months: Sequence[str], school_id: str | None = None
    ) -> dict[str, Tally]:
        """For each month: how many of the families that are active now were told, reached in it."""
        figures = await self._current()
        # Only the months that a family has are looked at: four times as fast as asking for each.
        counted = {
            mark: {"$sum": {"$cond": [{"$gt": [f"$m.v.{mark}", 0]}, 1, 0]}} for mark in _MARKS
        }
        pipeline: list[Document] = [
            {"$match": _active(school_id)},
            {"$project": {"m": {"$objectToArray": "$m"}}},
            {"$unwind": "$m"},
            {"$match": {"m.k": {"$in": list(months)}}},
            {"$group": {"_id": "$m.k", **counted}},
        ]
        async with answering():
            families = await figures.families.count_documents(_active(school_id))
            rows = await figures.families.aggregate(pipeline).to_list(None)
        found = {row["_id"]: [row[mark] for mark in _MARKS] for row in rows}
        return {month: Tally(families, *found.get(month, (0, 0, 0))) for month in months}

    async def family(self, family_id: str) -> FamilyFigures | None:
        """One family's figures; who may see it is asked before."""
        figures = await self._current()
        async with answering():
            row = await figures.families.find_one({"_id": family_id})
        if row is None:
            return None
        marks = {name: number for name, number in marks_of(row).items() if number > 0}
        return FamilyFigures(bool(row.get("active")), marks, tuple(row.get("forebears", ())))


def _active(school_id: str | None) -> Document:
    return {"active": True, **({"schools": school_id} if school_id else {})}


def _languages() -> Document:
    none: Document = {"$eq": ["$languages", []]}
    return {"$cond": [none, [UNKNOWN_LANGUAGE], "$languages"]}


def _marked(month: str, mark: str) -> Document:
    return {"$gt": [{"$ifNull": [f"$m.{month}.{mark}", 0]}, 0]}


def _flags(months: Sequence[str]) -> Document:
    return {
        mark: {"$cond": [{"$or": [_marked(month, mark) for month in months]}, 1, 0]}
        for mark in _MARKS
    }


def _group(by: Any) -> Document:
    sums = {mark: {"$sum": f"${mark}"} for mark in _MARKS}
    return {"$group": {"_id": by, "families": {"$sum": 1}, **sums}}


def _cells(found: Document) -> Cells:
    total = [_tally(row) for row in found["total"]]
    return Cells(
        total[0] if total else Tally(),
        {row["_id"]: _tally(row) for row in found["schools"]},
        {row["_id"]: _tally(row) for row in found["languages"]},
        {row["_id"]: _tally(row) for row in found["grades"]},
        {(row["_id"]["a"], row["_id"]["b"]): _tally(row) for row in found["school_languages"]},
        {(row["_id"]["a"], row["_id"]["b"]): _tally(row) for row in found["school_grades"]},
    )


def _tally(row: Document) -> Tally:
    return Tally(row["families"], *(row[mark] for mark in _MARKS))
