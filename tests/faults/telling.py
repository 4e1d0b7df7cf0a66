"""Another school system tells by AMQP, fact by fact, each until the broker has confirmed it."""

import asyncio
import json
import time
from typing import Self

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange

from shared.bus.topology import INGRESS_EXCHANGE
from tests.faults.acting import GIVES_UP_AFTER, Acting, outside_fact
from tests.journeys.outside import JSON

CONFIRM_SECONDS = 5.0


class Teller:
    """The other system's own connection to the broker, opened again whenever it broke."""

    def __init__(self, url: str, system: str) -> None:
        self._url, self._system = url, system
        self._connection: AbstractConnection | None = None
        self._channel: AbstractChannel | None = None
        self._exchange: AbstractExchange | None = None
        self._opening = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._connection is not None:
            await self._connection.close()

    async def telling(self, acting: Acting) -> None:
        """Tell one fact, again until the broker has confirmed it."""
        message = outside_fact(acting, "amqp")
        body = json.dumps(message).encode()
        ends, tries = asyncio.get_running_loop().time() + GIVES_UP_AFTER, 0
        while True:
            tries, asked = tries + 1, time.time()
            try:
                await self._publish(body, f"ext.{self._system}.{message['type']}")
            except Exception:  # noqa: BLE001 - whatever it was, it is not confirmed
                if asyncio.get_running_loop().time() > ends:
                    acting.ledger.answer(message["id"], "unclear", tries=tries)
                    return
                await asyncio.sleep(acting.chance.uniform(0.3, 1.5))
            else:
                acting.ledger.answer(message["id"], "accepted", tries=tries, asked=asked)
                return

    async def _publish(self, body: bytes, key: str) -> None:
        exchange = await self._open()
        kept = aio_pika.DeliveryMode.PERSISTENT
        message = aio_pika.Message(body, content_type=JSON, delivery_mode=kept)
        try:
            async with asyncio.timeout(CONFIRM_SECONDS):
                await exchange.publish(message, key, mandatory=True)
        except BaseException:
            if self._exchange is exchange:
                await self._forget()
            raise

    async def _open(self) -> AbstractExchange:
        async with self._opening:
            if self._exchange is None:
                async with asyncio.timeout(CONFIRM_SECONDS):
                    self._connection = await aio_pika.connect(self._url)
                    self._channel = await self._connection.channel()
                    self._exchange = await self._channel.get_exchange(
                        INGRESS_EXCHANGE, ensure=False
                    )
            return self._exchange

    async def _forget(self) -> None:
        connection, self._connection, self._exchange = self._connection, None, None
        if connection is not None:
            try:
                async with asyncio.timeout(1):
                    await connection.close()
            except Exception:  # noqa: BLE001 - it was broken anyway
                return
