"""What schools share with families, and its files."""

from collections.abc import Collection
from dataclasses import dataclass

from pymongo import ASCENDING, DESCENDING, IndexModel

from services.contacts.domain.resources import Resource, State
from shared.errors import Conflict, NotFound
from shared.mongo import Database, Document, Kept, answering
from shared.outbox import Work

RESOURCES = "resources"
FILES = "resource_files"
RESOURCES_KEPT = (
    Kept(
        RESOURCES,
        (IndexModel([("school_id", ASCENDING), ("state", ASCENDING), ("changed_at", DESCENDING)],
                    name="of_school"),),
        {"required": ["title", "topic", "state", "account_id", "version"]},
    ),
    Kept(FILES),
)  # fmt: skip
MOST = 500
"""A page of more would not be read; the oldest fall off."""


@dataclass(frozen=True)
class Chosen:
    """What narrows a list."""

    topic: str = ""
    language: str = ""
    grade: str = ""

    def query(self) -> Document:
        """As the database asks; what is for all grades is for each."""
        query: Document = {
            name: value for name in ("topic", "language") if (value := getattr(self, name))
        }
        if self.grade:
            query["grades"] = {"$in": [[], self.grade]}
        return query


EVERYTHING = Chosen()


@dataclass
class ResourceRows:
    """Nothing here is about a person; what is shown is for everybody."""

    database: Database

    async def shown(self, school_id: str, chosen: Chosen) -> list[Resource]:
        """What families of a school see: its own, and that of all schools."""
        return await self._of([school_id, None], ["shown"], chosen)

    async def of_schools(
        self, school_ids: Collection[str], states: Collection[State], chosen: Chosen = EVERYTHING
    ) -> list[Resource]:
        """Of these schools and of all schools, in some states, newest first."""
        return await self._of([*school_ids, None], states, chosen)

    async def all_shown(self) -> list[Resource]:
        """What families of any school see."""
        return await self._found({"state": "shown"})

    async def elsewhere(self, school_ids: Collection[str], chosen: Chosen) -> list[Resource]:
        """What other schools show their families."""
        query = {"school_id": {"$nin": [*school_ids, None]}, "state": "shown", **chosen.query()}
        return await self._found(query)

    async def not_offered(self, resource_ids: Collection[str]) -> frozenset[str]:
        """Those of them that families are not shown any more."""
        if not resource_ids:
            return frozenset()
        query = {"_id": {"$in": sorted(resource_ids)}, "state": "shown"}
        async with answering():
            shown = [row["_id"] async for row in self.database[RESOURCES].find(query, {"_id": 1})]
        return frozenset(resource_ids) - frozenset(shown)

    async def one(self, resource_id: str) -> Resource:
        """One of them; `NotFound`."""
        async with answering():
            row = await self.database[RESOURCES].find_one({"_id": resource_id})
        if row is None:
            raise NotFound("There is no such resource.")
        return Resource.model_validate(row)

    async def add(self, resource: Resource, content: bytes | None, work: Work) -> None:
        """Keep a new one, with its file."""
        await self.database[RESOURCES].insert_one(_row(resource), session=work.session)
        await self._put_file(resource.resource_id, content, work)

    async def replace(
        self, before: Resource, now: Resource, content: bytes | None, work: Work
    ) -> None:
        """Keep the next version; `Conflict` when somebody was faster."""
        known = {"_id": now.resource_id, "version": before.version}
        found = await self.database[RESOURCES].replace_one(known, _row(now), session=work.session)
        if not found.matched_count:
            raise Conflict("Somebody else changed this just now. Look at it again.")
        await self._put_file(now.resource_id, content, work)

    async def file(self, resource_id: str) -> bytes:
        """The bytes of its file; `NotFound`."""
        async with answering():
            row = await self.database[FILES].find_one({"_id": resource_id})
        if row is None:
            raise NotFound("There is no such file.")
        return bytes(row["content"])

    async def _put_file(self, resource_id: str, content: bytes | None, work: Work) -> None:
        if content is not None:
            row = {"content": content}
            await self.database[FILES].replace_one(
                {"_id": resource_id}, row, upsert=True, session=work.session
            )

    async def _of(
        self, school_ids: Collection[str | None], states: Collection[str], chosen: Chosen
    ) -> list[Resource]:
        narrowed = {"school_id": {"$in": list(school_ids)}, "state": {"$in": list(states)}}
        return await self._found({**narrowed, **chosen.query()})

    async def _found(self, query: Document) -> list[Resource]:
        async with answering():
            rows = self.database[RESOURCES].find(query).sort("changed_at", -1).limit(MOST)
            return [Resource.model_validate(row) async for row in rows]


def _row(resource: Resource) -> Document:
    return {"_id": resource.resource_id, **resource.model_dump()}
