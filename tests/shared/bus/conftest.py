"""Two services on a bus of either kind: contacts tells, gateway hears."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import aio_pika
import pytest

from shared.bus import setup, topology
from shared.bus.base import Bus, Incoming, Intake
from shared.bus.handlers import Consumer, Fold, Handlers
from shared.bus.local import LocalBus
from shared.bus.rabbit import RabbitBus
from shared.clock import SystemClock, new_id
from shared.deadletters import DEAD_LETTERS, DeadLetters
from shared.inbox import INBOX, Inbox
from shared.messages import EducatorChanged, Message, SchoolChanged
from shared.mongo import Database, close, connect
from shared.outbox import OUTBOX, Relay, Units, Work

Hear = Callable[[Message, Work], Awaitable[None]]


@dataclass
class Stage:
    """What a test of the bus stands on."""

    bus: Bus
    amqp_url: str | None
    teller: Units
    hearer: Units
    dead: DeadLetters
    relay: Relay | None = None
    heard: list[Message] = field(default_factory=list)

    async def tell(self, *messages: Message, sequence: int = 1) -> None:
        """Commit a change with its messages, as a service does."""

        async def body(work: Work) -> None:
            for number, message in enumerate(messages):
                work.emit(message, sequence=sequence + number)

        await self.teller.run(body)

    async def hear(
        self,
        act: Hear | None = None,
        *,
        probes: tuple[Callable[[], Awaitable[None]], ...] = (),
        unless: Callable[[Message], bool] | None = None,
    ) -> None:
        """Begin to consume with one handler for every type."""
        handlers = Handlers("gateway")

        async def one(message: Message, work: Work) -> None:
            if act:
                await act(message, work)
            await self.hearer.database["heard"].insert_one(
                {"_id": new_id(), "subject": message.subject}, session=work.session
            )
            self.heard.append(message)

        for kind in (SchoolChanged, EducatorChanged):
            handlers.on(kind, unless=unless)(one)
        await self.bus.consume(
            Consumer("gateway", Inbox(self.hearer), handlers, probes=probes), self.dead
        )

    async def fold(self, fold: Fold) -> None:
        """Begin to consume in batches."""
        await self.bus.consume(Consumer("gateway", Inbox(self.hearer), fold=fold), self.dead)

    async def take_in(self, intake: Intake) -> None:
        """Begin to take in what other systems send."""
        await self.bus.take_in(
            Consumer("gateway", Inbox(self.hearer), fold=_nothing), self.dead, intake
        )

    async def start_relay(self) -> None:
        """Begin to publish what is told."""
        self.relay = Relay(self.teller, await self.bus.publisher("contacts"), holder=new_id())
        self.relay.start()

    async def put_raw(self, body: bytes) -> None:
        """Lay bytes into the queue, as no service of ours would."""
        if isinstance(self.bus, LocalBus):
            await self.bus.put([self.bus.row("gateway", new_id(), body)])
            return
        await self._publish(topology.MESSAGES_EXCHANGE, SchoolChanged.TYPE, body)

    async def send_in(self, incoming: Incoming) -> None:
        """Send as another system does."""
        if isinstance(self.bus, LocalBus):
            await self.bus.send_in(incoming, new_id)
            return
        await self._publish(topology.INGRESS_EXCHANGE, incoming.routing_key, incoming.body)

    async def _publish(self, exchange: str, key: str, body: bytes) -> None:
        assert self.amqp_url
        async with await aio_pika.connect(self.amqp_url) as connection:
            channel = await connection.channel()
            target = await channel.get_exchange(exchange, ensure=False)
            await target.publish(aio_pika.Message(body), key)

    async def stored(self) -> list[str]:
        """The subjects of the effects that were committed, in order of commit."""
        rows = self.hearer.database["heard"].find({}).sort("_id", 1)
        return [row["subject"] async for row in rows]


async def _nothing(envelopes: object) -> None:
    del envelopes


async def until(true: Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
    """Wait for something to become true, and fail when it does not."""
    async with asyncio.timeout(seconds):
        while not await true():  # noqa: ASYNC110 - what we wait for happens in another system
            await asyncio.sleep(0.02)


@pytest.fixture
def quick_ladder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rungs of some milliseconds, so that a test can climb the whole ladder."""
    for rung in topology.RUNGS:
        monkeypatch.setitem(topology.RUNGS, rung, 0.05)


@pytest.fixture(params=["rabbit", "local"])
def broker_url(request: pytest.FixtureRequest) -> str | None:
    """An empty RabbitMQ for the one bus, nothing for the other."""
    if request.param == "local":
        return None
    url: str = request.getfixturevalue("amqp_url")
    return url


@pytest.fixture
async def stage(
    broker_url: str | None, mongo_uri: str, database_name: str, quick_ladder: None
) -> AsyncIterator[Stage]:
    """The stage, once on each bus."""
    clock = SystemClock()
    teller = connect(mongo_uri, f"{database_name}_contacts")
    hearer = teller.beside(f"{database_name}_gateway")
    for database in (teller, hearer):
        await _ensure(database)
    if broker_url:
        await setup.declare(broker_url, rest=0)
        bus: Bus = RabbitBus(broker_url)
    else:
        bus = LocalBus(teller.beside(f"{database_name}_bus"), clock)
    stage = Stage(
        bus,
        broker_url,
        Units(teller, "contacts", clock, new_id),
        Units(hearer, "gateway", clock, new_id),
        DeadLetters(hearer, "gateway", clock, new_id),
    )
    yield stage
    if stage.relay:
        await stage.relay.stop()
    await bus.stop()
    close(teller)


async def _ensure(database: Database) -> None:
    await database.ensure(OUTBOX, INBOX, DEAD_LETTERS)
