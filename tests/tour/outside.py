"""Another school system at the broker."""

import asyncio
import json
from collections.abc import Mapping

import aio_pika

from shared.bus.topology import INGRESS_EXCHANGE


def emit_by_amqp(url: str, system: str, message: Mapping[str, object]) -> None:
    """Publish one structured CloudEvent to `partners.ingress`, persistent and confirmed."""
    asyncio.run(_emit(url, system, message))


async def _emit(url: str, system: str, message: Mapping[str, object]) -> None:
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        exchange = await channel.get_exchange(INGRESS_EXCHANGE, ensure=False)
        body = aio_pika.Message(
            json.dumps(message).encode(),
            content_type="application/cloudevents+json",
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        )
        await exchange.publish(body, f"ext.{system}.{message['type']}")
