"""A consumer that takes hundreds of messages in one transaction, straight on aio-pika.

One acknowledgement settles a whole batch, which FastStream's one-message handlers can't do (ADR 3).
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aio_pika
from aio_pika.abc import AbstractIncomingMessage, AbstractRobustConnection

from shared import crashpoints, telemetry
from shared.bus import topology
from shared.bus.connections import LastingConnection
from shared.bus.handlers import Consumer
from shared.bus.settle import after_failure, patiently
from shared.envelope import Envelope
from shared.errors import DependencyDown, Permanent

PREFETCH = 1000
LARGEST = 500
LINGER_SECONDS = 0.05

SetAside = Callable[[str, str, bytes, str, dict[str, Any]], Awaitable[None]]


@dataclass
class BatchConsumer:
    """Collects deliveries and folds them, 500 at a time or after 50 ms."""

    url: str
    consumer: Consumer
    set_aside: SetAside
    largest: int = LARGEST
    linger: float = LINGER_SECONDS
    _waiting: asyncio.Queue[AbstractIncomingMessage] = field(
        default_factory=lambda: asyncio.Queue(PREFETCH * 2)
    )
    _connection: AbstractRobustConnection | None = None
    _task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Connect and begin."""
        try:
            self._connection = await aio_pika.connect_robust(
                self.url, reconnect_interval=1, connection_class=LastingConnection
            )
            channel = await self._connection.channel()
            await channel.set_qos(prefetch_count=PREFETCH)
            # Declared (passively), not merely got: only then is it consumed again after an outage.
            queue = await channel.declare_queue(self.consumer.service, passive=True)
            await queue.consume(self._waiting.put)
        # aio-pika says RuntimeError when the connection ends between two steps.
        except (aio_pika.exceptions.AMQPError, ConnectionError, RuntimeError) as error:
            if self._connection:
                await self._connection.close()
            raise DependencyDown("the message broker", error) from error
        self._task = asyncio.create_task(self._run(), name=f"batch {self.consumer.service}")

    async def stop(self) -> None:
        """Stop; what was not acknowledged goes back to the queue."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self._connection:
            await self._connection.close()

    def check(self) -> None:
        """Raise `DependencyDown` unless it runs."""
        running = self._task is not None and not self._task.done()
        if not running or self._connection is None or not self._connection.connected.is_set():
            raise DependencyDown("the message broker")

    async def _run(self) -> None:
        while True:
            batch = await self._collect()
            try:
                await self._settle(batch)
            except Exception as error:  # noqa: BLE001 - nothing of it was acknowledged
                telemetry.failed(self.consumer.service, error)
                await _give_back(batch)

    async def _collect(self) -> list[AbstractIncomingMessage]:
        batch = [await self._waiting.get()]
        end = asyncio.get_running_loop().time() + self.linger
        while len(batch) < self.largest:
            try:
                batch.append(self._waiting.get_nowait())
            except asyncio.QueueEmpty:
                rest = end - asyncio.get_running_loop().time()
                if rest <= 0:
                    break
                try:
                    # Not wait_for: before Python 3.12 it can lose a cancellation.
                    async with asyncio.timeout(rest):
                        batch.append(await self._waiting.get())
                except TimeoutError:
                    break
        return batch

    async def _settle(self, batch: Sequence[AbstractIncomingMessage]) -> None:
        good: list[tuple[AbstractIncomingMessage, Envelope]] = []
        for message in batch:
            try:
                good.append((message, Envelope.parse(message.body)))
            except Permanent as error:
                await self._put_aside(message, error)
        if good:
            telemetry.delayed(self.consumer.service, good[0][1])
            crashpoints.reach("message.received", (envelope.type for _, envelope in good))
        with telemetry.HANDLED.labels(self.consumer.service, "batch").time():
            await self._fold(good)
        crashpoints.reach("message.handled", (envelope.type for _, envelope in good))
        # `multiple` covers all lower tags: the bad ones are set aside already, with confirmation.
        # After a reconnection a batch may hold deliveries of two channels.
        for last in {id(message.channel): message for message in batch}.values():
            await last.ack(multiple=True)
        crashpoints.reach("message.acknowledged", (envelope.type for _, envelope in good))

    async def _fold(self, good: Sequence[tuple[AbstractIncomingMessage, Envelope]]) -> None:
        if not good:
            return
        fold = self.consumer.fold
        assert fold is not None
        try:
            await patiently(self.consumer, lambda: fold([envelope for _, envelope in good]))
            telemetry.FATES.labels(self.consumer.service, "done").inc(len(good))
        except Exception as error:  # noqa: BLE001 - halve until the culprit stands alone
            if len(good) == 1:
                await self._put_aside(good[0][0], error)
                return
            middle = len(good) // 2
            await self._fold(good[:middle])
            await self._fold(good[middle:])

    async def _put_aside(self, message: AbstractIncomingMessage, error: BaseException) -> None:
        service = self.consumer.service
        telemetry.failed(service, error)
        header = message.headers.get("x-retry", 0)
        tries = header if isinstance(header, int) else 0
        fate = after_failure(tries, error)
        telemetry.settled(service, fate.kind)
        again = fate.kind == "again"
        key = fate.rung if again else topology.DEAD
        headers = {
            "x-retry": tries + 1 if again else tries,
            "x-error": fate.reason[:500],
        }
        await self.set_aside(service, key, message.body, message.message_id or "", headers)
        crashpoints.reach("message.aside", [key])


async def _give_back(batch: Sequence[AbstractIncomingMessage]) -> None:
    # Each by itself: a later `multiple` acknowledgement must not cover what was not handled.
    # On a lost channel this fails, and the broker has given all of it back already.
    for message in batch:
        with suppress(aio_pika.exceptions.AMQPError, RuntimeError, ConnectionError):
            await message.nack(requeue=True)
