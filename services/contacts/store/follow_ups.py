"""What is kept of follow-ups."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from pymongo import ASCENDING, DESCENDING, IndexModel

from services.contacts.domain.follow_ups import LOOKS_AFTER, FollowUp
from shared.errors import Conflict, NotFound
from shared.identity import Viewer
from shared.mongo import Database, Document, Kept, answering
from shared.outbox import Work

FOLLOW_UPS = "follow_ups"
Of = Literal["mine", "made", "school"]
"""Those that the viewer does, those that the viewer made for others, those of the school."""
Place = tuple[str, str]
"""Where a list goes on: the day or moment, and the id, of the last one shown."""


def _index(*fields: str) -> IndexModel:
    return IndexModel([(name, ASCENDING) for name in fields], name="_".join(fields))


FOLLOW_UPS_KEPT = (
    Kept(
        FOLLOW_UPS,
        indexes=(
            _index("assignee.account_id", "state", "due_on"),
            _index("assignee.educator_id", "state", "due_on"),
            _index("made_by", "state", "due_on"),
            _index("school_id", "state", "due_on"),
            _index("family_id", "state"),
            IndexModel([("asked.student_id", ASCENDING)], name="asked_of", sparse=True),
            IndexModel(
                [("school_id", ASCENDING), ("changed_at", DESCENDING)], name="newest_of_school"
            ),
        ),
        schema={
            "required": ["family_id", "school_id", "due_on", "state", "version", "made_by"],
            "properties": {
                "due_on": {"bsonType": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
                "state": {"enum": ["open", "done", "dropped"]},
                "version": {"bsonType": ["int", "long"], "minimum": 1},
            },
        },
    ),
)


@dataclass
class FollowUpRows:
    """Whether the viewer still sees the families is asked of `families` by the caller."""

    database: Database

    async def add(self, follow_up: FollowUp, work: Work) -> None:
        """Keep a new one."""
        await self.database[FOLLOW_UPS].insert_one(_row(follow_up), session=work.session)

    async def known(self, follow_up_id: str, work: Work) -> FollowUp | None:
        """One of them within a transaction."""
        row = await self.database[FOLLOW_UPS].find_one({"_id": follow_up_id}, session=work.session)
        return FollowUp.model_validate(row) if row else None

    async def replace(self, before: FollowUp, now: FollowUp, work: Work) -> None:
        """Keep it as it is now; `Conflict` when somebody was faster."""
        found = await self.database[FOLLOW_UPS].replace_one(
            {"_id": now.follow_up_id, "version": before.version}, _row(now), session=work.session
        )
        if not found.matched_count:
            raise Conflict("Somebody else changed this follow-up just now. Look at it again.")

    async def one(self, follow_up_id: str, *, seen_by: Viewer) -> FollowUp:
        """One that the viewer does, made or looks after; `NotFound`."""
        query = {"$and": [{"_id": follow_up_id}, _concerning(seen_by)]}
        async with answering():
            row = await self.database[FOLLOW_UPS].find_one(query)
        if row is None:
            raise NotFound("There is no such follow-up, or you may not see it.")
        return FollowUp.model_validate(row)

    async def families_in(self, of: Of, *, seen_by: Viewer, is_open: bool = True) -> list[str]:
        """The families of a list."""
        query = {**_scope(of, seen_by), "state": _state(is_open=is_open)}
        async with answering():
            return [str(each) for each in await self.database[FOLLOW_UPS].distinct(
                "family_id", query
            )]  # fmt: skip

    async def open_ones(
        self,
        of: Of,
        *,
        seen_by: Viewer,
        family_ids: Collection[str] | None = None,
        until: date | None = None,
        after: Place | None = None,
        most: int = 100,
    ) -> list[FollowUp]:
        """Those that are not closed, the earliest day first; `until` is included."""
        query: Document = {**_scope(of, seen_by), "state": "open"}
        if family_ids is not None:
            query["family_id"] = {"$in": sorted(family_ids)}
        if until is not None:
            query["due_on"] = {"$lte": until.isoformat()}
        if after is not None:
            query = {"$and": [query, _beyond("due_on", "$gt", *after)]}
        return await self._several(query, [("due_on", 1), ("_id", 1)], most)

    async def closed_ones(
        self,
        of: Of,
        *,
        seen_by: Viewer,
        family_ids: Collection[str],
        after: tuple[datetime, str] | None = None,
        most: int = 100,
    ) -> list[FollowUp]:
        """Those that are done or not needed any more, the newest first."""
        query: Document = {**_scope(of, seen_by), "state": _state(is_open=False)}
        query["family_id"] = {"$in": sorted(family_ids)}
        if after is not None:
            query = {"$and": [query, _beyond("changed_at", "$lt", *after)]}
        return await self._several(query, [("changed_at", -1), ("_id", -1)], most)

    async def of_family(self, family_id: str, *, seen_by: Viewer) -> list[FollowUp]:
        """The open ones of a family that the viewer does, made or looks after."""
        query = {"$and": [{"family_id": family_id, "state": "open"}, _concerning(seen_by)]}
        return await self._several(query, [("due_on", 1), ("_id", 1)], 100)

    async def all_of(self, family_id: str) -> list[FollowUp]:
        """Every one of a family, oldest first; for whoever takes out a pupil's record."""
        return await self._several({"family_id": family_id}, [("made_at", 1), ("_id", 1)], 1000)

    async def asked_by(self, family_id: str, most: int = 50) -> list[FollowUp]:
        """What a family asked for on its own page, the newest first; callers may see the family."""
        query = {"family_id": family_id, "asked": {"$type": "object"}}
        return await self._several(query, [("made_at", -1), ("_id", -1)], most)

    async def wants_known(self, student_ids: Collection[str]) -> list[FollowUp]:
        """What families want known of these pupils, the newest first; callers may read it."""
        query = {"asked.student_id": {"$in": sorted(student_ids)}, "asked.what": "know"}
        return await self._several(
            {**query, "state": {"$ne": "dropped"}}, [("made_at", -1), ("_id", -1)], 100
        )

    async def with_due(self, educator_ids: Collection[str], until: date) -> frozenset[str]:
        """Who of some staff has anything open by a day, for the service itself; it is included."""
        query = _due({"$in": sorted(educator_ids)}, until)
        async with answering():
            found = await self.database[FOLLOW_UPS].distinct("assignee.educator_id", query)
        return frozenset(str(each) for each in found)

    async def due_of(self, educator_id: str, until: date, most: int) -> list[FollowUp]:
        """What one of the staff has open by a day, for the service itself; it is included."""
        return await self._several(_due(educator_id, until), [("due_on", 1), ("_id", 1)], most)

    async def hand_on(self, before: Sequence[str], now: str, work: Work) -> None:
        """Families became one: what is open for those before is to be done for that of now."""
        await self.database[FOLLOW_UPS].update_many(
            {"family_id": {"$in": list(before)}, "state": "open"},
            {"$set": {"family_id": now}, "$inc": {"version": 1}},
            session=work.session,
        )

    async def _several(
        self, query: Document, order: Sequence[tuple[str, int]], most: int
    ) -> list[FollowUp]:
        async with answering():
            rows = await self.database[FOLLOW_UPS].find(query).sort(order).limit(most).to_list(None)
        return [FollowUp.model_validate(row) for row in rows]


def _row(follow_up: FollowUp) -> Document:
    due_on = follow_up.due_on.isoformat()
    return {**follow_up.model_dump(), "_id": follow_up.follow_up_id, "due_on": due_on}


def _state(*, is_open: bool) -> Any:
    return "open" if is_open else {"$in": ["done", "dropped"]}


def _due(educator_id: Any, until: date) -> Document:
    due_on = {"$lte": until.isoformat()}
    return {"assignee.educator_id": educator_id, "state": "open", "due_on": due_on}


def _done_by(viewer: Viewer) -> Document:
    either: list[Document] = [{"assignee.account_id": viewer.account_id}]
    if viewer.educator_id is not None:
        either.append({"assignee.educator_id": viewer.educator_id})
    return {"$or": either}


def _scope(of: Of, viewer: Viewer) -> Document:
    if of == "mine":
        return _done_by(viewer)
    if of == "made":
        return {"made_by": viewer.account_id, "$nor": [_done_by(viewer)]}
    own = sorted(viewer.school_ids) if viewer.role in LOOKS_AFTER else []
    return {"school_id": {"$in": own}}


def _concerning(viewer: Viewer) -> Document:
    own = [_done_by(viewer), {"made_by": viewer.account_id}]
    return {"$or": [*own, _scope("school", viewer)]}


def _beyond(field: str, way: str, value: object, follow_up_id: str) -> Document:
    same = {field: value, "_id": {way: follow_up_id}}
    return {"$or": [{field: {way: value}}, same]}
