"""One full queue holds up nobody else, and gets all of its own as soon as it has room."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractQueue

from shared import outbox
from shared.bus import topology
from shared.bus.rabbit import RabbitBus
from shared.clock import SystemClock, new_id
from shared.envelope import Envelope
from shared.messages import ContactRetracted, FlagsAsOf
from shared.mongo import Database, close, connect
from shared.outbox import OUTBOX, Relay, Units, Work
from shared.refused import FIRST, LONGEST
from tests.shared.bus.conftest import until

CONTACTS = 120
ROOM = 2


@pytest.fixture
async def database(mongo_uri: str, database_name: str) -> AsyncIterator[Database]:
    database = connect(mongo_uri, database_name)
    await database.ensure(OUTBOX)
    yield database
    close(database)


@pytest.fixture
async def channel(amqp_url: str) -> AsyncIterator[AbstractChannel]:
    async with await aio_pika.connect(amqp_url) as connection:
        yield await connection.channel()


@pytest.fixture
async def relay(
    amqp_url: str, channel: AbstractChannel, units: Units, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Relay]:
    """The relay of contacts; a batch is small, so that one full queue could fill many of them."""
    monkeypatch.setattr(outbox, "BATCH", 20)
    await channel.declare_exchange(topology.MESSAGES_EXCHANGE, "topic", durable=True)
    bus = RabbitBus(amqp_url)
    relay = Relay(units, await bus.publisher("contacts"), holder="me")
    yield relay
    await relay.stop()
    await bus.stop()


@pytest.fixture
def units(database: Database) -> Units:
    return Units(database, "contacts", SystemClock(), new_id)


async def queue(channel: AbstractChannel, service: str, room: int | None = None) -> AbstractQueue:
    """A work queue with its guards, and with room for a few messages only."""
    guards = topology.work_queue(service).arguments | ({"x-max-length": room} if room else {})
    declared = await channel.declare_queue(service, durable=True, arguments=guards)
    for kind in topology.CONSUMES[service]:
        await declared.bind(topology.MESSAGES_EXCHANGE, kind.TYPE)
    return declared


class Hearing:
    """Takes all that comes to a queue, in its order."""

    def __init__(self) -> None:
        self.heard: list[Envelope] = []

    async def hear(self, message: AbstractIncomingMessage) -> None:
        self.heard.append(Envelope.parse(message.body))
        await message.ack()

    def of(self, kind: str) -> Counter[str | None]:
        return Counter(each.subject for each in self.heard if each.type == kind)


async def tell_of_contacts(units: Units) -> None:
    async def body(work: Work) -> None:
        for number in range(CONTACTS):
            work.emit(ContactRetracted(contact_id=f"c{number}"), sequence=1)

    await units.run(body)


async def test_while_one_queue_is_full_the_others_get_everything_once_and_at_once(
    channel: AbstractChannel, relay: Relay, units: Units, database: Database
) -> None:
    full, open_ = await queue(channel, "reports", ROOM), await queue(channel, "notifications")
    hearing = Hearing()
    await open_.consume(hearing.hear)
    await tell_of_contacts(units)
    relay.start()

    async def all_heard() -> bool:
        return len(hearing.of(ContactRetracted.TYPE)) == CONTACTS

    await until(all_heard, seconds=10)

    # What nobody refuses goes on behind all that was refused.
    async def as_of(work: Work) -> None:
        work.emit(FlagsAsOf(number=1, as_of=datetime.now(UTC)), sequence=1)

    await units.run(as_of)

    async def flags_heard() -> bool:
        return bool(hearing.of(FlagsAsOf.TYPE))

    await until(flags_heard, seconds=5)
    again = sum(hearing.of(ContactRetracted.TYPE).values()) - CONTACTS
    assert again <= FIRST * 5, "refused messages are repeated to those who have them"
    waiting = await database[OUTBOX.name].count_documents({"sent_at": None})
    assert waiting >= CONTACTS - 10 * ROOM  # a quorum queue takes some more than its limit

    catching_up = Hearing()
    await full.consume(catching_up.hear)

    async def all_caught_up() -> bool:
        return len(catching_up.of(ContactRetracted.TYPE)) == CONTACTS

    await until(all_caught_up, seconds=3 * LONGEST.total_seconds())

    async def outbox_empty() -> bool:
        return not await database[OUTBOX.name].count_documents({"sent_at": None})

    await until(outbox_empty)


async def test_what_was_refused_before_a_restart_is_told_after_it(
    channel: AbstractChannel, relay: Relay, units: Units, database: Database
) -> None:
    full = await queue(channel, "reports", ROOM)
    await queue(channel, "notifications")
    await tell_of_contacts(units)
    while await relay.sweep():
        pass
    assert await database[OUTBOX.name].count_documents({"refused_at": {"$ne": None}})

    hearing = Hearing()
    await full.consume(hearing.hear)
    relay = Relay(units, relay.publisher, holder="another")
    relay.start()

    async def all_heard() -> bool:
        return len(hearing.of(ContactRetracted.TYPE)) == CONTACTS

    await until(all_heard, seconds=3 * LONGEST.total_seconds())
    await relay.stop()
