"""From committed to confirmed by the bus: how many messages a relay tells, and how soon."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from benchmarks.facts import contacts
from benchmarks.stage import Measurement, Result, Stage, Stopwatch
from shared.bus.rabbit import RabbitBus
from shared.clock import SystemClock, new_id
from shared.envelope import Envelope
from shared.interpreter import collect_rarely, give_way_soon
from shared.outbox import OUTBOX, Publisher, Relay, Units, Work

MANY = 10_000
RATE = 50
SECONDS = 20
MILLISECONDS = 1000.0
OURS = "messages relayed"
FLOOR = "messages published and confirmed, without an outbox"


@dataclass
class Timed:
    """A publisher that notes when each message was confirmed."""

    publisher: Publisher
    watch: Stopwatch | None = None
    confirmed_at: dict[str, float] = field(default_factory=dict)

    async def publish(self, envelope: Envelope) -> None:
        """As the publisher does it."""
        if self.watch:
            self.watch.start()
        await self.publisher.publish(envelope)
        self.confirmed_at[envelope.id] = time.perf_counter()
        if self.watch:
            self.watch.took_effect(1)


async def relaying(stage: Stage) -> list[Result]:
    """A backlog told by our relay, the same published straight, and the delay of single ones."""
    collect_rarely()
    give_way_soon()
    many, seconds = (1_000, 2) if stage.quick else (MANY, SECONDS)
    ours, floor = await _backlog(stage, many), await _straight(stage, many)
    delays = await _one_by_one(stage, RATE * seconds)
    return [
        Result(OURS, ours, "messages/s", FLOOR, ours / floor),
        Result(FLOOR, floor, "messages/s"),
        *(
            Result(f"committed to confirmed at {RATE}/s, p{percent}", _at(delays, percent), "ms")
            for percent in (50, 99)
        ),
    ]


def _at(delays: Sequence[float], percent: int) -> float:
    return delays[min(len(delays) - 1, len(delays) * percent // 100)] * MILLISECONDS


async def _backlog(stage: Stage, count: int) -> float:
    async with AsyncExitStack() as opened:
        url = await opened.enter_async_context(stage.queues())
        database = await opened.enter_async_context(stage.database("relay"))
        await database.ensure(OUTBOX)
        units = Units(database, "contacts", SystemClock(), new_id)
        for envelopes in _in_groups(count):
            await units.run(_keeping(envelopes))
        bus = RabbitBus(url)
        opened.push_async_callback(bus.stop)
        watch = Stopwatch(count)
        relay = Relay(units, Timed(await bus.publisher("contacts"), watch), "benchmark")
        relay.start()
        opened.push_async_callback(relay.stop)
        return await watch.rate()


async def _straight(stage: Stage, count: int) -> float:
    async with stage.queues() as url:
        bus = RabbitBus(url)
        watch = Stopwatch(count)
        publisher = Timed(await bus.publisher("contacts"), watch)
        try:
            for envelopes in _in_groups(count):
                await asyncio.gather(*(publisher.publish(each) for each in envelopes))
            return await watch.rate()
        finally:
            await bus.stop()


async def _one_by_one(stage: Stage, count: int) -> list[float]:
    """Seconds from the end of each transaction to the confirmation of its message, sorted."""
    async with AsyncExitStack() as opened:
        url = await opened.enter_async_context(stage.queues())
        database = await opened.enter_async_context(stage.database("relay"))
        await database.ensure(OUTBOX)
        units = Units(database, "contacts", SystemClock(), new_id)
        bus = RabbitBus(url)
        opened.push_async_callback(bus.stop)
        timed = Timed(await bus.publisher("contacts"))
        relay = Relay(units, timed, "benchmark")
        relay.start()
        opened.push_async_callback(relay.stop)
        committed = dict[str, float]()
        began = time.perf_counter()
        for number, body in enumerate(contacts(count)):
            await asyncio.sleep(max(0.0, began + number / RATE - time.perf_counter()))
            envelope = Envelope.parse(body)
            await units.run(_keeping([envelope]))
            committed[envelope.id] = time.perf_counter()
        async with asyncio.timeout(60):
            while len(timed.confirmed_at) < count:  # noqa: ASYNC110 - the relay's
                await asyncio.sleep(0.05)
        # A relay may be faster than the loop that notes the end of the transaction.
        return sorted(max(0.0, timed.confirmed_at[each] - committed[each]) for each in committed)


def _keeping(envelopes: Sequence[Envelope]) -> Callable[[Work], Awaitable[None]]:
    async def body(work: Work) -> None:
        work.emitted.extend(envelopes)

    return body


def _in_groups(count: int, size: int = 500) -> list[list[Envelope]]:
    found = [Envelope.parse(body) for body in contacts(count)]
    return [found[start : start + size] for start in range(0, count, size)]


HOW = f"""
{MANY:,} messages wait in the outbox of contacts, each about another contact; the clock runs from
the first that the relay hands to RabbitMQ to the last confirmation. Against it: the same messages,
500 at a time, handed to the same publisher without an outbox. Both go to two quorum queues.

*Committed to confirmed*: {RATE} transactions a second for {SECONDS} seconds, one message each; from
the end of the transaction until RabbitMQ has confirmed the message.
"""

MEASUREMENT = Measurement("relaying", "(e) From the outbox to the bus", relaying, HOW)
