"""Declares everything on the broker once, before any traffic, and rests.

A quorum queue just declared can lose confirmed messages if the broker crashes within about half a
second (measured on 3.10.8; rabbitmq-server issue 15725), so the set-up rests two seconds.
"""

import asyncio

import aio_pika
from aio_pika import ExchangeType
from aio_pika.abc import AbstractChannel, AbstractQueue

from shared.bus import topology
from shared.bus.connections import PlainConnection

REST_SECONDS = 2.0


async def declare(url: str, *, rest: float = REST_SECONDS) -> None:
    """Declare exchanges, queues and bindings, with a user who may; then rest `rest` seconds."""
    connection = await aio_pika.connect(url, connection_class=PlainConnection)
    async with connection:
        channel = await connection.channel()
        for name in (topology.MESSAGES_EXCHANGE, topology.INGRESS_EXCHANGE):
            await channel.declare_exchange(name, ExchangeType.TOPIC, durable=True)
        for service in topology.SERVICES:
            await channel.declare_exchange(
                topology.failed_exchange(service), ExchangeType.DIRECT, durable=True
            )
        for service in topology.SERVICES:
            await _declare_service(channel, service)
    await asyncio.sleep(rest)


async def _declare_service(channel: AbstractChannel, service: str) -> None:
    queues: dict[str, AbstractQueue] = {
        queue.name: await channel.declare_queue(queue.name, durable=True, arguments=queue.arguments)
        for queue in topology.queues(service)
    }
    for binding in topology.bindings(service):
        await queues[binding.queue].bind(binding.exchange, binding.key)
