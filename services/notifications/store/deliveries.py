"""Deliveries: one document each, changed only by whoever saw its last version."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel, ReplaceOne, UpdateOne

from services.notifications.domain.delivery import (
    CLAIM_LASTS,
    LONGEST_LEASE,
    WRITTEN,
    Delivery,
    State,
)
from services.notifications.domain.kinds import KINDS
from services.notifications.domain.sight import Sight
from shared.errors import Conflict
from shared.mongo import Database, Document, Kept, answering
from shared.outbox import Work

NAME = "deliveries"
MAY_LEAVE = ["pending", "retry"]
_DUE_STATES = [*MAY_LEAVE, "held"]
_KINDS = sorted(KINDS)
_FIRST = sorted(name for name, kind in KINDS.items() if kind.first)
_LAST = sorted(set(_KINDS) - set(_FIRST))
_GATHERS = sorted(name for name, kind in KINDS.items() if kind.gathers)
_ROUTINE = sorted(name for name, kind in KINDS.items() if kind.routine)

KEPT = (
    Kept(
        NAME,
        (
            IndexModel([("key", ASCENDING)], name="once", unique=True),
            IndexModel(
                [("state", ASCENDING), ("kind", ASCENDING), ("due_at", ASCENDING)],
                name="due_by_kind",
            ),
            IndexModel([("state", ASCENDING), ("lease_until", ASCENDING)], name="leases"),
            IndexModel([("claim", ASCENDING)], name="claim", sparse=True),
            IndexModel([("notice_id", ASCENDING), ("state", ASCENDING)], name="notice"),
            IndexModel([("about", ASCENDING)], name="about"),
            IndexModel([("household_id", ASCENDING), ("created_at", DESCENDING)], name="household"),
            IndexModel([("educator_id", ASCENDING)], name="educator", sparse=True),
            IndexModel(
                [("sender_id", ASCENDING), ("created_at", DESCENDING)],
                name="sender",
                partialFilterExpression={"sender_id": {"$type": "string"}},
            ),
            IndexModel([("family_ids", ASCENDING), ("created_at", DESCENDING)], name="family"),
            IndexModel([("school_id", ASCENDING), ("created_at", DESCENDING)], name="school"),
            IndexModel([("created_at", DESCENDING), ("_id", DESCENDING)], name="newest"),
            IndexModel(
                [("school_id", ASCENDING), ("state", ASCENDING)],
                name="on_paper",
                partialFilterExpression={"channel": "paper"},
            ),
            IndexModel(
                [("mailbox", ASCENDING), ("kind", ASCENDING), ("handed_at", ASCENDING)],
                name="budget",
            ),
        ),
        {
            "required": ["key", "state", "version", "household_id", "due_at"],
            "properties": {"version": {"bsonType": ["int", "long"], "minimum": 1}},
        },
    ),
)


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to; None is everything."""

    state: State | None = None
    kind: str | None = None
    household_id: str | None = None
    about: str | None = None
    school_id: str | None = None
    notice_id: str | None = None
    sender_id: str | None = None
    family_ids: str | None = None
    """One family."""
    since: datetime | None = None
    """Written at or after."""
    until: datetime | None = None
    """Written before."""

    def query(self) -> Document:
        """As MongoDB asks it."""
        asked = {name: value for name, value in vars(self).items() if value is not None}
        days = {"$gte": asked.pop("since", None), "$lt": asked.pop("until", None)}
        written = {name: value for name, value in days.items() if value is not None}
        return {**asked, **({"created_at": written} if written else {})}


@dataclass(frozen=True)
class Deliveries:
    """The promises made to households and to staff."""

    database: Database

    async def add(self, rows: Sequence[Delivery], work: Work) -> list[Delivery]:
        """Promise once: gives the rows that are new. A promise made before only notes the cause."""
        if not rows:
            return []
        writes = [
            UpdateOne(
                {"key": row.key},
                {
                    "$setOnInsert": _without(_document(row), "causes"),
                    "$addToSet": {"causes": {"$each": list(row.causes)}},
                },
                upsert=True,
            )
            for row in rows
        ]
        result = await self.database[NAME].bulk_write(writes, session=work.session)
        return [rows[place] for place in sorted(result.upserted_ids or {})]

    async def put(self, rows: Sequence[Delivery], work: Work) -> None:
        """Keep rows whose version was raised by one; `Conflict` when another was faster."""
        if not rows:
            return
        writes = [
            ReplaceOne({"_id": row.delivery_id, "version": row.version - 1}, _document(row))
            for row in rows
        ]
        result = await self.database[NAME].bulk_write(writes, session=work.session)
        if result.matched_count != len(rows):
            raise Conflict("some letters were changed by somebody else in the meantime")

    async def claim(self, token: str, now: datetime, limit: int) -> list[Delivery]:
        """Take due rows, those that one person waits for first; nobody else has them meanwhile."""
        due = {"state": {"$in": _DUE_STATES}, "due_at": {"$lte": now}}
        async with answering():
            ids = await self._due({**due, "kind": {"$in": _KINDS}}, limit)
            if len(ids) == limit:
                # There may be more than that, so that the order matters.
                ids = await self._due({**due, "kind": {"$in": _FIRST}}, limit)
                if len(ids) < limit:
                    ids += await self._due({**due, "kind": {"$in": _LAST}}, limit - len(ids))
            if not ids:
                return []
            taken = {
                "$set": {"state": "claimed", "claim": token, "lease_until": now + CLAIM_LASTS},
                "$inc": {"version": 1},
            }
            await self.database[NAME].update_many({"_id": {"$in": ids}, **due}, taken)
            mine = self.database[NAME].find({"claim": token}).sort("due_at", 1)
            return [read(row) async for row in mine]

    async def claim_along(
        self, token: str, mailboxes: Collection[str], now: datetime
    ) -> list[Delivery]:
        """Take, too, what waits to come in one letter with others to these mailboxes."""
        waits = {
            "mailbox": {"$in": sorted(mailboxes)},
            "kind": {"$in": _GATHERS},
            "gather_at": {"$type": "date"},
            "$or": [{"state": "pending"}, {"state": "retry", "due_at": {"$lte": now}}],
        }
        async with answering():
            found = self.database[NAME].find(waits, {"_id": 1})
            ids = [row["_id"] async for row in found]
            if not ids:
                return []
            taken = {
                "$set": {"state": "claimed", "claim": token, "lease_until": now + CLAIM_LASTS},
                "$inc": {"version": 1},
            }
            await self.database[NAME].update_many({"_id": {"$in": ids}, **waits}, taken)
            mine = self.database[NAME].find({"_id": {"$in": ids}, "claim": token})
            return [read(row) async for row in mine.sort("due_at", 1)]

    async def _due(self, query: Document, limit: int) -> list[str]:
        found = self.database[NAME].find(query, {"_id": 1}).sort("due_at", 1).limit(limit)
        return [str(row["_id"]) async for row in found]

    async def mine(self, rows: Iterable[Delivery], work: Work) -> dict[str, Delivery]:
        """As they are now, those that still carry the claim of the given rows."""
        rows = list(rows)
        query = {
            "_id": {"$in": [row.delivery_id for row in rows]},
            "claim": {"$in": sorted({row.claim for row in rows if row.claim})},
        }
        found = self.database[NAME].find(query, session=work.session)
        return {row["_id"]: read(row) async for row in found}

    async def lapsed(self, now: datetime, limit: int = 500) -> list[Delivery]:
        """Rows whose sender stopped in the middle."""
        over = [{"lease_until": {"$lte": now}}, {"lease_until": {"$gt": now + LONGEST_LEASE}}]
        query = {"state": {"$in": ["claimed", "handing"]}, "$or": over}
        async with answering():
            return [read(row) async for row in self.database[NAME].find(query).limit(limit)]

    async def overdue(self, now: datetime, most: int) -> tuple[int, datetime | None]:
        """How many letters are due and not on their way, `most` at most; since when the oldest."""
        query = {"state": {"$in": [*_DUE_STATES, "claimed"]}, "due_at": {"$lte": now}}
        async with answering():
            count = await self.database[NAME].count_documents(query, limit=most)
            oldest = await self.database[NAME].find_one(query, {"due_at": 1}, sort=[("due_at", 1)])
        return count, oldest["due_at"] if oldest else None

    async def unknown(self, most: int) -> int:
        """How many letters may not have arrived and wait for a person, `most` at most."""
        async with answering():
            return await self.database[NAME].count_documents({"state": "unknown"}, limit=most)

    async def find(
        self, query: Mapping[str, Any], states: Collection[State], work: Work | None = None
    ) -> list[Delivery]:
        """Rows of a notice, household or subject in some states, in this transaction if any."""
        asked, session = {**query, "state": {"$in": sorted(states)}}, work.session if work else None
        found = self.database[NAME].find(asked, session=session).sort("_id", 1)
        return [read(row) async for row in found]

    async def get(self, delivery_id: str, work: Work | None = None) -> Delivery | None:
        """One delivery; for the service itself, not for people."""
        session = work.session if work else None
        async with answering():
            row = await self.database[NAME].find_one({"_id": delivery_id}, session=session)
        return read(row) if row else None

    async def key_taken(self, key: str, work: Work) -> bool:
        """Whether this promise exists already."""
        found = await self.database[NAME].find_one({"key": key}, {"_id": 1}, session=work.session)
        return found is not None

    async def newest(
        self,
        wanted: Wanted,
        *,
        seen_by: Sight,
        limit: int,
        after: tuple[datetime, str] | None = None,
    ) -> list[Delivery]:
        """What the viewer may see, the newest first; `after` is the last row of the page before."""
        query = {"$and": [wanted.query(), seen(seen_by)]}
        if after:
            at, last = after
            older = [{"created_at": {"$lt": at}}, {"created_at": at, "_id": {"$lt": last}}]
            query["$and"].append({"$or": older})
        async with answering():
            found = self.database[NAME].find(query)
            found = found.sort([("created_at", DESCENDING), ("_id", DESCENDING)]).limit(limit)
            return [read(row) async for row in found]

    async def count(self, wanted: Wanted, *, seen_by: Sight) -> dict[str, int]:
        """How many letters the viewer may see, by state."""
        match = {"$match": {"$and": [wanted.query(), seen(seen_by)]}}
        group = {"$group": {"_id": "$state", "number": {"$sum": 1}}}
        async with answering():
            found = self.database[NAME].aggregate([match, group])
            return {row["_id"]: row["number"] async for row in found}

    async def told_households(self, event_id: str) -> list[str]:
        """The households that may have a letter about an event."""
        told = {"about": event_id, "state": {"$in": sorted(WRITTEN)}}
        async with answering():
            found = await self.database[NAME].distinct("household_id", told)
        return sorted(str(each) for each in found)

    async def routine_since(
        self, mailboxes: Collection[str], since: datetime
    ) -> dict[str, tuple[datetime, ...]]:
        """When routine letters were handed over for each mailbox, or are being handed over.

        One that carries others counts once, and they do not.
        """
        query = {
            "mailbox": {"$in": sorted(mailboxes)},
            "kind": {"$in": _ROUTINE},
            "digest_id": None,
            "$or": [{"handed_at": {"$gt": since}}, {"state": "handing"}],
        }
        fields = {"mailbox": 1, "handed_at": 1, "changed_at": 1}
        when: dict[str, tuple[datetime, ...]] = {}
        async with answering():
            async for row in self.database[NAME].find(query, fields):
                at = row["handed_at"] or row["changed_at"]
                when[row["mailbox"]] = (*when.get(row["mailbox"], ()), at)
        return when

    async def named(self, ids: Sequence[str]) -> list[Delivery]:
        """Deliveries by id, in this order; for the service itself, not for people."""
        if not ids:
            return []
        async with answering():
            found = self.database[NAME].find({"_id": {"$in": list(ids)}})
            rows = {row["_id"]: read(row) async for row in found}
        return [rows[each] for each in ids if each in rows]

    async def several(self, ids: Collection[str], work: Work) -> list[Delivery]:
        """Deliveries by id, in this transaction."""
        found = self.database[NAME].find({"_id": {"$in": sorted(ids)}}, session=work.session)
        return [read(row) async for row in found.sort("_id", 1)]


def seen(sight: Sight) -> Document:
    """What a viewer may see, as MongoDB asks it."""
    if sight.everything:
        return {}
    seen: list[Document] = [
        {"school_id": {"$in": sorted(sight.school_ids)}, "educator_id": None},
        {"family_ids": {"$in": sorted(sight.family_ids)}, "educator_id": None},
    ]
    if sight.educator_id is not None:
        seen.append({"educator_id": sight.educator_id})
    return {"$or": seen}


def _document(delivery: Delivery) -> Document:
    fields = delivery.model_dump(exclude={"delivery_id"})
    for name in ("claim", "educator_id"):
        if fields[name] is None:
            del fields[name]  # the index on it is sparse
    return {"_id": delivery.delivery_id, "key": delivery.key, **fields}


def _without(document: Document, name: str) -> Document:
    return {key: value for key, value in document.items() if key != name}


def read(row: Document) -> Delivery:
    """A delivery as it is kept."""
    return Delivery.model_validate({**row, "delivery_id": row["_id"]})
