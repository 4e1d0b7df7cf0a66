"""A local bus whose worker takes a turn when a history says so, and the consumer at its queue."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from shared.bus.handlers import Consumer, Handlers
from shared.bus.local import AT_ONCE, LocalBus, LocalPublisher
from shared.clock import Mint
from shared.deadletters import DeadLetters
from shared.envelope import Envelope
from shared.errors import DependencyDown, Passing, Permanent
from shared.inbox import Inbox
from shared.messages import EducatorChanged, SchoolChanged
from shared.mongo import Document
from shared.outbox import Units, Work
from tests.models.power import Power

ONE_BY_ONE, IN_BATCHES = "gateway", "reports"
EFFECTS = "effects"


class Behaves(Protocol):
    """Says what a handler meets: nothing, or the error to raise."""

    def __call__(self, number: str) -> Exception | None:
        """For one message, by its subject."""


def trouble(how: str) -> Exception | None:
    """What a handler raises."""
    kinds: dict[str, Exception] = {
        "passing": Passing("not known here yet"),
        "permanent": Permanent("this can never be"),
        "mistake": ZeroDivisionError("a name that nobody may read"),
        "down": DependencyDown("the directory"),
    }
    return kinds.get(how)


@dataclass
class TurnedByHand(LocalBus):
    """Starts no worker: `turn` hands out what is due, once."""

    turns: dict[str, Callable[[list[Document]], Awaitable[None]]] = field(default_factory=dict)

    def _work(
        self, consumer: Consumer, queue: str, take: Callable[[list[Document]], Awaitable[None]]
    ) -> None:
        del consumer
        self.turns[queue] = take

    async def turn(self, queue: str) -> None:
        """As a worker does it."""
        rows = await self._due(queue, AT_ONCE)
        if rows:
            await self.turns[queue](rows)


@dataclass
class Process:
    """One process with the bus in it, or a person's command at work on dead letters."""

    power: Power
    bus: TurnedByHand
    dead: DeadLetters

    @property
    def publisher(self) -> LocalPublisher:
        """What a relay tells its messages to."""
        return LocalPublisher(self.bus)


async def started(
    bus: TurnedByHand, power: Power, mint: Mint, behaves: Behaves, queue: str
) -> Process:
    """A new process with the consumer of one queue."""
    database, clock = bus.database, bus.clock
    units = Units(database, queue, clock, mint)
    dead = DeadLetters(database, queue, clock, mint)
    if queue == ONE_BY_ONE:
        consumer = Consumer(queue, Inbox(units), handlers=_handlers(units, behaves))
    else:
        consumer = Consumer(queue, Inbox(units), fold=_fold(units, behaves))
    await bus.consume(consumer, dead)
    return Process(power, bus, dead)


def _handlers(units: Units, behaves: Behaves) -> Handlers:
    handlers = Handlers(ONE_BY_ONE)

    @handlers.on(SchoolChanged)
    async def act(message: SchoolChanged, work: Work) -> None:
        await _effect(units, message.school_id, behaves, work)

    @handlers.on(EducatorChanged)
    async def never(message: EducatorChanged, work: Work) -> None: ...

    return handlers


def _fold(units: Units, behaves: Behaves) -> Any:
    async def fold(envelopes: Sequence[Envelope]) -> None:
        messages = [envelope.open() for envelope in envelopes]

        async def body(work: Work) -> None:
            for message in messages:
                known = {"message": message.subject, "queue": IN_BATCHES}
                rows = units.database[EFFECTS]
                if await rows.find_one(known, session=work.session) is None:
                    await _effect(units, message.subject, behaves, work)

        await units.run(body)

    return fold


async def _effect(units: Units, number: str, behaves: Behaves, work: Work) -> None:
    row = {"_id": work.mint(), "message": number, "queue": units.service}
    await units.database[EFFECTS].insert_one(row, session=work.session)
    if error := behaves(number):
        raise error
