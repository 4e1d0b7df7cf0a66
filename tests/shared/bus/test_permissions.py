"""Each user of the broker may do what its work needs and nothing else."""

import aio_pika
import pytest
from aio_pika.exceptions import AMQPError
from aiormq.exceptions import ChannelAccessRefused

from shared.bus import topology
from shared.bus.definitions import ADMINISTRATOR, definitions
from shared.messages import MESSAGES
from tests.servers import Broker

PASSWORD = "correct-horse"
SYSTEM = "phones"


@pytest.fixture(scope="module")
async def guarded(rabbit: Broker) -> Broker:
    """The broker with the generated definitions on its virtual host `/`."""
    names = (*topology.SERVICES, ADMINISTRATOR)
    await rabbit.import_definitions(definitions(dict.fromkeys(names, PASSWORD), {SYSTEM: PASSWORD}))
    return rabbit


async def _publish(rabbit: Broker, user: str, exchange: str, key: str, as_user: str = "") -> None:
    url = rabbit.url("", user, PASSWORD)
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        target = (
            await channel.get_exchange(exchange, ensure=False)
            if exchange
            else channel.default_exchange
        )
        await target.publish(aio_pika.Message(b"{}", user_id=as_user or None), key, mandatory=False)


async def _consume(rabbit: Broker, user: str, queue: str) -> None:
    async with await aio_pika.connect(rabbit.url("", user, PASSWORD)) as connection:
        channel = await connection.channel()
        await (await channel.get_queue(queue, ensure=False)).get(fail=False, timeout=5)


async def test_a_service_may_send_its_own_types_and_no_other(guarded: Broker) -> None:
    for service in topology.SERVICES:
        own = topology.emits(service)
        foreign = sorted(set(MESSAGES) - set(own))
        await _publish(guarded, service, topology.MESSAGES_EXCHANGE, own[0])
        for kind in (foreign[0], foreign[-1]):
            with pytest.raises(ChannelAccessRefused):
                await _publish(guarded, service, topology.MESSAGES_EXCHANGE, kind)


async def test_a_service_may_set_aside_its_own_messages_and_no_others(guarded: Broker) -> None:
    await _publish(guarded, "contacts", "contacts.failed", "no-such-key")
    for exchange, key in (
        ("events.failed", "dead"),
        ("", "events"),
        ("", "contacts"),
        (topology.INGRESS_EXCHANGE, "ext.phones.x"),
    ):
        with pytest.raises(ChannelAccessRefused):
            await _publish(guarded, "contacts", exchange, key)


async def test_a_service_reads_its_own_queues_and_no_others(guarded: Broker) -> None:
    for queue in topology.queues("contacts"):
        await _consume(guarded, "contacts", queue.name)
    for queue in topology.queues("events"):
        with pytest.raises(ChannelAccessRefused):
            await _consume(guarded, "contacts", queue.name)


async def test_an_outside_system_writes_under_its_own_name_and_reads_nothing(
    guarded: Broker,
) -> None:
    await _publish(guarded, SYSTEM, topology.INGRESS_EXCHANGE, "ext.phones.some.fact.v1")
    await _publish(guarded, SYSTEM, topology.INGRESS_EXCHANGE, "ext.phones.some.fact.v1", SYSTEM)
    refused = [
        (topology.INGRESS_EXCHANGE, "ext.lms.some.fact.v1", ""),
        (topology.INGRESS_EXCHANGE, "ext.phonesx.some.fact.v1", ""),
        (topology.MESSAGES_EXCHANGE, "org.partners.contact.logged.v1", ""),
        ("gateway.failed", "dead", ""),
        ("", topology.INGRESS_QUEUE, ""),
        (topology.INGRESS_EXCHANGE, "ext.phones.some.fact.v1", "lms"),
    ]
    for exchange, key, as_user in refused:
        with pytest.raises(AMQPError):
            await _publish(guarded, SYSTEM, exchange, key, as_user)
    with pytest.raises(ChannelAccessRefused):
        await _consume(guarded, SYSTEM, topology.INGRESS_QUEUE)


async def test_an_outside_system_declares_nothing(guarded: Broker) -> None:
    async with await aio_pika.connect(guarded.url("", SYSTEM, PASSWORD)) as connection:
        channel = await connection.channel()
        with pytest.raises(ChannelAccessRefused):
            await channel.declare_queue("mine")
