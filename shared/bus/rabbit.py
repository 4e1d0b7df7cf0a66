"""The bus of many processes: RabbitMQ through FastStream, with the guards that it leaves off.

Never its defaults: persistent messages, confirms, returned messages raise, bounded prefetch, and
what a handler fails on is set aside with confirmation before it is acknowledged (docs/decisions).
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, cast

from aio_pika.exceptions import AMQPError, DeliveryError
from faststream import AckPolicy
from faststream.exceptions import AckMessage, RejectMessage
from faststream.rabbit import (
    Channel,
    ExchangeType,
    QueueType,
    RabbitBroker,
    RabbitExchange,
    RabbitMessage,
    RabbitQueue,
)
from faststream.rabbit.schemas.queue import QuorumQueueArgs

from shared import crashpoints, telemetry
from shared.bus import topology
from shared.bus.base import Incoming, Intake
from shared.bus.batch import BatchConsumer
from shared.bus.connections import LastingConnection
from shared.bus.guards import check_queues
from shared.bus.handlers import Consumer
from shared.bus.settle import Fate, patiently, settle, words
from shared.deadletters import DeadLetter, DeadLetters
from shared.envelope import CONTENT_TYPE, Envelope
from shared.errors import DependencyDown
from shared.outbox import Publisher

PUBLISH_SECONDS = 10.0
TYPE = "x-queue-type"
_DOWN = (AMQPError, ConnectionError, TimeoutError, RuntimeError, asyncio.TimeoutError)


def _broker(url: str, prefetch: int) -> RabbitBroker:
    broker = RabbitBroker(
        url,
        default_channel=Channel(prefetch_count=prefetch, on_return_raises=True),
        ack_policy=AckPolicy.REJECT_ON_ERROR,
        reconnect_interval=1.0,
        graceful_timeout=10.0,
        apply_types=False,
        decoder=_raw,
        logger=None,
        app_id="partners",
    )
    # FastStream hands these on to aio-pika, and has no argument for this one.
    broker._connection_kwargs["connection_class"] = LastingConnection  # noqa: SLF001
    return broker


async def _raw(message: Any) -> bytes:
    body: bytes = message.body
    return body


def _queue(queue: topology.Queue) -> RabbitQueue:
    guards = cast("QuorumQueueArgs", {k: v for k, v in queue.arguments.items() if k != TYPE})
    return RabbitQueue(queue.name, queue_type=QueueType.QUORUM, durable=True, arguments=guards)


@dataclass
class RabbitPublisher:
    """Publishes confirmed, persistent messages on a connection of its own."""

    broker: RabbitBroker

    async def publish(self, envelope: Envelope) -> None:
        """Return when every bound queue has it; `DependencyDown` or the broker's refusal else."""
        exchange = RabbitExchange(
            topology.MESSAGES_EXCHANGE, type=ExchangeType.TOPIC, declare=False
        )
        await self._send(
            envelope.to_json(),
            exchange,
            envelope.type,
            message_id=envelope.id,
            headers={},
        )

    async def set_aside(
        self,
        service: str,
        key: str,
        body: bytes,
        message_id: str,
        headers: dict[str, Any],
    ) -> None:
        """Put a message on a rung, among the dead, or back into its queue, confirmed."""
        exchange = RabbitExchange(
            topology.failed_exchange(service), type=ExchangeType.DIRECT, declare=False
        )
        await self._send(body, exchange, key, message_id=message_id, headers=headers)

    async def _send(
        self,
        body: bytes,
        exchange: RabbitExchange,
        key: str,
        *,
        message_id: str,
        headers: dict[str, Any],
    ) -> None:
        try:
            await self.broker.publish(
                body,
                exchange=exchange,
                routing_key=key,
                message_id=message_id,
                headers=headers,
                content_type=CONTENT_TYPE,
                persist=True,
                mandatory=True,
                timeout=PUBLISH_SECONDS,
            )
        except DeliveryError:
            raise
        except _DOWN as error:
            raise DependencyDown("the message broker", error) from error


@dataclass
class RabbitBus:
    """One process's connections to RabbitMQ."""

    url: str
    _brokers: list[RabbitBroker] = field(default_factory=list)
    _batches: list[BatchConsumer] = field(default_factory=list)
    _publishers: dict[str, RabbitPublisher] = field(default_factory=dict)
    _consuming: bool = False

    async def publisher(self, service: str) -> Publisher:
        """The publisher of a service; made once, on its own connection."""
        return await self._publisher(service)

    async def _publisher(self, service: str) -> RabbitPublisher:
        if service not in self._publishers:
            self._publishers[service] = RabbitPublisher(await self._connected(prefetch=1))
        return self._publishers[service]

    async def _connected(self, prefetch: int) -> RabbitBroker:
        broker = _broker(self.url, prefetch)
        await self._start(broker)
        return broker

    async def _start(self, broker: RabbitBroker) -> None:
        try:
            await broker.start()
        except _DOWN as error:
            with suppress(*_DOWN):
                await broker.stop()
            raise DependencyDown("the message broker", error) from error
        self._brokers.append(broker)

    async def consume(self, consumer: Consumer, dead: DeadLetters) -> None:
        """Begin to consume the service's queue and its dead letters."""
        aside = await self._publisher(consumer.service)
        dead.again = _again(consumer.service, aside)
        before = len(self._brokers)
        try:
            await self._begin(consumer, dead, aside)
        except DependencyDown:
            # Whoever tries again must not find itself consuming twice.
            begun, self._brokers[before:] = self._brokers[before:], []
            for broker in begun:
                with suppress(*_DOWN):
                    await broker.stop()
            raise
        self._consuming = True

    async def _begin(self, consumer: Consumer, dead: DeadLetters, aside: RabbitPublisher) -> None:
        await check_queues(self.url, topology.queues(consumer.service))
        await self._bury(consumer, dead)
        if consumer.fold is not None:
            batch = BatchConsumer(self.url, consumer, aside.set_aside)
            await batch.start()
            self._batches.append(batch)
            return

        async def one(message: RabbitMessage) -> None:
            fate = await settle(consumer, message.body, _tries(message))
            await _obey(fate, consumer.service, message, aside)

        await self._subscribe(topology.work_queue(consumer.service), consumer.prefetch, one)

    async def take_in(self, consumer: Consumer, dead: DeadLetters, intake: Intake) -> None:
        """Begin to consume what other systems send; `consume` buries what is refused."""
        del dead
        aside = await self._publisher(consumer.service)

        async def one(message: RabbitMessage) -> None:
            incoming = _incoming(message)
            fate = Fate("done")
            try:
                await patiently(consumer, lambda: intake(incoming))
                crashpoints.reach("intake.kept")
            except Exception as error:  # noqa: BLE001 - every failure becomes a fate
                telemetry.failed(consumer.service, error)
                # No ladder here: what can be read is kept at once, the rest is refused.
                fate = Fate("dead", reason=words(error))
            await _obey(fate, consumer.service, message, aside, came=incoming.came)

        await self._subscribe(topology.ingress_queue(), consumer.prefetch, one)

    async def _bury(self, consumer: Consumer, dead: DeadLetters) -> None:
        async def one(message: RabbitMessage) -> None:
            headers = dict(message.headers)
            queue = str(headers.get("x-queue") or _first_queue(headers) or consumer.service)
            await patiently(consumer, lambda: dead.bury(message.body, headers, queue))
            crashpoints.reach("dead.kept", [queue])

        await self._subscribe(topology.dead_queue(consumer.service), 5, one)

    async def _subscribe(
        self,
        queue: topology.Queue,
        prefetch: int,
        one: Callable[[RabbitMessage], Awaitable[None]],
    ) -> None:
        broker = _broker(self.url, prefetch)

        @broker.subscriber(_queue(queue), no_reply=True)
        async def receive(message: Any) -> None:
            del message
            await one(broker.context.get_local("message"))

        await self._start(broker)

    async def ping(self) -> None:
        """Raise `DependencyDown` unless it consumes and every connection is open."""
        if not self._consuming:
            raise DependencyDown("the message broker")
        for broker in self._brokers:
            if not await broker.ping(timeout=2.0):
                raise DependencyDown("the message broker")
        for batch in self._batches:
            batch.check()

    async def stop(self) -> None:
        """Stop consuming first, publishing last."""
        for batch in self._batches:
            await batch.stop()
        publishers = [each.broker for each in self._publishers.values()]
        consuming = [each for each in self._brokers if each not in publishers]
        for broker in [*consuming, *publishers]:
            with suppress(*_DOWN):
                await broker.stop()
        self._brokers.clear()


async def _obey(
    fate: Fate, service: str, message: RabbitMessage, aside: RabbitPublisher, came: str = ""
) -> None:
    """Carry out a fate: set aside with confirmation, then acknowledge; reject if that fails.

    `came` is given for what another system sent, and kept so that it can come in once more.
    """
    telemetry.settled(service, fate.kind)
    if fate.kind == "done":
        return
    key = fate.rung if fate.kind == "again" else topology.DEAD
    headers = {"x-retry": _tries(message) + 1, "x-error": fate.reason[:500]}
    if fate.kind == "dead":
        headers = {"x-retry": _tries(message), "x-error": fate.reason[:500]}
        headers["x-queue"] = topology.INGRESS_QUEUE if came else service
        headers["x-came"] = came
    try:
        await aside.set_aside(service, key, message.body, message.message_id, headers)
    except Exception as error:
        # The fallback: the broker dead-letters it, with its own words for the reason.
        raise RejectMessage from error
    crashpoints.reach("message.aside", [key])
    raise AckMessage


def _first_queue(headers: dict[str, Any]) -> str:
    deaths = headers.get("x-death") or []
    first = deaths[-1] if deaths else {}
    return str(first.get("queue", "")) if isinstance(first, dict) else ""


def _tries(message: RabbitMessage) -> int:
    tries = message.headers.get("x-retry", 0)
    return tries if isinstance(tries, int) else 0


def _incoming(message: RabbitMessage) -> Incoming:
    raw = message.raw_message
    if raw.routing_key == topology.AGAIN_IN:
        # Only our own failed exchange leads here by this key, so the header is our own.
        return Incoming.again(message.body, str(message.headers["x-came"]))
    return Incoming(
        body=message.body,
        routing_key=str(raw.routing_key or ""),
        content_type=str(raw.content_type or ""),
        headers={str(k): str(v) for k, v in message.headers.items()},
    )


def _again(service: str, aside: RabbitPublisher) -> Callable[[DeadLetter], Awaitable[None]]:
    async def again(letter: DeadLetter) -> None:
        if letter.came:
            key, headers = topology.AGAIN_IN, {"x-came": letter.came}
        else:
            key, headers = topology.AGAIN, {}
        await aside.set_aside(service, key, letter.body, letter.message_id, headers)

    return again
