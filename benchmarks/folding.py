"""Facts folded per second by reports, against the obvious way and against the floor below both."""

from collections.abc import Sequence
from typing import Any

import aio_pika
from faststream import AckPolicy
from faststream.rabbit import Channel, QueueType, RabbitBroker, RabbitQueue

from benchmarks.facts import contacts, directory, fill
from benchmarks.floor import Floor
from benchmarks.obvious import Obvious
from benchmarks.stage import Aim, Measurement, Result, Stage, Stopwatch
from services.reports.actions import Desk, take_in
from services.reports.handlers import fold_batches
from services.reports.store import KEPT
from shared.bus import topology
from shared.bus.handlers import Consumer, Fold
from shared.bus.rabbit import RabbitBus
from shared.clock import SystemClock, new_id
from shared.deadletters import DEAD_LETTERS, DeadLetters
from shared.envelope import Envelope
from shared.inbox import INBOX, Inbox
from shared.interpreter import collect_rarely, give_way_soon
from shared.outbox import OUTBOX, Units

QUEUE = "reports"
ROUNDS = 5
PREFETCHES = (1, 8, 50)
OURS = "facts folded: reports"
FLOOR = "facts folded: raw consume and bulk write, no inbox"
OBVIOUS = "facts folded: one transaction per message"


async def folding(stage: Stage) -> list[Result]:
    """Ours and the floor by turns, the best of each; the obvious way at several prefetches.

    The best, since whatever else the machine does only ever makes a round slower.
    """
    # As `partners serve` does; the baselines get it as well.
    collect_rarely()
    give_way_soon()
    many, few = (2_000, 100) if stage.quick else (20_000, 1_500)
    ours, floor = [], []
    for _ in range(1 if stage.quick else ROUNDS):
        floor.append(await _floor(stage, many))
        ours.append(await _ours(stage, many))
    obvious = {prefetch: await _obvious(stage, few, prefetch) for prefetch in PREFETCHES}
    best = max(obvious, key=lambda prefetch: obvious[prefetch])
    mine, lowest = max(ours), max(floor)
    return [
        Result(OURS, mine, "facts/s", FLOOR, mine / lowest),
        Result(OURS, mine, "facts/s", f"{OBVIOUS}, prefetch {best}", mine / obvious[best]),
        Result(FLOOR, lowest, "facts/s"),
        *(Result(f"{OBVIOUS}, prefetch {n}", rate, "facts/s") for n, rate in obvious.items()),
    ]


async def _ours(stage: Stage, count: int) -> float:
    async with stage.queues() as url, stage.database("reports") as database:
        await database.ensure(OUTBOX, INBOX, DEAD_LETTERS, *KEPT)
        units = Units(database, QUEUE, SystemClock(), new_id)
        desk = Desk.over(units)
        await desk.begin()
        await take_in(desk, directory())
        await fill(url, QUEUE, contacts(count))
        watch = Stopwatch(count)
        bus = RabbitBus(url)
        dead = DeadLetters(database, QUEUE, SystemClock(), new_id)
        fold = _timed(fold_batches(desk), watch)
        consumer = Consumer(QUEUE, Inbox(units), fold=fold, probes=(database.ping,))
        try:
            await bus.consume(consumer, dead)
            return await watch.rate()
        finally:
            await bus.stop()


def _timed(fold: Fold, watch: Stopwatch) -> Fold:
    async def timed(envelopes: Sequence[Envelope]) -> None:
        watch.start()
        await fold(envelopes)
        watch.took_effect(len(envelopes))

    return timed


async def _floor(stage: Stage, count: int) -> float:
    async with stage.queues() as url, stage.database("floor") as database:
        await fill(url, QUEUE, contacts(count))
        floor = Floor(database, Stopwatch(count))
        async with await aio_pika.connect(url) as connection:
            channel = await connection.channel()
            await channel.set_qos(prefetch_count=1000)
            queue = await channel.get_queue(QUEUE, ensure=False)
            floor.start()
            await queue.consume(floor.waiting.put)
            try:
                return await floor.watch.rate()
            finally:
                await floor.stop()


async def _obvious(stage: Stage, count: int, prefetch: int) -> float:
    async with stage.queues() as url, stage.database("obvious") as database:
        await fill(url, QUEUE, contacts(count))
        obvious = Obvious(database, Stopwatch(count))
        await obvious.ensure()
        broker = RabbitBroker(
            url, logger=None, default_channel=Channel(prefetch_count=prefetch),
            ack_policy=AckPolicy.NACK_ON_ERROR,
        )  # fmt: skip
        guards: Any = dict(topology.work_queue(QUEUE).arguments)
        del guards["x-queue-type"]
        queue = RabbitQueue(QUEUE, queue_type=QueueType.QUORUM, durable=True, arguments=guards)
        broker.subscriber(queue)(obvious.count_contact)
        await broker.start()
        try:
            return await obvious.watch.rate()
        finally:
            await broker.stop()


HOW = """
Logged contacts of three schools, 60 classes, 1,000 families and five days wait in a quorum queue;
the clock runs from the first batch handed over to the last effect. Each touches five documents:
the day's counters of district, school and class, the family's month, and the row that remembers
the message. All writes are majority and journaled.

- *reports*: the service as it runs: envelope and data validated, ledger (three indexes) and
  figures in one transaction for up to 500 messages, one acknowledgement.
- *raw consume and bulk write, no inbox*: aio-pika, `json.loads`, the same sums, the same
  bulk writes without a transaction. What comes twice counts twice, and nothing is kept.
- *one transaction per message*: a FastStream handler with inbox and counters in one
  transaction, at prefetch 1, 8 and 50. Concurrent ones conflict on the shared counters.

Ours and the floor run by turns, 20,000 facts each; the best of five is shown, since whatever
else the machine does only makes a round slower. The obvious way runs over 1,500 facts.
"""

MEASUREMENT = Measurement(
    "folding",
    "(a) Facts folded into figures",
    folding,
    HOW,
    aims=(
        Aim(OURS, against=FLOOR, at_least=0.70),
        Aim(OURS, against=OBVIOUS, at_least=12),
    ),
)
