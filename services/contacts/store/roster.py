"""The roster as it stands, and what an import laid ready beside it until it is accepted."""

from collections.abc import AsyncIterator, Container, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from pymongo import ASCENDING, IndexModel

from services.contacts.domain.ids import plain_id
from services.contacts.domain.joining import Adult
from services.contacts.domain.kept import KeptPerson
from services.contacts.domain.people import RoleKind
from services.contacts.domain.roster import Link, School, SchoolClass, Term
from services.contacts.domain.ties import ContactRow
from services.contacts.store.encoding import (
    class_document,
    class_of_document,
    links_of_document,
    person_document,
    person_of,
    rows_of_document,
    school_document,
    school_of_document,
    term_document,
    term_of_document,
)
from shared.mongo import Database, Document, Kept, answering

ROSTER = "roster"
STAGED = "roster_staged"
Sort = Literal["person", "org", "term", "class"]

ROSTER_KEPT = (
    Kept(
        ROSTER,
        (
            IndexModel([("t", ASCENDING), ("_id", ASCENDING)], name="sort"),
            IndexModel([("t", ASCENDING), ("k", ASCENDING), ("_id", ASCENDING)], name="kinds"),
            IndexModel([("a", ASCENDING)], name="agents", partialFilterExpression={"t": "person"}),
            IndexModel([("t", ASCENDING), ("i", ASCENDING)], name="seen"),
        ),
    ),
    Kept(
        STAGED,
        (IndexModel([("i", ASCENDING), ("t", ASCENDING), ("gone", ASCENDING)], name="of_import"),),
    ),
)


@dataclass(frozen=True)
class Removed:
    """How many people there are, and how many of them would be no more."""

    people: int = 0
    people_removed: int = 0
    students: int = 0
    students_removed: int = 0

    @property
    def share(self) -> float:
        """The larger of the two shares, from 0 to 1."""
        shares = (
            self.people_removed / self.people if self.people else 0.0,
            self.students_removed / self.students if self.students else 0.0,
        )
        return max(shares)


@dataclass
class RosterRows:
    """Rows by sourced id. Nothing here is shown to people; families are made from it."""

    database: Database

    # --- laying ready -----------------------------------------------------------------------------

    async def clear(self, import_id: str) -> None:
        """Forget what an import laid ready."""
        async with answering():
            await self.database[STAGED].delete_many({"i": import_id})

    async def stage_people(self, import_id: str, people: Iterable[KeptPerson]) -> None:
        """Lay people ready."""
        await self._stage(import_id, "person", [person_document(each) for each in people])

    async def restage_people(self, import_id: str, people: Sequence[KeptPerson]) -> None:
        """Lay people ready anew."""
        keys = [f"{import_id}|person|{each.person.sourced_id}" for each in people]
        async with answering():
            await self.database[STAGED].delete_many({"_id": {"$in": keys}, "gone": False})
            gone = self.database[STAGED].find({"_id": {"$in": keys}}, {"id": 1})
            left_out = {row["id"] async for row in gone}
        await self.stage_people(
            import_id, [each for each in people if each.person.sourced_id not in left_out]
        )

    async def stage_orgs(self, import_id: str, orgs: Iterable[School]) -> None:
        """Lay schools and what is around them ready."""
        await self._stage(import_id, "org", [school_document(each) for each in orgs])

    async def stage_terms(self, import_id: str, terms: Iterable[Term]) -> None:
        """Lay terms ready."""
        await self._stage(import_id, "term", [term_document(each) for each in terms])

    async def stage_classes(self, import_id: str, classes: Iterable[SchoolClass]) -> None:
        """Lay classes ready."""
        await self._stage(import_id, "class", [class_document(each) for each in classes])

    async def stage_gone(self, import_id: str, sort: Sort, ids: Iterable[str]) -> None:
        """Lay ready that these are to be removed."""
        await self._stage(import_id, sort, [{"id": each} for each in ids], gone=True)

    async def _stage(
        self, import_id: str, sort: Sort, rows: list[Document], *, gone: bool = False
    ) -> None:
        documents = [
            {
                "_id": f"{import_id}|{sort}|{row['id']}",
                "key": f"{sort}|{row['id']}",
                "i": import_id,
                "t": sort,
                "gone": gone,
                **row,
            }
            for row in rows
        ]
        # A later word about the same row holds, so a removal is staged last.
        async with answering():
            if gone:
                ids = [each["_id"] for each in documents]
                await self.database[STAGED].delete_many({"_id": {"$in": ids}})
            for start in range(0, len(documents), 1000):
                await self.database[STAGED].insert_many(documents[start : start + 1000])

    # --- judging ----------------------------------------------------------------------------------

    async def removed_by(self, import_id: str, *, whole: bool) -> Removed:
        """Who would be no more. `whole`: people who are not staged are gone, too."""
        staged, gone = set[str](), set[str]()
        async with answering():
            mine = {"i": import_id, "t": "person"}
            async for row in self.database[STAGED].find(mine, {"id": 1, "gone": 1, "_id": 0}):
                (gone if row["gone"] else staged).add(row["id"])
            counts = [0, 0, 0, 0]
            cursor = self.database[ROSTER].find({"t": "person"}, {"id": 1, "k": 1, "_id": 0})
            async for row in cursor.batch_size(10_000):
                lost = row["id"] in gone or (whole and row["id"] not in staged)
                student = "student" in row["k"]
                counts[0] += 1
                counts[1] += lost
                counts[2] += student
                counts[3] += student and lost
        return Removed(*counts)

    # --- taking over ------------------------------------------------------------------------------

    async def merge(self, import_id: str) -> None:
        """Make what is laid ready the roster. May be done again after a crash."""
        ready = {"i": import_id, "gone": False}
        steps: list[Document] = [
            {"$match": ready},
            {"$set": {"_id": "$key"}},
            {"$unset": ["key", "gone"]},
            {"$merge": {"into": ROSTER, "whenMatched": "replace", "whenNotMatched": "insert"}},
        ]
        async with answering():
            await self.database[STAGED].aggregate(steps).to_list(None)
            gone = self.database[STAGED].find({"i": import_id, "gone": True}, {"key": 1})
            keys = [row["key"] async for row in gone]
            for start in range(0, len(keys), 1000):
                part = {"_id": {"$in": keys[start : start + 1000]}}
                await self.database[ROSTER].delete_many(part)

    async def drop_unseen(self, import_id: str, sort: Sort) -> None:
        """Remove what a complete file did not name."""
        async with answering():
            await self.database[ROSTER].delete_many({"t": sort, "i": {"$ne": import_id}})

    # --- reading ----------------------------------------------------------------------------------

    async def people(self, ids: Sequence[str]) -> dict[str, KeptPerson]:
        """Some people by sourced id."""
        keys = [f"person|{each}" for each in ids]
        async with answering():
            cursor = self.database[ROSTER].find({"_id": {"$in": keys}})
            return {row["id"]: person_of(row) async for row in cursor}

    async def staged_people(self, import_id: str, ids: Sequence[str]) -> dict[str, KeptPerson]:
        """Some people as an import laid them ready."""
        keys = [f"{import_id}|person|{each}" for each in ids]
        async with answering():
            cursor = self.database[STAGED].find({"_id": {"$in": keys}, "gone": False})
            return {row["id"]: person_of(row) async for row in cursor}

    async def named_by(self, ids: Sequence[str]) -> dict[str, KeptPerson]:
        """The people whose rows name one of these as related."""
        query = {"t": "person", "a": {"$in": list(ids)}}
        async with answering():
            return {row["id"]: person_of(row) async for row in self.database[ROSTER].find(query)}

    async def staged_named_by(self, import_id: str, ids: Sequence[str]) -> dict[str, KeptPerson]:
        """The same among the people whom an import laid ready."""
        query = {"i": import_id, "t": "person", "gone": False, "a": {"$in": list(ids)}}
        async with answering():
            return {row["id"]: person_of(row) async for row in self.database[STAGED].find(query)}

    async def holding(self, enrollments: Sequence[str], roles: Sequence[str]) -> list[str]:
        """The people who have one of these enrollments or roles; reads the whole roster."""
        query = {
            "t": "person",
            "$or": [
                {"e": {"$elemMatch": {"$elemMatch": {"$in": list(enrollments)}}}},
                {"r": {"$elemMatch": {"$elemMatch": {"$in": list(roles)}}}},
            ],
        }
        if not enrollments and not roles:
            return []
        async with answering():
            return [row["id"] async for row in self.database[ROSTER].find(query, {"id": 1})]

    async def with_rows(self) -> list[str]:
        """The students about whom the contacts file says something."""
        async with answering():
            query = {"t": "person", "c.0": {"$exists": True}}
            return [row["id"] async for row in self.database[ROSTER].find(query, {"id": 1})]

    async def batches(self, size: int = 1000) -> AsyncIterator[list[KeptPerson]]:
        """All people by sourced id, some at a time."""
        async for rows in self._rows({"t": "person"}, size):
            yield [person_of(row) for row in rows]

    async def staff(self, size: int = 1000) -> AsyncIterator[list[KeptPerson]]:
        """Everyone who works here."""
        async for rows in self._rows({"t": "person", "w": True}, size):
            yield [person_of(row) for row in rows]

    async def students(
        self, size: int = 2000
    ) -> AsyncIterator[list[tuple[str, tuple[Link, ...], tuple[ContactRow, ...]]]]:
        """Every student with what ties them to adults."""
        query = {"t": "person", "k": RoleKind.STUDENT.value}
        async for rows in self._rows(query, size, {"id": 1, "l": 1, "c": 1}):
            yield [(row["id"], links_of_document(row), rows_of_document(row)) for row in rows]

    async def adults(self, wanted: Container[str], size: int = 2000) -> list[Adult]:
        """Those of some people as adults: names, address and phone."""
        found: list[Adult] = []
        fields = {"id": 1, "g": 1, "f": 1, "m": 1, "p": 1}
        async for rows in self._rows({"t": "person"}, size, fields):
            held = (row for row in rows if row["id"] in wanted)
            found += [Adult(row["id"], row["g"], row["f"], row["m"], row["p"]) for row in held]
        return found

    async def _rows(
        self, query: Document, size: int, fields: dict[str, int] | None = None
    ) -> AsyncIterator[list[Document]]:
        after = ""
        while True:
            part = {**query, "_id": {"$gt": after}}
            async with answering():
                cursor = self.database[ROSTER].find(part, fields).sort("_id", 1).limit(size)
                rows = await cursor.to_list(None)
            if not rows:
                return
            yield rows
            after = rows[-1]["_id"]

    async def orgs(self) -> list[School]:
        """Every school and what is around them."""
        return [school_of_document(row) for row in await self._all("org")]

    async def terms(self) -> list[Term]:
        """Every term."""
        return [term_of_document(row) for row in await self._all("term")]

    async def classes(self) -> list[SchoolClass]:
        """Every class."""
        return [class_of_document(row) for row in await self._all("class")]

    async def homerooms(self) -> frozenset[str]:
        """The ids of the classes that are somebody's homeroom, as the directory has them."""
        query = {"t": "class", "homeroom": True}
        async with answering():
            rows = self.database[ROSTER].find(query, {"id": 1})
            return frozenset([plain_id(row["id"]) async for row in rows])

    async def _all(self, sort: Sort) -> list[Document]:
        async with answering():
            return await self.database[ROSTER].find({"t": sort}).sort("_id", 1).to_list(None)
