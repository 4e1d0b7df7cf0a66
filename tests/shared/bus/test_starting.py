"""A service that starts while the broker is away, or goes away meanwhile, works once it is back."""

import asyncio

import aio_pika
import pytest

from shared.bus import topology
from shared.bus.base import Bus
from shared.errors import DependencyDown
from shared.messages import SchoolChanged
from shared.service import _until_there
from tests.servers import Broker
from tests.shared.bus.conftest import Stage, until


async def ready(bus: Bus) -> bool:
    try:
        await bus.ping()
    except DependencyDown:
        return False
    return True


@pytest.mark.parametrize("broker_url", ["rabbit"], indirect=True)
async def test_a_service_that_starts_before_the_broker_consumes_once_when_it_is_there(
    stage: Stage, rabbit: Broker
) -> None:
    assert stage.amqp_url
    async with rabbit.down():
        starting = asyncio.create_task(_until_there(stage.hear))
        await asyncio.sleep(2.5)  # some tries fail meanwhile
        assert not await ready(stage.bus)
        assert not starting.done()
    await starting
    assert await ready(stage.bus)

    await stage.start_relay()
    await stage.tell(SchoolChanged(school_id="oak", name="Oak"))

    async def told() -> bool:
        return await stage.stored() == ["oak"]

    await until(told)
    async with await aio_pika.connect(stage.amqp_url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue("gateway", passive=True)
        dead = await channel.declare_queue(topology.dead_queue("gateway").name, passive=True)
    assert queue.declaration_result.consumer_count == 1
    assert dead.declaration_result.consumer_count == 1


@pytest.mark.parametrize("broker_url", ["rabbit"], indirect=True)
async def test_nobody_is_ready_before_it_consumes(stage: Stage) -> None:
    await stage.bus.publisher("gateway")
    assert not await ready(stage.bus)
    await stage.hear()
    assert await ready(stage.bus)
