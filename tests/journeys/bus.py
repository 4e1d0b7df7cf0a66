"""The bus as its administrator sees it: listening to all that is told, and telling it again."""

from typing import Self

import aio_pika
from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage, AbstractQueue

from shared.bus.definitions import ADMINISTRATOR
from shared.bus.topology import DEAD, MESSAGES_EXCHANGE, failed_exchange
from shared.envelope import CONTENT_TYPE
from tests.journeys.house import House


class Tap:
    """Hears every message from the moment it is opened; use it with `async with`."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._connection: AbstractConnection
        self._channel: AbstractChannel
        self._queue: AbstractQueue

    async def __aenter__(self) -> Self:
        self._connection = await aio_pika.connect(self._house.amqp_url(ADMINISTRATOR))
        self._channel = await self._connection.channel()
        self._queue = await self._channel.declare_queue(exclusive=True)
        await self._queue.bind(MESSAGES_EXCHANGE, "#")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._connection.close()

    async def heard(self) -> list[AbstractIncomingMessage]:
        """What was told since, in its order."""
        found = []
        while message := await self._queue.get(no_ack=True, fail=False):
            found.append(message)
        return found

    async def repeat(self, message: AbstractIncomingMessage) -> None:
        """Tell the same message again, byte for byte."""
        await self.tell(message.body, str(message.routing_key), message.message_id or "")

    async def tell(self, body: bytes, kind: str, message_id: str = "") -> None:
        """Tell anything to those who hear of a type."""
        await self.send(body, MESSAGES_EXCHANGE, kind, message_id)

    async def send(self, body: bytes, exchange: str, key: str, message_id: str = "") -> None:
        """Send anything by an exchange; returns when the broker has it."""
        by = await self._channel.get_exchange(exchange, ensure=False)
        await by.publish(_kept(body, message_id), key)

    async def lay_among_the_dead(self, service: str, body: bytes, reason: str) -> None:
        """Put a message where a service puts what it could not handle."""
        exchange = await self._channel.get_exchange(failed_exchange(service), ensure=False)
        message = _kept(body, "")
        message.headers = {"x-error": reason, "x-retry": 5, "x-queue": service}
        await exchange.publish(message, DEAD)


def _kept(body: bytes, message_id: str) -> Message:
    return Message(
        body,
        message_id=message_id or None,
        content_type=CONTENT_TYPE,
        delivery_mode=DeliveryMode.PERSISTENT,
    )
