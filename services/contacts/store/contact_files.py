"""Contact files: how far each is, what became of its rows, and which rows came in before."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic_core import from_json, to_json
from pymongo import ASCENDING, DESCENDING, IndexModel

from services.contacts.domain.contact import Contact
from services.contacts.domain.contact_files.file import (
    ENDED,
    ROWS_KEPT,
    WAITING,
    ContactFile,
    RowReport,
    RowState,
)
from shared.errors import Conflict, NotFound
from shared.identity import Viewer
from shared.mongo import Database, Document, Kept, answering
from shared.outbox import Work

FILES = "contact_files"
ROWS = "contact_file_rows"
CAME_IN = "contact_rows_in"
UNDER_WAY = ("received", "looking", "reading", "applying", "undoing")
CONTACT_FILES_KEPT = (
    Kept(FILES, (IndexModel([("created_at", DESCENDING)], name="newest"),
                 IndexModel([("state", ASCENDING)], name="state"))),
    Kept(
        ROWS,
        (
            IndexModel([("i", ASCENDING), ("number", ASCENDING)], name="in_order"),
            IndexModel([("i", ASCENDING), ("state", ASCENDING), ("number", ASCENDING)],
                       name="by_state"),
            IndexModel([("at", ASCENDING)], name="forget",
                       expireAfterSeconds=int(ROWS_KEPT.total_seconds())),
        ),
    ),
    Kept(CAME_IN, (IndexModel([("file_id", ASCENDING)], name="of_file"),)),
)  # fmt: skip


@dataclass(frozen=True)
class JudgedRow:
    """A row as it is laid ready: its report, its key, and the contact that it becomes."""

    report: RowReport
    key: str = ""
    contact: Contact | None = None


@dataclass
class ContactFileRows:
    """Everything about contact files; reads for people name the viewer."""

    database: Database

    # --- files ------------------------------------------------------------------------------------

    async def add(self, job: ContactFile) -> None:
        """Keep a new file's job."""
        async with answering():
            await self.database[FILES].insert_one(_row(job))

    async def of_key(self, by: str, key: str) -> ContactFile | None:
        """The file that came with this Idempotency-Key."""
        async with answering():
            row = await self.database[FILES].find_one({"by": by, "key": key})
        return _job(row) if row else None

    async def one(self, file_id: str, *, seen_by: Viewer) -> ContactFile:
        """One file; `NotFound` also for one of a school that is not the viewer's."""
        async with answering():
            row = await self.database[FILES].find_one({"_id": file_id, **_sight(seen_by)})
        if row is None:
            raise NotFound("There is no such file, or it is another school's.")
        return _job(row)

    async def current(self, file_id: str) -> ContactFile:
        """One file, for the work on it; `NotFound`."""
        async with answering():
            row = await self.database[FILES].find_one({"_id": file_id})
        if row is None:
            raise NotFound("There is no such file.")
        return _job(row)

    async def newest(self, *, seen_by: Viewer, most: int = 20) -> list[ContactFile]:
        """The last files in sight."""
        async with answering():
            cursor = self.database[FILES].find(_sight(seen_by)).sort("created_at", -1).limit(most)
            return [_job(row) async for row in cursor]

    async def under_way(self) -> ContactFile | None:
        """The oldest file on which work is to be done."""
        query = {"state": {"$in": UNDER_WAY}}
        async with answering():
            row = await self.database[FILES].find_one(query, sort=[("created_at", 1), ("_id", 1)])
        return _job(row) if row else None

    async def untidied(self) -> list[ContactFile]:
        """Files that ended, and whose upload is still there."""
        query = {"state": {"$in": sorted(ENDED)}, "tidied": False}
        async with answering():
            return [_job(row) async for row in self.database[FILES].find(query)]

    async def tidied(self, file_id: str) -> None:
        """Note that nothing of a file is left but its report."""
        gone = _plain({"tidied": True, "profile": (), "columns": {}})
        async with answering():
            await self.database[FILES].update_one({"_id": file_id}, {"$set": gone})

    async def left_lying(self, before: datetime) -> list[ContactFile]:
        """Files that wait for somebody since before a moment."""
        query = {"state": {"$in": sorted(WAITING)}, "created_at": {"$lt": before}}
        async with answering():
            return [_job(row) async for row in self.database[FILES].find(query)]

    async def change(self, file_id: str, expected: Iterable[str], **changes: Any) -> ContactFile:
        """Go on, when it is still where we think; `Conflict` otherwise."""
        query = {"_id": file_id, "state": {"$in": list(expected)}}
        async with answering():
            row = await self.database[FILES].find_one_and_update(
                query, {"$set": _plain(changes)}, return_document=True
            )
        if row is None:
            raise Conflict("This file is not in a state that allows this. Look at it again.")
        return _job(row)

    async def progress(self, file_id: str, done: int, total: int, at: datetime) -> None:
        """Note how far the present step is."""
        said = {"done": done, "total": total, "seen_at": at}
        async with answering():
            await self.database[FILES].update_one({"_id": file_id}, {"$set": said})

    async def advance(
        self, job: ContactFile, done: int, counts: Mapping[RowState, int], work: Work
    ) -> None:
        """In a chunk's own transaction: this chunk is made. `Conflict` when it was made already."""
        found = await self.database[FILES].update_one(
            {"_id": job.file_id, "state": job.state, "done": job.done},
            {"$set": {"done": done, "counts": dict(counts), "seen_at": work.now}},
            session=work.session,
        )
        if not found.matched_count:
            raise Conflict("Another process carried this file on.")

    # --- rows -------------------------------------------------------------------------------------

    async def clear_rows(self, file_id: str) -> None:
        """Forget what was judged, before judging again."""
        async with answering():
            await self.database[ROWS].delete_many({"i": file_id})

    async def keep_rows(self, file_id: str, rows: Sequence[JudgedRow], at: datetime) -> None:
        """Lay judged rows ready."""
        kept = [
            {
                "i": file_id,
                "at": at,
                "key": each.key,
                "contact": each.contact.model_dump() if each.contact else None,
                **each.report.model_dump(),
            }
            for each in rows
        ]
        if kept:
            async with answering():
                await self.database[ROWS].insert_many(kept)

    async def rows(
        self, file_id: str, *, state: str = "", skip: int = 0, most: int = 100
    ) -> list[RowReport]:
        """What became of the rows, in their order. The caller judges who asks."""
        query: Document = {"i": file_id, **({"state": state} if state else {})}
        async with answering():
            cursor = self.database[ROWS].find(query).sort("number", 1).skip(skip).limit(most)
            return [RowReport.model_validate(row) async for row in cursor]

    async def all_rows(self, file_id: str, state: str = "") -> AsyncIterator[RowReport]:
        """What became of every row, or of those in a state, for a download."""
        query: Document = {"i": file_id, **({"state": state} if state else {})}
        async with answering():
            async for row in self.database[ROWS].find(query).sort("number", 1):
                yield RowReport.model_validate(row)

    async def first_contacts(self, file_id: str, most: int) -> list[tuple[int, Contact]]:
        """The first contacts that are laid ready, with their lines."""
        query = {"i": file_id, "state": "new"}
        async with answering():
            rows = await self.database[ROWS].find(query).sort("number", 1).limit(most).to_list(None)
        return [(row["line"], Contact.model_validate(row["contact"])) for row in rows]

    async def next_rows(self, file_id: str, state: str, most: int, work: Work) -> list[Document]:
        """The next rows in a state, within a chunk's transaction."""
        query = {"i": file_id, "state": state}
        cursor = self.database[ROWS].find(query, session=work.session).sort("number", 1)
        return await cursor.limit(most).to_list(None)

    async def settle(
        self, file_id: str, numbers: Sequence[int], changes: Mapping[str, Any], work: Work
    ) -> None:
        """Note what became of some rows."""
        if numbers:
            await self.database[ROWS].update_many(
                {"i": file_id, "number": {"$in": list(numbers)}},
                {"$set": {"contact": None, **changes}},
                session=work.session,
            )

    # --- which rows came in before ----------------------------------------------------------------

    async def came_in(self, keys: Sequence[str], work: Work | None = None) -> set[str]:
        """Those of some keys whose rows are stored already."""
        query = {"_id": {"$in": list(keys)}}
        if work:
            cursor = self.database[CAME_IN].find(query, session=work.session)
            return {row["_id"] async for row in cursor}
        async with answering():
            return {row["_id"] async for row in self.database[CAME_IN].find(query)}

    async def note_in(self, file_id: str, keys: Sequence[str], work: Work) -> None:
        """These rows are stored now."""
        rows = [{"_id": key, "file_id": file_id} for key in keys]
        if rows:
            await self.database[CAME_IN].insert_many(rows, session=work.session)

    async def forget_in(self, file_id: str, keys: Sequence[str], work: Work) -> None:
        """These rows were taken back with their file: they may come in again."""
        await self.database[CAME_IN].delete_many(
            {"_id": {"$in": list(keys)}, "file_id": file_id}, session=work.session
        )


def _sight(viewer: Viewer) -> Document:
    if viewer.role == "coordinator":
        return {"school_id": {"$in": sorted(viewer.school_ids)}}
    # Another system sees what it sent.
    return {"by": viewer.account_id} if viewer.role == "system" else {}


# Names of columns and words of systems are keys here; the database has its own ideas about keys.
_AS_TEXT = ("mapping", "profile", "columns")
_HIDDEN = ("profile", "columns", "key", "read_upon", "tidied")
"""Fields that the job's own dump leaves out."""


def _row(job: ContactFile) -> Document:
    hidden = {name: getattr(job, name) for name in _HIDDEN}
    return {"_id": job.file_id, **_plain({**job.model_dump(), **hidden})}


def _plain(changes: Mapping[str, Any]) -> Document:
    return {
        name: to_json(value).decode() if name in _AS_TEXT else value
        for name, value in changes.items()
    }


def _job(row: Document) -> ContactFile:
    texts = {name: from_json(row[name]) for name in _AS_TEXT}
    return ContactFile.model_validate({**row, **texts})
