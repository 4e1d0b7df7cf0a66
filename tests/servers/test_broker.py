"""The broker of the tests can be stopped, killed and started, and keeps what it took."""

import asyncio

import aio_pika

from tests.servers import Broker


async def publish_durably(url: str, queue: str, body: bytes) -> None:
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        await channel.declare_queue(queue, durable=True, arguments={"x-queue-type": "quorum"})
        # A quorum queue declared this moment may not survive a crash: RabbitMQ needs to settle it.
        await asyncio.sleep(2)
        message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(message, routing_key=queue)


async def take(url: str, queue: str) -> bytes:
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        declared = await channel.get_queue(queue)
        message = await declared.get(timeout=10)
        assert message is not None
        await message.ack()
        return message.body


async def test_a_confirmed_message_survives_an_orderly_stop(rabbit: Broker, amqp_url: str) -> None:
    await publish_durably(amqp_url, "kept", b"a")
    async with rabbit.down():
        pass
    assert await take(amqp_url, "kept") == b"a"


async def test_a_confirmed_message_survives_a_kill(rabbit: Broker, amqp_url: str) -> None:
    await publish_durably(amqp_url, "kept", b"b")
    await rabbit.kill()
    await rabbit.start()
    assert await take(amqp_url, "kept") == b"b"


async def test_each_test_has_a_virtual_host_of_its_own(rabbit: Broker, amqp_url: str) -> None:
    listed = await rabbit.rabbitmqctl("list_vhosts", "name")
    assert amqp_url.rsplit("/", 1)[1] in listed.split()
    assert await rabbit.rabbitmqctl("list_queues", "-p", amqp_url.rsplit("/", 1)[1]) == ""
