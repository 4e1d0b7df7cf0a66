"""The bus of one process: rows in MongoDB instead of RabbitMQ's queues, with the same promises.

Publishing writes one row per subscribing queue; the retry ladder is a row's `due_at`; dead letters
go to the same store as RabbitMQ's. One conformance suite holds both buses to one behaviour (ADR 4).
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from pymongo import ASCENDING, IndexModel
from pymongo.errors import BulkWriteError

from shared import telemetry
from shared.bus import topology
from shared.bus.base import Incoming, Intake
from shared.bus.handlers import Consumer
from shared.bus.settle import Fate, after_failure, patiently, settle, words
from shared.clock import Clock
from shared.deadletters import DeadLetter, DeadLetters
from shared.envelope import Envelope
from shared.errors import DependencyDown, PartnersError
from shared.mongo import Database, Document, Kept, answering
from shared.outbox import Publisher

SWEEP_SECONDS = 0.25
AT_ONCE = 20
LARGEST_BATCH = 500
_DUPLICATE = 11000

DELIVERIES = Kept(
    "deliveries",
    indexes=(
        IndexModel(
            [("queue", ASCENDING), ("due_at", ASCENDING), ("_id", ASCENDING)],
            name="due",
        ),
    ),
)


class Unroutable(PartnersError):
    """No queue takes messages of this type: the set-up is broken."""


@dataclass
class LocalPublisher:
    """Stores a row for each subscribing queue; that is its confirmation."""

    bus: "LocalBus"

    async def publish(self, envelope: Envelope) -> None:
        """Return when every subscribing queue has its row."""
        queues = topology.subscribers(envelope.type)
        if not queues:
            raise Unroutable(f"no service knows the type {envelope.type}")
        rows = [self.bus.row(queue, envelope.key, envelope.to_json()) for queue in queues]
        await self.bus.put(rows)


@dataclass
class LocalBus:
    """All queues of one process, in the database `bus`."""

    database: Database
    clock: Clock
    _workers: list[asyncio.Task[None]] = field(default_factory=list)
    _woken: dict[str, asyncio.Event] = field(default_factory=dict)
    _ready: bool = False

    async def publisher(self, service: str) -> Publisher:
        """A publisher; all are alike here."""
        del service
        await self._prepare()
        return LocalPublisher(self)

    async def consume(self, consumer: Consumer, dead: DeadLetters) -> None:
        """Begin to hand out the service's rows."""
        await self._prepare()
        dead.again = self._again(consumer.service)
        if consumer.fold is None:

            async def one(row: Document) -> None:
                await self._obey(row, await settle(consumer, row["body"], row["tries"]), dead)

            self._work(consumer, consumer.service, self._each(one))
        else:
            self._work(consumer, consumer.service, self._batched(consumer, dead))

    async def take_in(self, consumer: Consumer, dead: DeadLetters, intake: Intake) -> None:
        """Begin to hand what was sent to `partners.ingress` to the gateway's intake."""
        await self._prepare()

        async def one(row: Document) -> None:
            incoming = Incoming(row["body"], row["key"], row["content_type"], row["headers"])
            fate = Fate("done")
            try:
                await patiently(consumer, lambda: intake(incoming))
            except Exception as error:  # noqa: BLE001 - every failure becomes a fate
                telemetry.failed(consumer.service, error)
                fate = Fate("dead", reason=words(error))
            await self._obey(row, fate, dead, came=incoming.came)

        self._work(consumer, topology.INGRESS_QUEUE, self._each(one))

    async def send_in(self, incoming: Incoming, mint: Callable[[], str]) -> None:
        """What an AMQP client's publish to `partners.ingress` is on RabbitMQ."""
        await self._prepare()
        row = self.row(topology.INGRESS_QUEUE, mint(), incoming.body)
        row |= {
            "key": incoming.routing_key,
            "content_type": incoming.content_type,
            "headers": incoming.headers,
        }
        await self.put([row])

    async def ping(self) -> None:
        """Raise `DependencyDown` unless all workers run and the database answers."""
        if any(worker.done() for worker in self._workers):
            raise DependencyDown("the local bus")
        await self.database.ping()

    async def stop(self) -> None:
        """Stop the workers; what they held is handed out again at the next start."""
        for worker in self._workers:
            worker.cancel()
        for worker in self._workers:
            with suppress(asyncio.CancelledError):
                await worker
        self._workers.clear()

    # --- rows -------------------------------------------------------------------------------------

    def row(self, queue: str, key: str, body: bytes) -> Document:
        """One delivery, due now."""
        now = self.clock.now()
        return {
            "_id": f"{queue}|{key}",
            "queue": queue,
            "body": body,
            "tries": 0,
            "due_at": now,
        }

    async def put(self, rows: Sequence[Document]) -> None:
        """Store deliveries; one that is stored already is kept as it is."""
        async with answering():
            try:
                await self.database[DELIVERIES.name].insert_many(rows, ordered=False)
            except BulkWriteError as error:
                if any(each["code"] != _DUPLICATE for each in error.details["writeErrors"]):
                    raise
        for queue in {row["queue"] for row in rows}:
            self._bell(queue).set()

    async def waiting(self) -> int:
        """How many deliveries are not done yet."""
        return await self.database[DELIVERIES.name].count_documents({})

    async def _prepare(self) -> None:
        if not self._ready:
            await self.database.ensure(DELIVERIES)
            self._ready = True

    def _bell(self, queue: str) -> asyncio.Event:
        return self._woken.setdefault(queue, asyncio.Event())

    def _again(self, service: str) -> Callable[[DeadLetter], Awaitable[None]]:
        async def again(letter: DeadLetter) -> None:
            if letter.came:
                incoming = Incoming.again(letter.body, letter.came)
                await self.send_in(incoming, lambda: f"again|{letter.letter_id}")
                return
            await self.put([self.row(service, f"again|{letter.letter_id}", letter.body)])

        return again

    # --- handing out ------------------------------------------------------------------------------

    def _work(
        self,
        consumer: Consumer,
        queue: str,
        take: Callable[[list[Document]], Awaitable[None]],
    ) -> None:
        size = AT_ONCE if consumer.fold is None else LARGEST_BATCH
        task = asyncio.create_task(self._run(queue, size, take), name=f"local bus {queue}")
        self._workers.append(task)

    async def _run(
        self, queue: str, size: int, take: Callable[[list[Document]], Awaitable[None]]
    ) -> None:
        bell = self._bell(queue)
        while True:
            bell.clear()
            try:
                rows = await self._due(queue, size)
                if rows:
                    await take(rows)
                    continue
            except DependencyDown as down:
                telemetry.logger("bus").warning("waiting", queue=queue, reason=str(down))
            with suppress(TimeoutError):
                # Not wait_for: before Python 3.12 it can lose a cancellation, and stop would hang.
                async with asyncio.timeout(SWEEP_SECONDS):
                    await bell.wait()

    async def _due(self, queue: str, size: int) -> list[Document]:
        query = {"queue": queue, "due_at": {"$lte": self.clock.now()}}
        async with answering():
            cursor = self.database[DELIVERIES.name].find(query)
            return await cursor.sort([("due_at", 1), ("_id", 1)]).limit(size).to_list(size)

    def _each(
        self, one: Callable[[Document], Awaitable[None]]
    ) -> Callable[[list[Document]], Awaitable[None]]:
        async def take(rows: list[Document]) -> None:
            ended = await asyncio.gather(*(one(row) for row in rows), return_exceptions=True)
            # Only when all have ended: what is still being handled would be handed out again.
            for error in ended:
                if isinstance(error, BaseException):
                    raise error

        return take

    def _batched(
        self, consumer: Consumer, dead: DeadLetters
    ) -> Callable[[list[Document]], Awaitable[None]]:
        fold = consumer.fold
        assert fold is not None

        async def take(rows: list[Document]) -> None:
            try:
                envelopes = [Envelope.parse(row["body"]) for row in rows]
                await patiently(consumer, lambda: fold(envelopes))
            except Exception as error:  # noqa: BLE001 - halve until the culprit stands alone
                if len(rows) == 1:
                    telemetry.failed(consumer.service, error)
                    await self._obey(rows[0], after_failure(rows[0]["tries"], error), dead)
                    return
                middle = len(rows) // 2
                await take(rows[:middle])
                await take(rows[middle:])
                return
            await self._done(rows)
            telemetry.FATES.labels(consumer.service, "done").inc(len(rows))

        return take

    async def _obey(self, row: Document, fate: Fate, dead: DeadLetters, came: str = "") -> None:
        if fate.kind == "again":
            rest = timedelta(seconds=topology.RUNGS[fate.rung])
            change = {"due_at": self.clock.now() + rest, "error": fate.reason}
            async with answering():
                await self.database[DELIVERIES.name].update_one(
                    {"_id": row["_id"]}, {"$set": change, "$inc": {"tries": 1}}
                )
        else:
            if fate.kind == "dead":
                headers: dict[str, Any] = {
                    "x-retry": row["tries"],
                    "x-error": fate.reason,
                    "x-came": came,
                }
                await dead.bury(row["body"], headers, row["queue"])
            await self._done([row])
        telemetry.settled(row["queue"], fate.kind)

    async def _done(self, rows: Sequence[Document]) -> None:
        async with answering():
            await self.database[DELIVERIES.name].delete_many(
                {"_id": {"$in": [row["_id"] for row in rows]}}
            )
