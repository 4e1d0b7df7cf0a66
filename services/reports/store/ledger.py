"""The ledger: every message that reports consumed, once, appended and never changed.

It is the inbox too: the row's `_id` is the message's source and id, so that one insert keeps a
message and remembers that it was counted. `place` numbers the rows in the order of their commits.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pymongo import ASCENDING, IndexModel, ReturnDocument
from pymongo.errors import BulkWriteError

from services.reports.domain.facts import Fact, fact_of
from shared.envelope import Envelope
from shared.errors import Permanent
from shared.messages import ERASED_WORDS, FamilyErased, SchoolChanged
from shared.mongo import Collection, Database, Document, Kept, Session, answering

LEDGER = Kept(
    "ledger",
    indexes=(
        IndexModel([("about", ASCENDING)], name="about"),
        IndexModel([("place", ASCENDING)], name="place", unique=True),
    ),
    schema={
        "bsonType": "object",
        "required": ["place", "about", "recorded_at", "envelope"],
        "properties": {
            "place": {"bsonType": ["int", "long"], "minimum": 1},
            "about": {"bsonType": "string"},
            "recorded_at": {"bsonType": "date"},
            "envelope": {"bsonType": "object"},
        },
    },
)
HEAD = Kept(
    "head",
    schema={
        "bsonType": "object",
        "required": ["place", "generation"],
        "properties": {
            "place": {"bsonType": ["int", "long"], "minimum": 0},
            "generation": {"bsonType": ["int", "long"], "minimum": 1},
        },
    },
)
_HEAD = "head"
_DUPLICATE = 11000
CHUNK = 1000


@dataclass(frozen=True)
class Head:
    """How far the ledger goes, and which generation of figures has all of it."""

    place: int
    generation: int


@dataclass
class Ledger:
    """Appends and reads."""

    database: Database

    async def begin(self) -> Head:
        """Make the head of an empty ledger unless there is one."""
        start = {"place": 0, "generation": 1}
        async with answering():
            await self._heads.update_one({"_id": _HEAD}, {"$setOnInsert": start}, upsert=True)
        return await self.head()

    async def head(self, session: Session | None = None) -> Head:
        """Where it ends now."""
        async with answering():
            row = await self._heads.find_one({"_id": _HEAD}, session=session)
        if row is None:
            return await self.begin()
        return Head(row["place"], row["generation"])

    async def advance(self, by: int, session: Session) -> Head:
        """Reserve places for new rows; two replicas can't at once: one of them tries again."""
        row = await self._heads.find_one_and_update(
            {"_id": _HEAD},
            {"$inc": {"place": by}},
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        if row is None:
            raise LookupError("the ledger was not begun")
        return Head(row["place"], row["generation"])

    async def turn_to(self, generation: int, at: Head) -> bool:
        """Let another generation be the current one, if the ledger still ends where it did."""
        async with answering():
            done = await self._heads.update_one(
                {"_id": _HEAD, "place": at.place, "generation": at.generation},
                {"$set": {"generation": generation}},
            )
        return done.matched_count == 1

    async def append(
        self,
        news: Sequence[tuple[Envelope, Fact]],
        last_place: int,
        recorded_at: datetime,
        session: Session,
    ) -> None:
        """Keep messages; the last of them gets `last_place`.

        `Permanent` when a source and id come again with something else in them.
        """
        first = last_place - len(news) + 1
        rows = [
            {
                "_id": fact.key,
                "place": place,
                "about": fact.about,
                "recorded_at": recorded_at,
                "envelope": dict(vars(envelope)),
            }
            for place, (envelope, fact) in enumerate(news, first)
        ]
        try:
            await self._rows.insert_many(rows, session=session)
        except BulkWriteError as error:
            # A true duplicate is known before; what another replica keeps at the same moment is a
            # write conflict, and the transaction runs again.
            if any(each["code"] == _DUPLICATE for each in error.details["writeErrors"]):
                raise Permanent("its source and id were used before, for something else") from error
            raise

    async def blank(self, gone: FamilyErased, session: Session) -> None:
        """Take the names and words of a family out of what is kept; what is counted stays.

        The one change that the ledger knows: whoever has a right that we forget goes before the
        rule that nothing is ever changed.
        """
        people = ("students", "guardians")
        names = ("given_name", "family_name")
        blank: Document = {
            f"envelope.data.{who}.$[].{name}": "" for who in people for name in names
        }
        blank |= {f"envelope.data.{who}.$[].sourced_ids": [] for who in people}
        homes = [f"household|{each}" for each in gone.household_ids]
        contacts = [f"contact|{each}" for each in gone.contact_ids]
        changes: list[tuple[Document, Document]] = [
            ({"about": f"family|{gone.family_id}"}, blank),
            (
                {"about": {"$in": homes}},
                {"envelope.data.mailbox": None, "envelope.data.greeting": []},
            ),
        ]
        for where in ("envelope.data.letter", "envelope.data.now.letter"):
            written = {"about": {"$in": contacts}, where: {"$type": "object"}}
            changes.append((written, {f"{where}.words": ERASED_WORDS}))
        asked = [f"asked|{each}" for each in gone.asked_ids]
        changes.append(({"about": {"$in": asked}}, {"envelope.data.words": ""}))
        for query, change in changes:
            await self._rows.update_many(query, {"$set": change}, session=session)

    async def known(
        self, facts: Sequence[Fact], session: Session
    ) -> tuple[set[str], dict[str, list[Fact]]]:
        """Which of these messages are kept already, and the kept ones about the same things."""
        alone = [fact.key for fact in facts if fact.alone]
        things = {fact.about for fact in facts if not fact.alone}
        either: list[Document] = []
        if alone:
            either.append({"_id": {"$in": alone}})
        if things:
            either.append({"about": {"$in": list(things)}})
        keys: set[str] = set()
        before: dict[str, list[Fact]] = {}
        query = either[0] if len(either) == 1 else {"$or": either}
        async for row in self._rows.find(query, session=session):
            keys.add(row["_id"])
            if row["about"] in things:
                before.setdefault(row["about"], []).append(_fact(row))
        return keys, before

    async def about(
        self,
        things: Iterable[str],
        *,
        up_to: int,
        recorded_before: datetime | None = None,
        session: Session | None = None,
    ) -> dict[str, list[Fact]]:
        """The kept facts about some things, as far as `up_to`."""
        query: Document = {"about": {"$in": list(things)}, "place": {"$lte": up_to}}
        if recorded_before:
            query["recorded_at"] = {"$lt": recorded_before}
        found: dict[str, list[Fact]] = {}
        async with answering():
            async for row in self._rows.find(query, session=session):
                found.setdefault(row["about"], []).append(_fact(row))
        return found

    async def after(
        self, place: int, *, limit: int = CHUNK, recorded_before: datetime | None = None
    ) -> tuple[list[Fact], int]:
        """The next facts after a place, in order, and the place of the last row that was read."""
        query = {"place": {"$gt": place}}
        async with answering():
            cursor = self._rows.find(query).sort("place", ASCENDING).limit(limit)
            rows = await cursor.to_list(limit)
        last = rows[-1]["place"] if rows else place
        taken = [
            row for row in rows if recorded_before is None or row["recorded_at"] < recorded_before
        ]
        return [_fact(row) for row in taken], last

    async def newest_zones(self) -> dict[str, str]:
        """The time zone of each school by its newest message."""
        newest: dict[str, Fact] = {}
        async for fact in self._of_type(SchoolChanged.TYPE):
            known = newest.get(fact.about)
            if known is None or fact.newness > known.newness:
                newest[fact.about] = fact
        return {
            fact.message.school_id: fact.message.time_zone
            for fact in newest.values()
            if isinstance(fact.message, SchoolChanged)
        }

    async def _of_type(self, type: str) -> AsyncIterator[Fact]:
        # Without an index of its own: only a rebuild asks, and it reads the whole ledger anyway.
        async with answering():
            async for row in self._rows.find({"envelope.type": type}):
                yield _fact(row)

    @property
    def _rows(self) -> Collection:
        return self.database[LEDGER.name]

    @property
    def _heads(self) -> Collection:
        return self.database[HEAD.name]


def _fact(row: Mapping[str, object]) -> Fact:
    return fact_of(Envelope.model_validate(row["envelope"]))
