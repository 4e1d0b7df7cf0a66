"""Messages of other systems by AMQP, through a real RabbitMQ to the outbox or the dead letters."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aio_pika
import pytest
from aio_pika.abc import AbstractExchange
from cloudevents.core.bindings import rabbitmq
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from services.gateway.app import build
from shared.bus.rabbit import RabbitBus
from shared.bus.setup import declare
from shared.bus.topology import INGRESS_EXCHANGE
from shared.clock import SystemClock
from shared.deadletters import DeadLetters
from shared.mongo import Database
from shared.settings import Settings
from tests.gateway.test_cloudevents import EVENT, FACT, TYPE

KEY = f"ext.phones.{TYPE}"
SECONDS = 20


@dataclass(frozen=True)
class Ingress:
    """What another system sees of us, and what we made of it."""

    exchange: AbstractExchange
    database: Database
    dead: DeadLetters

    async def send(self, body: bytes, key: str = KEY, **properties: Any) -> None:
        """Publish as another system does: confirmed, persistent."""
        mode = aio_pika.DeliveryMode.PERSISTENT
        message = aio_pika.Message(body, delivery_mode=mode, **properties)
        await self.exchange.publish(message, key)

    async def receipts(self) -> list[dict[str, Any]]:
        """What came in."""
        return await self.database["receipts"].find().sort("_id", 1).to_list(100)


@pytest.fixture
async def ingress(settings: Settings, database: Database, amqp_url: str) -> AsyncIterator[Ingress]:
    """A started gateway on its own virtual host, and a connection of another system."""
    await declare(amqp_url, rest=0)
    bus, clock = RabbitBus(amqp_url), SystemClock()
    service = build(settings, database, bus, clock=clock)
    await service.start()
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        exchange = await channel.get_exchange(INGRESS_EXCHANGE)
        yield Ingress(exchange, database, DeadLetters(database, "gateway", clock, lambda: "x"))
    await service.stop()
    await bus.stop()


async def until(there: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something that another process is to do."""
    async with asyncio.timeout(SECONDS):
        while not await there():  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.05)


async def test_messages_come_in_once_in_every_form(ingress: Ingress) -> None:
    now = datetime.now(UTC).isoformat()
    structured = json.dumps({**EVENT, "time": now}).encode()
    for _ in range(2):
        await ingress.send(structured, content_type="application/cloudevents+json")
    attributes = {k: v for k, v in EVENT.items() if k not in {"data", "time"}}
    attributes |= {"id": "call-2", "time": datetime.now(UTC), "datacontenttype": "application/json"}
    sdk = rabbitmq.to_binary(CloudEvent(attributes, FACT), JSONFormat())
    await ingress.send(sdk.body, content_type=sdk.content_type, headers=dict(sdk.headers))
    headers: dict[str, Any] = {f"cloudEvents_{k}": v for k, v in EVENT.items() if k != "data"}
    headers |= {"cloudEvents_id": "call-3", "cloudEvents_time": datetime.now(UTC)}
    await ingress.send(json.dumps(FACT).encode(), content_type="application/json", headers=headers)

    async def three() -> bool:
        return len(await ingress.receipts()) == 3

    await until(three)
    assert [row["_id"].partition("|")[2] for row in await ingress.receipts()] == [
        "call-1", "call-2", "call-3",
    ]  # fmt: skip
    assert await ingress.database["outbox"].count_documents({}) == 3
    assert await ingress.dead.count() == 0


async def test_a_refused_message_is_kept_with_its_reason_and_costs_nobody(
    ingress: Ingress,
) -> None:
    now = datetime.now(UTC).isoformat()
    foreign = json.dumps({**EVENT, "time": now, "source": "/ext/lms"}).encode()
    await ingress.send(foreign, content_type="application/cloudevents+json")
    await ingress.send(b"\xff not a message", key="ext.phones.whatever")
    good = json.dumps({**EVENT, "time": now}).encode()
    await ingress.send(good, content_type="application/cloudevents+json")

    async def settled() -> bool:
        return await ingress.dead.count() == 2 and len(await ingress.receipts()) == 1

    await until(settled)
    reasons = {letter.reason for letter in await ingress.dead.newest()}
    assert "Permanent: source: the messages of this sender come from /ext/phones" in reasons
    assert {letter.queue for letter in await ingress.dead.newest()} == {"gateway.ingress"}
