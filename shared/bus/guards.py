"""Whether the broker's queues have the guards that this version relies on."""

import re
from contextlib import suppress

import aio_pika
from aio_pika.exceptions import AMQPError, ChannelPreconditionFailed

from shared.bus import topology
from shared.bus.connections import PlainConnection
from shared.errors import DependencyDown, PartnersError


class WrongQueue(PartnersError):
    """A queue on the broker differs from what this version declares."""


async def check_queues(url: str, queues: tuple[topology.Queue, ...]) -> None:
    """Declare the service's own queues again; `WrongQueue` says what differs on the broker.

    Raises `DependencyDown` when the broker does not answer.
    """
    try:
        async with await aio_pika.connect(url, connection_class=PlainConnection) as connection:
            for queue in queues:
                await _declare(connection, queue)
    # aio-pika says RuntimeError when the connection ends between two steps.
    except (AMQPError, ConnectionError, TimeoutError, RuntimeError) as error:
        raise DependencyDown("the message broker", error) from error


async def _declare(connection: aio_pika.abc.AbstractConnection, queue: topology.Queue) -> None:
    # A channel of its own, because the broker closes it with the refusal.
    channel = await connection.channel()
    try:
        await channel.declare_queue(queue.name, durable=True, arguments=queue.arguments)
    except ChannelPreconditionFailed as differs:
        why = re.sub(r"\s+", " ", str(differs))
        raise WrongQueue(
            f"the queue {queue.name} differs from this version: {why}. Empty and delete it, "
            "then run `partners setup`"
        ) from differs
    finally:
        with suppress(AMQPError, RuntimeError):
            await channel.close()
