"""Roster imports: the files, how far each import is, what it found, what it will change."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bson import Binary
from pymongo import ASCENDING, DESCENDING, IndexModel

from services.contacts.domain.importing import ENDED, Import, Planned, Remark
from shared.errors import Conflict, NotFound
from shared.mongo import Database, Document, Kept, answering
from shared.outbox import Work

IMPORTS = "imports"
UPLOADS = "import_uploads"
REMARKS = "import_remarks"
PLAN = "import_plan"
PIECE = 1024 * 1024
UNDER_WAY = ("received", "reading", "judged", "merging", "planning", "applying")


def _in_order(*fields: str) -> IndexModel:
    return IndexModel([(name, ASCENDING) for name in fields], name="in_order")


# Uploaded files may hold what we never keep: also one whose upload broke off goes.
_forgotten = IndexModel([("at", ASCENDING)], name="forget", expireAfterSeconds=3 * 86_400)
IMPORTS_KEPT = (
    Kept(IMPORTS, (IndexModel([("created_at", DESCENDING)], name="newest"),)),
    Kept(UPLOADS, (_in_order("i", "f", "n"), _forgotten)),
    Kept(REMARKS, (_in_order("i", "rank", "n"),)),
    Kept(PLAN, (_in_order("i", "n"),)),
)
_RANK = {"refused": 0, "repaired": 1, "note": 2}


@dataclass
class ImportRows:
    """Everything about imports; only for people who may import."""

    database: Database

    # --- the upload -------------------------------------------------------------------------------

    async def add(self, job: Import) -> None:
        """Keep a new import."""
        row = {"_id": job.import_id, **job.model_dump(), "key": job.key, "tidied": False}
        async with answering():
            await self.database[IMPORTS].insert_one(row)

    async def of_key(self, by: str, key: str) -> Import | None:
        """The import that came with this Idempotency-Key."""
        async with answering():
            row = await self.database[IMPORTS].find_one({"by": by, "key": key})
        return Import.model_validate(row) if row else None

    async def keep_piece(
        self, import_id: str, file: str, number: int, piece: bytes, at: datetime
    ) -> None:
        """Keep a part of an uploaded file, at most 1 MiB, for three days at most."""
        row = {"i": import_id, "f": file, "n": number, "b": Binary(piece), "at": at}
        async with answering():
            await self.database[UPLOADS].insert_one(row)

    async def pieces(self, import_id: str, file: str) -> AsyncIterator[bytes]:
        """The parts of an uploaded file in their order."""
        async with answering():
            async for row in self.database[UPLOADS].find({"i": import_id, "f": file}).sort("n", 1):
                yield bytes(row["b"])

    async def forget_upload(self, import_id: str) -> None:
        """Remove the uploaded files; they may hold what we never keep."""
        async with answering():
            await self.database[UPLOADS].delete_many({"i": import_id})

    # --- how far it is ----------------------------------------------------------------------------

    async def one(self, import_id: str) -> Import:
        """One import; `NotFound`."""
        async with answering():
            row = await self.database[IMPORTS].find_one({"_id": import_id})
        if row is None:
            raise NotFound("There is no such roster import.")
        return Import.model_validate(row)

    async def newest(self, most: int = 20) -> list[Import]:
        """The last imports."""
        async with answering():
            imported = self.database[IMPORTS].find({"kind": {"$ne": "corrections"}})
            cursor = imported.sort("created_at", -1).limit(most)
            return [Import.model_validate(row) async for row in cursor]

    async def under_way(self) -> Import | None:
        """The oldest import on which work is to be done."""
        async with answering():
            row = await self.database[IMPORTS].find_one(
                {"state": {"$in": UNDER_WAY}}, sort=[("created_at", 1), ("_id", 1)]
            )
        return Import.model_validate(row) if row else None

    async def untidied(self) -> list[Import]:
        """Imports that ended, but whose process did not live to clear up after them."""
        query = {"state": {"$in": sorted(ENDED)}, "tidied": False}
        async with answering():
            return [Import.model_validate(row) async for row in self.database[IMPORTS].find(query)]

    async def tidy(self, import_id: str) -> None:
        """Note that nothing of an import is left but its report."""
        async with answering():
            await self.database[IMPORTS].update_one({"_id": import_id}, {"$set": {"tidied": True}})

    async def last_to_change(self) -> str:
        """The import that changed the directory last; empty when none did."""
        query = {"kind": "roster", "changed_from": {"$ne": None}}
        async with answering():
            row = await self.database[IMPORTS].find_one(
                query, {"_id": 1}, sort=[("changed_from", -1), ("_id", -1)]
            )
        return str(row["_id"]) if row else ""

    async def forget(self, import_id: str) -> None:
        """Keep nothing of it, not even its report."""
        async with answering():
            await self.database[REMARKS].delete_many({"i": import_id})
            await self.database[IMPORTS].delete_one({"_id": import_id})

    async def change(self, import_id: str, expected: Sequence[str], **changes: object) -> Import:
        """Go on, when it is still where we think; `Conflict` otherwise."""
        query = {"_id": import_id, "state": {"$in": list(expected)}}
        async with answering():
            row = await self.database[IMPORTS].find_one_and_update(
                query, {"$set": changes}, return_document=True
            )
        if row is None:
            raise Conflict("This import is not in a state that allows this. Look at it again.")
        return Import.model_validate(row)

    async def progress(self, import_id: str, done: int, total: int, at: datetime) -> None:
        """Note how far the present step is."""
        said = {"done": done, "total": total, "seen_at": at}
        async with answering():
            await self.database[IMPORTS].update_one({"_id": import_id}, {"$set": said})

    async def applied(self, job: Import, upto: int, work: Work, **also: object) -> None:
        """In the chunk's own transaction: this chunk is in. `Conflict` when it was in already."""
        found = await self.database[IMPORTS].update_one(
            {"_id": job.import_id, "state": "applying", "applied": job.applied},
            {"$set": {"applied": upto, "done": upto, "seen_at": work.now, **also}},
            session=work.session,
        )
        if not found.matched_count:
            raise Conflict("Another process applied this part of the import.")

    # --- what it found ----------------------------------------------------------------------------

    async def clear_remarks(self, import_id: str, file: str | None = None) -> None:
        """Forget what was found, about one file or all, before it is found again."""
        query = {"i": import_id, **({"file": file} if file is not None else {})}
        async with answering():
            await self.database[REMARKS].delete_many(query)

    async def remark(self, import_id: str, remarks: Iterable[Remark]) -> None:
        """Keep what was found."""
        rows = [
            {"i": import_id, "rank": _RANK[each.severity], "n": n, **each.model_dump()}
            for n, each in enumerate(remarks)
        ]
        for begin in range(0, len(rows), 2000):
            async with answering():
                await self.database[REMARKS].insert_many(rows[begin : begin + 2000])

    async def remarks(
        self, import_id: str, *, skip: int = 0, most: int = 100, code: str = ""
    ) -> list[Remark]:
        """What was found, the worst first."""
        query: Document = {"i": import_id, **({"code": code} if code else {})}
        async with answering():
            cursor = self.database[REMARKS].find(query).sort([("rank", 1), ("n", 1)])
            return [Remark.model_validate(row) async for row in cursor.skip(skip).limit(most)]

    async def count_remarks(self, import_id: str) -> Counter[str]:
        """How many findings of each severity."""
        found: Counter[str] = Counter()
        async for each in self.all_remarks(import_id):
            found[each.severity] += each.count
        return found

    async def all_remarks(self, import_id: str) -> AsyncIterator[Remark]:
        """Everything that was found, for a download."""
        async with answering():
            cursor = self.database[REMARKS].find({"i": import_id}).sort([("rank", 1), ("n", 1)])
            async for row in cursor:
                yield Remark.model_validate(row)

    # --- what it will change ----------------------------------------------------------------------

    async def clear_plan(self, import_id: str) -> None:
        """Forget what was planned, before planning again."""
        async with answering():
            await self.database[PLAN].delete_many({"i": import_id})

    async def plan(self, import_id: str, start: int, planned: Sequence[Planned]) -> None:
        """Lay changes ready in their order, from a number on."""
        rows = [{"i": import_id, "n": start + n, **each} for n, each in enumerate(planned)]
        if rows:
            async with answering():
                await self.database[PLAN].insert_many(rows)

    async def planned(self, import_id: str, after: int, most: int) -> list[Document]:
        """The next changes."""
        query = {"i": import_id, "n": {"$gte": after, "$lt": after + most}}
        async with answering():
            return await self.database[PLAN].find(query).sort("n", 1).to_list(None)
