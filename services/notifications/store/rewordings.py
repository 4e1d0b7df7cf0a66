"""The own words of letters: every version is kept for ever, and the newest number of each scope."""

from collections.abc import Collection
from dataclasses import dataclass, field

from pymongo import ASCENDING, DESCENDING, IndexModel

from services.notifications.domain.rewording import (
    Edition,
    Held,
    Layer,
    Rewording,
    last_of,
    layer_of,
)
from shared.mongo import Database, Document, Kept, answering
from shared.outbox import Work

NEWEST = "rewordings_newest"
REWORDINGS = "rewordings"
KEPT = (
    Kept(NEWEST, (IndexModel([("school_id", ASCENDING)], name="school"),)),
    Kept(
        REWORDINGS,
        (
            IndexModel(
                [("school_id", ASCENDING), ("language", ASCENDING), ("version", DESCENDING)],
                name="version",
                unique=True,
            ),
            IndexModel(
                [("school_id", ASCENDING), ("language", ASCENDING), ("key", ASCENDING)],
                name="sentence",
            ),
        ),
    ),
)
_MOST_KNOWN = 2_000
"""Layers kept in memory; a district with 100 schools and three languages has about 300."""


@dataclass(frozen=True)
class Rewordings:
    """Append-only: a version is written once and never changed, so what was read stays true."""

    database: Database
    _known: dict[Edition, Layer] = field(default_factory=dict, compare=False, repr=False)

    async def newest(self, school_ids: Collection[str]) -> list[Edition]:
        """The newest version of each language in these scopes, where there is any."""
        query = {"school_id": {"$in": sorted(school_ids)}}
        async with answering():
            found = self.database[NEWEST].find(query, {"_id": 0})
            return [Edition.model_validate(row) async for row in found.sort("_id", 1)]

    async def held(self, school_ids: Collection[str], more: Collection[Edition] = ()) -> Held:
        """What holds in these scopes; `more`: older ones whose words are needed, too."""
        newest = await self.newest(school_ids)
        return Held(newest, await self.layers({*newest, *more}))

    async def layers(self, editions: Collection[Edition]) -> dict[Edition, Layer]:
        """The words that held in each; read once in each process."""
        found: dict[Edition, Layer] = {}
        for each in editions:
            layer = self._known.get(each)
            found[each] = layer if layer is not None else layer_of(await self._until(each))
        if len(self._known) > _MOST_KNOWN:
            self._known.clear()
        self._known.update(found)
        return found

    async def _until(self, edition: Edition) -> list[Rewording]:
        query = {
            "school_id": edition.school_id,
            "language": edition.language,
            "version": {"$lte": edition.version},
        }
        async with answering():
            found = self.database[REWORDINGS].find(query, {"_id": 0}).sort("version", ASCENDING)
            return [Rewording.model_validate(row) async for row in found]

    async def last(self, school_id: str, language: str) -> dict[str, Rewording]:
        """The last change of each sentence, by its key."""
        query = {"school_id": school_id, "language": language}
        return last_of(await self._some(query, ASCENDING))

    async def of_sentence(
        self, school_id: str, language: str, key: str, work: Work | None = None
    ) -> list[Rewording]:
        """All versions of a sentence, the newest first."""
        query = {"school_id": school_id, "language": language, "key": key}
        return await self._some(query, DESCENDING, work)

    async def history(
        self, school_id: str, language: str, *, limit: int, before: int | None = None
    ) -> list[Rewording]:
        """Versions of a scope in a language, the newest first; `before`: older than that one."""
        query: Document = {"school_id": school_id, "language": language}
        if before is not None:
            query["version"] = {"$lt": before}
        async with answering():
            found = self.database[REWORDINGS].find(query, {"_id": 0})
            found = found.sort("version", DESCENDING).limit(limit)
            return [Rewording.model_validate(row) async for row in found]

    async def next_version(self, school_id: str, language: str, work: Work) -> int:
        """The number after the last. Who asks at the same time is made to wait and ask again."""
        row = await self.database[NEWEST].find_one_and_update(
            {"_id": f"{school_id}|{language}"},
            {"$inc": {"version": 1}, "$set": {"school_id": school_id, "language": language}},
            upsert=True,
            return_document=True,
            session=work.session,
        )
        return int(row["version"])

    async def add(self, change: Rewording, work: Work) -> None:
        """Keep one version more."""
        row = {"_id": f"{change.school_id}|{change.language}|{change.version}"}
        await self.database[REWORDINGS].insert_one(
            {**row, **change.model_dump()}, session=work.session
        )

    async def _some(self, query: Document, order: int, work: Work | None = None) -> list[Rewording]:
        session = work.session if work else None
        async with answering():
            found = self.database[REWORDINGS].find(query, {"_id": 0}, session=session)
            return [Rewording.model_validate(row) async for row in found.sort("version", order)]
