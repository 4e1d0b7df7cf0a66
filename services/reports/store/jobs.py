"""Rebuilds: which runs, how far it is, and how the last one ended."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pymongo import ASCENDING, DESCENDING, IndexModel

from shared.errors import Conflict
from shared.messages import Record
from shared.mongo import Collection, Database, Document, Kept, Session, answering

State = Literal["waiting", "folding", "comparing", "done"]
OPEN: tuple[State, ...] = ("waiting", "folding", "comparing")

JOBS = Kept(
    "rebuilds",
    indexes=(
        IndexModel([("asked_at", DESCENDING), ("_id", DESCENDING)], name="newest"),
        # One at a time: a second insert of an open job fails.
        IndexModel(
            [("open", ASCENDING)],
            name="one",
            unique=True,
            partialFilterExpression={"open": True},
        ),
    ),
    schema={
        "bsonType": "object",
        "required": ["state", "asked_at", "done", "total"],
        "properties": {
            "state": {"enum": ["waiting", "folding", "comparing", "done"]},
            "asked_at": {"bsonType": "date"},
            "done": {"bsonType": ["int", "long"], "minimum": 0},
            "total": {"bsonType": ["int", "long"], "minimum": 0},
        },
    },
)


class Rebuild(Record):
    """One rebuild. `done` and `total` count messages; the digests name figures by their content."""

    job_id: str
    state: State = "waiting"
    reason: str = ""
    asked_at: datetime
    finished_at: datetime | None = None
    generation: int = 0
    done: int = 0
    total: int = 0
    digest_before: str = ""
    digest_after: str = ""
    equal: bool | None = None


@dataclass
class Jobs:
    """The rows of rebuilds."""

    database: Database

    async def ask(self, job_id: str, reason: str, now: datetime) -> Rebuild:
        """A new rebuild, or the one under way."""
        job = Rebuild(job_id=job_id, reason=reason, asked_at=now)
        row = {**job.model_dump(), "_id": job_id, "open": True}
        async with answering():
            # An upsert, so that two who ask at once get one job.
            await self._rows.update_one({"open": True}, {"$setOnInsert": row}, upsert=True)
        return await self.open() or job

    async def open(self) -> Rebuild | None:
        """The rebuild under way."""
        async with answering():
            row = await self._rows.find_one({"open": True})
        return Rebuild.model_validate(row) if row else None

    async def last(self) -> Rebuild | None:
        """The newest, whatever became of it."""
        async with answering():
            row = await self._rows.find_one(
                {}, sort=[("asked_at", DESCENDING), ("_id", DESCENDING)]
            )
        return Rebuild.model_validate(row) if row else None

    async def advance(self, job: Rebuild, done: int, total: int, session: Session) -> Rebuild:
        """Write down, in the transaction that folded them, how many messages are folded.

        `Conflict` when another replica was faster: then nothing is folded twice.
        """
        new = {"done": done, "total": total}
        query = {"_id": job.job_id, "done": job.done, "open": True}
        result = await self._rows.update_one(query, {"$set": new}, session=session)
        if not result.matched_count:
            raise Conflict("another replica works on this rebuild")
        return job.model_copy(update=new)

    async def note(self, job: Rebuild, **new: object) -> Rebuild:
        """Write down what became of it."""
        changed = job.model_copy(update=new)
        change: Document = {"$set": dict(new)}
        if changed.state not in OPEN:
            change["$unset"] = {"open": ""}
        async with answering():
            await self._rows.update_one({"_id": job.job_id}, change)
        return changed

    @property
    def _rows(self) -> Collection:
        return self.database[JOBS.name]
