"""MongoDB, and the only place (with the stores) that knows the driver. ADR 1 says why Motor."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any, TypeVar

from bson import CodecOptions
from motor.motor_asyncio import (
    AsyncIOMotorClient,
    AsyncIOMotorClientSession,
    AsyncIOMotorCollection,
    AsyncIOMotorDatabase,
)
from pymongo import IndexModel, ReadPreference
from pymongo.errors import (
    CollectionInvalid,
    ConfigurationError,
    ConnectionFailure,
    ExecutionTimeout,
    OperationFailure,
    PyMongoError,
    WTimeoutError,
)
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from shared.errors import DependencyDown
from shared.mongo_left_open import LeftOpen

Document = dict[str, Any]
Collection = AsyncIOMotorCollection[Document]
Session = AsyncIOMotorClientSession
T = TypeVar("T")

_SERVERS_TROUBLE = {
    *(91, 189, 10107, 11600, 11601, 11602, 13435, 13436),
    *(6, 7, 89, 9001),
    *(134, 262, 14031),
}
"""Server codes: shutting down, stepped down, not writable primary, interrupted (also by a replica
that took a transaction for one whose process is gone); nodes that do not reach each other; no
majority yet, its own time limit exceeded, its disk full."""
FIRST_PAUSE, LONGEST_PAUSE = 0.005, 0.5
IN_THE_WAY = 3
"""After so many runs in vain it may be a transaction in the way whose process is gone."""
_NO_SUCH_TRANSACTION = 251
"""To a commit that was asked for again: the node does not know it, and can't reach a majority to
say so for sure. The server then leaves off the label by which the driver would start anew."""
_NOT_DONE = ("TransientTransactionError", "UnknownTransactionCommitResult")
"""Labels of what the driver itself has tried again for two minutes."""


@dataclass(frozen=True)
class Kept:
    """What a store keeps in one collection: its name, indexes and JSON-schema validator."""

    name: str
    indexes: Sequence[IndexModel] = ()
    schema: Mapping[str, Any] | None = None


def is_down(error: BaseException) -> bool:
    """Whether this is the database's trouble and not the message's or the request's."""
    # A node that has just started or lost its place says that it knows no sessions; the driver
    # takes that for a wrong configuration.
    if isinstance(error, ConnectionFailure | WTimeoutError | ExecutionTimeout | ConfigurationError):
        return True
    return isinstance(error, OperationFailure) and error.code in _SERVERS_TROUBLE


def is_undone(error: OperationFailure) -> bool:
    """Whether a transaction ended without its being known whether it was made, or after two
    minutes in vain. Not to be asked within one: there the driver has yet to try again.
    """
    labelled = any(error.has_error_label(label) for label in _NOT_DONE)
    return labelled or error.code == _NO_SUCH_TRANSACTION


@asynccontextmanager
async def answering() -> AsyncIterator[None]:
    """Turns "the server is away" into `DependencyDown`, and leaves every other error as it is."""
    try:
        yield
    except PyMongoError as error:
        if is_down(error):
            raise DependencyDown("the database", error) from error
        raise


@dataclass
class Database:
    """One service's own database. Writes are majority and journaled, reads from the majority."""

    client: AsyncIOMotorClient[Document]
    name: str
    _raw: AsyncIOMotorDatabase[Document] = field(init=False)
    _left_open: LeftOpen = field(init=False)
    _known: dict[str, Collection] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._left_open = LeftOpen(self.client)
        self._raw = self.client.get_database(
            self.name,
            codec_options=CodecOptions(tz_aware=True, tzinfo=UTC),
            write_concern=WriteConcern(w="majority", j=True, wtimeout=10_000),
            read_concern=ReadConcern("majority"),
            read_preference=ReadPreference.PRIMARY,
        )

    def __getitem__(self, collection: str) -> Collection:
        # Kept: the driver makes a new one each time, which costs as much as a question's parsing.
        if collection not in self._known:
            self._known[collection] = self._raw[collection]
        return self._known[collection]

    def zoneless(self, collection: str) -> Collection:
        """The same, whose moments are UTC and don't say so: the driver takes four times as long to
        read a row of five where they do. For hundreds of rows; `replace(tzinfo=UTC)` adds it.
        """
        key = f"{collection}, zoneless"
        if key not in self._known:
            self._known[key] = self[collection].with_options(codec_options=CodecOptions())
        return self._known[key]

    def beside(self, name: str) -> "Database":
        """Another database of the same server and user, such as the local bus."""
        return Database(self.client, name)

    async def ensure(self, *kept: Kept) -> None:
        """Create collections, validators and indexes where they are missing or differ."""
        async with answering():
            for each in kept:
                await self._ensure_collection(each)
                if each.indexes:
                    await self[each.name].create_indexes(list(each.indexes))

    async def _ensure_collection(self, kept: Kept) -> None:
        validator = {"$jsonSchema": dict(kept.schema)} if kept.schema else {}
        known = await self._raw.list_collections(filter={"name": kept.name})
        async for there in known:
            # Asked first: changing it waits for every open transaction, those of a process that
            # was just killed too, and holds up everybody else meanwhile.
            if there["options"].get("validator", {}) != validator:
                await self._raw.command("collMod", kept.name, validator=validator)
            return
        try:
            await self._raw.create_collection(kept.name, validator=validator)
        except (CollectionInvalid, OperationFailure) as error:
            # Another replica was faster.
            if isinstance(error, OperationFailure) and error.code not in {None, 48}:
                raise

    async def ping(self) -> None:
        """Raise `DependencyDown` unless a primary answers within two seconds."""
        async with answering():
            reply = await self._raw.command("hello", maxTimeMS=2000)
            if not reply.get("isWritablePrimary"):
                raise DependencyDown("the database")

    async def transaction(self, body: Callable[[Session], Awaitable[T]]) -> T:
        """Run `body` in one transaction, again on conflicts, and resolve an unclear commit.

        Raises `DependencyDown` when the server is away; then nothing was kept, or, when the answer
        to the commit was lost, everything: the caller tries again and the inbox tells which.

        Whoever cancels it waits until the run that is under way has come to its end. Motor works in
        threads, which nobody can stop: else two of them would use one session, and one would end
        the transaction under the other.
        """
        unwanted = asyncio.Event()
        task = asyncio.create_task(self._transaction(body, unwanted))
        return await _to_its_end(task, unwanted)

    async def _transaction(
        self, body: Callable[[Session], Awaitable[T]], unwanted: asyncio.Event
    ) -> T:
        runs = 0

        async def coroutine(session: Session) -> T:
            nonlocal runs
            if unwanted.is_set():
                raise asyncio.CancelledError
            if runs >= IN_THE_WAY:
                await self._left_open.end()
            if runs:
                await asyncio.sleep(_pause(runs))
            runs += 1
            return await body(session)

        async with answering(), await self.client.start_session() as session:
            try:
                return await session.with_transaction(
                    coroutine,
                    read_concern=ReadConcern("snapshot"),
                    write_concern=WriteConcern(w="majority", j=True, wtimeout=10_000),
                    read_preference=ReadPreference.PRIMARY,
                )
            except OperationFailure as error:
                if is_undone(error):
                    raise DependencyDown("the database", error) from error
                raise

    async def drop(self) -> None:
        """Forget everything in it; for resets and tests."""
        await self.client.drop_database(self.name)


async def _to_its_end(task: "asyncio.Task[T]", unwanted: asyncio.Event) -> T:
    while not task.done():
        try:
            # Unlike awaiting it, this leaves the task alone when somebody cancels us.
            await asyncio.wait([task])
        except asyncio.CancelledError:
            unwanted.set()
    if unwanted.is_set():
        if not task.cancelled():
            task.exception()  # looked at, so that nobody complains that it was not
        raise asyncio.CancelledError
    return task.result()


def _pause(runs: int) -> float:
    """Seconds before a transaction runs again after so many runs.

    As the specification of transactions has it, and newer drivers do, but not Motor: what conflicts
    with the open transaction of a process that was killed would else spin until that one ends.
    """
    return random.random() * min(FIRST_PAUSE * 1.5**runs, LONGEST_PAUSE)  # noqa: S311 - jitter


def connect(uri: str, name: str) -> Database:
    """Open a service's database. Does not wait for the server: `Database.ping` does."""
    client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(
        uri,
        tz_aware=True,
        serverSelectionTimeoutMS=3000,
        connectTimeoutMS=3000,
        retryWrites=True,
        maxPoolSize=50,
        # Whoever finds all connections taken for so long is told to come again.
        waitQueueTimeoutMS=5000,
        appname="partners",
    )
    return Database(client, name)


def close(database: Database) -> None:
    """Close the connections behind it."""
    database.client.close()
