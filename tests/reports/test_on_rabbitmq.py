"""The service at its queue on a real RabbitMQ: each message counts once, poison harms nobody."""

import asyncio
from collections.abc import Awaitable, Callable

import aio_pika
import pytest

from services.reports.actions import Desk
from services.reports.app import build
from shared.bus import setup, topology
from shared.bus.rabbit import RabbitBus
from shared.clock import SystemClock
from shared.deadletters import DEAD_LETTERS
from shared.envelope import Envelope
from shared.identity import new_key_pair
from shared.mongo import Database
from shared.settings import Settings
from tests.reports.conftest import digest
from tests.reports.making import counted, seal, seeded, story


@pytest.fixture
def settings(amqp_url: str) -> Settings:
    return Settings.model_validate(
        {
            "environment": "test",
            "public_url": "http://door.example",
            "identity_public_keys": new_key_pair().public,
            "amqp_url": amqp_url,
        }
    )


async def publish(url: str, bodies: list[tuple[str, bytes]]) -> None:
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        exchange = await channel.get_exchange(topology.MESSAGES_EXCHANGE, ensure=False)
        for kind, body in bodies:
            await exchange.publish(aio_pika.Message(body), kind)


async def test_doubled_shuffled_messages_count_once_and_poison_is_set_aside(
    database: Database, settings: Settings, mint: Callable[[], str], amqp_url: str
) -> None:
    await setup.declare(amqp_url, rest=0)
    told = story()
    bodies = [(each.type, each.to_json()) for each in [*told, *told[::3]]]
    poison = seal(told[0].open()).model_copy(update={"id": "poison", "data": {"name": "x"}})
    bodies += [(told[0].type, b"not even json"), (poison.type, poison.to_json())]
    seeded(1).shuffle(bodies)
    bus = RabbitBus(amqp_url)
    service = build(settings, database, bus, clock=SystemClock(), mint=mint)
    await publish(amqp_url, bodies)
    await service.start()
    try:
        desk: Desk = service.app.state.desk
        await until(lambda: all_kept(desk, told))
        await until(lambda: dead(database, 2))
    finally:
        await service.stop()
        await bus.stop()
    assert await digest(desk) == counted(told).digest()
    reasons = [row["reason"] async for row in database[DEAD_LETTERS.name].find()]
    assert any("not a CloudEvents" in reason for reason in reasons)
    assert any("school_id: Field required" in reason for reason in reasons)


async def all_kept(desk: Desk, told: list[Envelope]) -> bool:
    return (await desk.ledger.head()).place == len(told)


async def dead(database: Database, count: int) -> bool:
    return await database[DEAD_LETTERS.name].count_documents({}) == count


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await true():  # noqa: ASYNC110 - another system does it
            await asyncio.sleep(0.05)
