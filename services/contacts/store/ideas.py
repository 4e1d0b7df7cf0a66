"""Sentences and ideas that educators share."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel

from services.contacts.domain.ideas import Idea
from services.contacts.store.resources import Chosen
from shared.directory import FAMILIES
from shared.errors import Conflict, NotFound
from shared.mongo import Database, Document, Kept, answering
from shared.outbox import Work

IDEAS = "ideas"
_NEWEST = [("changed_at", DESCENDING), ("_id", DESCENDING)]
IDEAS_KEPT = (
    Kept(
        IDEAS,
        (
            IndexModel([("school_id", ASCENDING), *_NEWEST], name="of_school"),
            IndexModel([("offered", ASCENDING), *_NEWEST], name="offered"),
        ),
        {"required": ["school_id", "kind", "title", "words", "account_id", "version"]},
    ),
)
MOST_STARTERS = 60
After = tuple[datetime, str]


@dataclass
class IdeaRows:
    """Nothing here is about a family; whose school it is, is asked before."""

    database: Database

    async def of_schools(
        self, school_ids: Collection[str], chosen: Chosen, *, after: After | None, most: int
    ) -> list[Idea]:
        """Those of these schools, newest first."""
        return await self._found({"school_id": {"$in": sorted(school_ids)}}, chosen, after, most)

    async def elsewhere(
        self, school_ids: Collection[str], chosen: Chosen, *, after: After | None, most: int
    ) -> list[Idea]:
        """What other schools offer, newest first."""
        query = {"offered": True, "school_id": {"$nin": sorted(school_ids)}}
        return await self._found(query, chosen, after, most)

    async def starters_of(self, school_ids: Collection[str]) -> list[Idea]:
        """The sentences of these schools, newest first; those that are reported are left out."""
        query = {"school_id": {"$in": sorted(school_ids)}, "kind": "starter", "reports": []}
        return await self._found(query, Chosen(), None, MOST_STARTERS)

    async def one(self, idea_id: str) -> Idea:
        """One of them; `NotFound`."""
        async with answering():
            row = await self.database[IDEAS].find_one({"_id": idea_id})
        if row is None:
            raise NotFound("There is no such idea.")
        return Idea.model_validate(row)

    async def add(self, idea: Idea, work: Work) -> None:
        """Keep a new one."""
        await self.database[IDEAS].insert_one(_row(idea), session=work.session)

    async def replace(self, before: Idea, now: Idea, work: Work) -> None:
        """Keep the next version; `Conflict` when somebody was faster."""
        known = {"_id": now.idea_id, "version": before.version}
        found = await self.database[IDEAS].replace_one(known, _row(now), session=work.session)
        if not found.matched_count:
            raise Conflict("Somebody else changed this just now. Look at it again.")

    async def drop(self, idea: Idea, work: Work) -> None:
        """Take it back; copies of other schools are theirs."""
        await self.database[IDEAS].delete_one({"_id": idea.idea_id}, session=work.session)

    async def names_among(self, words: Collection[str], school_id: str) -> frozenset[str]:
        """Which folded words are names in a school's families; only these words come back."""
        asked = sorted(words)
        steps: list[dict[str, Any]] = [
            {"$match": {"students.school_id": school_id, "tokens": {"$in": asked}}},
            {"$unwind": "$tokens"},
            {"$match": {"tokens": {"$in": asked}}},
            {"$group": {"_id": "$tokens"}},
        ]
        async with answering():
            rows = self.database[FAMILIES].aggregate(steps)
            return frozenset([str(row["_id"]) async for row in rows])

    async def _found(
        self, query: Document, chosen: Chosen, after: After | None, most: int
    ) -> list[Idea]:
        narrowed: Document = {**query, **chosen.query()}
        if after:
            moment, idea_id = after
            earlier = {"changed_at": {"$lt": moment}}
            narrowed["$or"] = [earlier, {"changed_at": moment, "_id": {"$lt": idea_id}}]
        async with answering():
            rows = self.database[IDEAS].find(narrowed).sort(_NEWEST).limit(most)
            return [Idea.model_validate(row) async for row in rows]


def _row(idea: Idea) -> Document:
    return {"_id": idea.idea_id, **idea.model_dump()}
