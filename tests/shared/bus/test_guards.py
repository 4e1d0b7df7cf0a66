"""The guards of RabbitMQ's queues, and what a service says when they are missing."""

import aio_pika
import pytest

from shared.bus import setup, topology
from shared.bus.guards import WrongQueue, check_queues
from shared.bus.rabbit import RabbitBus
from shared.clock import SystemClock
from shared.envelope import Envelope
from shared.messages import MESSAGES, SchoolChanged


async def test_a_queue_without_its_guards_is_named_and_the_service_stops(amqp_url: str) -> None:
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        await channel.declare_queue("contacts", durable=True, arguments={"x-queue-type": "quorum"})
    with pytest.raises(WrongQueue, match=r"contacts.*x-dead-letter-exchange|x-overflow"):
        await check_queues(amqp_url, (topology.work_queue("contacts"),))


async def test_what_is_published_is_persistent_and_named_by_its_id(amqp_url: str) -> None:
    await setup.declare(amqp_url, rest=0)
    bus = RabbitBus(amqp_url)
    envelope = Envelope.seal(
        SchoolChanged(school_id="maple", name="Maple"),
        id="m1",
        source="/partners/contacts",
        time=SystemClock().now(),
        sequence=1,
    )
    await (await bus.publisher("contacts")).publish(envelope)
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        message = await (await channel.get_queue("events", ensure=False)).get()
    assert message is not None
    assert message.delivery_mode == aio_pika.DeliveryMode.PERSISTENT
    assert message.message_id == "m1"
    assert message.content_type == "application/cloudevents+json"
    assert Envelope.parse(message.body) == envelope
    await bus.stop()


async def test_a_full_queue_refuses_instead_of_dropping(
    amqp_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topology, "MAX_BYTES", 2000)
    await setup.declare(amqp_url, rest=0)
    bus = RabbitBus(amqp_url)
    publisher = await bus.publisher("contacts")
    told = 0
    with pytest.raises(Exception, match=r"(?i)nack|deliver|confirm"):  # noqa: PT012 - until it is full
        for number in range(200):
            await publisher.publish(
                Envelope.seal(
                    SchoolChanged(school_id=f"s{number}", name="x" * 300),
                    id=str(number),
                    source="/partners/contacts",
                    time=SystemClock().now(),
                    sequence=1,
                )
            )
            told += 1
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue("gateway", passive=True)
        assert (queue.declaration_result.message_count or 0) >= told
    await bus.stop()


def test_every_message_type_has_a_consumer_and_an_owner() -> None:
    for kind in MESSAGES:
        assert topology.subscribers(kind), kind
        assert any(kind in topology.emits(service) for service in topology.SERVICES), kind


def test_every_work_queue_dead_letters_at_least_once_and_refuses_when_full() -> None:
    for service in topology.SERVICES:
        arguments = topology.work_queue(service).arguments
        assert arguments["x-dead-letter-strategy"] == "at-least-once"
        assert arguments["x-overflow"] == "reject-publish"
        assert arguments["x-delivery-limit"] == 20
