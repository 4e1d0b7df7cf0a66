"""Messages are stored with the change that they tell of, then told: nothing is said that is not so.

`Work` is one transaction of one service: what is written and emitted in it stands or falls
together. `Relay` hands the stored messages to the bus, an aggregate's in their order, and is the
only publisher.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from pymongo import ASCENDING, IndexModel

from shared import crashpoints, telemetry
from shared.clock import Clock, Mint
from shared.envelope import Envelope
from shared.errors import DependencyDown, PartnersError
from shared.lease import Lease
from shared.messages import Message
from shared.mongo import Database, Document, Kept, Session, answering
from shared.refused import ASIDE_INDEX, FRESH, Refused

T = TypeVar("T")
KEPT_FOR = timedelta(days=7)
SWEEP_SECONDS = 0.5
LEASE = timedelta(seconds=4)
"""So long nobody relays after a relay was killed. A stale holder's messages come twice, no harm."""
BATCH = 500

OUTBOX = Kept(
    "outbox",
    indexes=(
        IndexModel([("sent_at", ASCENDING), ("_id", ASCENDING)], name="waiting"),
        IndexModel(
            [("sent_at", ASCENDING)],
            name="forget",
            expireAfterSeconds=int(KEPT_FOR.total_seconds()),
            partialFilterExpression={"sent_at": {"$type": "date"}},
        ),
        ASIDE_INDEX,
    ),
)


class Publisher(Protocol):
    """A bus, as the relay needs it."""

    async def publish(self, envelope: Envelope) -> None:
        """Return when the bus has stored it for every queue; raise otherwise."""


@dataclass
class Work:
    """One transaction. Pass it to stores as `work.session`; emit what is to be told of it."""

    session: Session
    now: datetime
    source: str
    mint: Mint
    cause: Envelope | None = None
    emitted: list[Envelope] = field(default_factory=list)
    woken: list[asyncio.Event] = field(default_factory=list)

    def wake(self, event: asyncio.Event) -> None:
        """Set an event once this is stored, for whoever looks at what was written here."""
        self.woken.append(event)

    def emit(self, message: Message, *, sequence: int) -> Envelope:
        """Tell the other services of this change, once it is stored.

        `sequence` is the version of the aggregate after the change, from 1.
        """
        envelope = Envelope.seal(
            message,
            id=self.mint(),
            source=self.source,
            time=self.now,
            sequence=sequence,
            cause=self.cause,
            traceparent=telemetry.traceparent(),
        )
        self.emitted.append(envelope)
        return envelope


@dataclass
class Units:
    """Makes units of work for one service and wakes its relay after each."""

    database: Database
    service: str
    clock: Clock
    mint: Mint
    told: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(
        self, body: Callable[[Work], Awaitable[T]], *, cause: Envelope | None = None
    ) -> T:
        """Run `body` in one transaction with its messages; it may run again on a conflict."""
        told: list[str] = []
        woken: list[asyncio.Event] = []
        caused = [cause.type] if cause else []

        async def within(session: Session) -> T:
            work = Work(
                session,
                self.clock.now(),
                f"/partners/{self.service}",
                self.mint,
                cause=cause,
            )
            result = await body(work)
            told[:], woken[:] = [each.type for each in work.emitted], work.woken
            if told:
                rows = [_row(each) for each in work.emitted]
                await self.database[OUTBOX.name].insert_many(rows, session=session)
            crashpoints.reach("work.uncommitted", [*told, *caused])
            return result

        result = await self.database.transaction(within)
        crashpoints.reach("work.committed", [*told, *caused])
        if told:
            self.told.set()
        for event in woken:
            event.set()
        return result


def _row(envelope: Envelope) -> Document:
    return {
        "_id": envelope.id,
        "aggregate": f"{envelope.type.rsplit('.', 2)[0]}|{envelope.subject}",
        "sequence": envelope.sequence,
        "envelope": envelope.model_dump(mode="json", exclude_none=True),
        "sent_at": None,
    }


@dataclass
class Relay:
    """Publishes what waits in the outbox; holds a lease, so that replicas may run."""

    units: Units
    publisher: Publisher
    holder: str
    _task: asyncio.Task[None] | None = None
    _lease: Lease = field(init=False)
    _refused: Refused = field(init=False)

    def __post_init__(self) -> None:
        self._lease = Lease(self.units.database, "relay", self.holder, self.units.clock, LEASE)
        self._refused = Refused(self.units.database[OUTBOX.name], self.units.clock)

    def start(self) -> None:
        """Begin to relay in the background."""
        self._task = asyncio.create_task(self._run(), name=f"relay {self.units.service}")

    async def stop(self) -> None:
        """Stop after the batch under way is cut off; what is unsent stays stored."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            with suppress(PartnersError):  # else it runs out, which is as good
                await self._lease.give_back()

    async def _run(self) -> None:
        log = telemetry.logger("relay")
        while True:
            self.units.told.clear()
            try:
                while await self._holds() and await self.sweep():
                    pass
            except PartnersError as error:
                log.warning("relay waits", reason=str(error))
            except Exception as error:  # noqa: BLE001 - whatever it was, the next sweep comes
                telemetry.failed(self.units.service, error)
            with suppress(TimeoutError):
                # Not wait_for: before Python 3.12 it can lose a cancellation, and stop would hang.
                async with asyncio.timeout(SWEEP_SECONDS):
                    await self.units.told.wait()

    async def _holds(self) -> bool:
        fence = self._lease.fence
        held = await self._lease.held()
        if self._lease.fence != fence:
            self._refused.look_anew()
        return held

    async def sweep(self) -> int:
        """Publish one batch; gives how many it dealt with. An aggregate stops at its first failure.

        What the bus refuses, such as what goes to a full queue, steps aside and bars nothing else.
        Raises `DependencyDown` when the bus does not answer; then nothing steps aside.
        """
        again = await self._refused.again(self._tell_unless_down)
        rows = await self._waiting()
        held_up = await self._refused.holds_up({row["aggregate"] for row in rows})
        free = [row for row in rows if row["aggregate"] not in held_up]
        sent, refused = await self._tell_unless_down(free)
        if aside := held_up | refused.keys():
            ids = [row["_id"] for row in rows if row["aggregate"] in aside]
            await self._refused.step_aside(ids)
        telemetry.relayed(self.units.service, sent=again + sent, stuck=self._refused.count)
        return again + len(rows)

    async def _waiting(self) -> list[Document]:
        """The next batch, and what goes before it: ids of two processes need not sort by time."""
        outbox = self.units.database["outbox"]
        async with answering():
            rows = await outbox.find(FRESH).sort("_id", 1).limit(BATCH).to_list(BATCH)
            if len(rows) < BATCH:
                return rows
            newest = {row["aggregate"]: row["sequence"] for row in sorted(rows, key=_order)}
            beyond = {"_id": {"$gt": rows[-1]["_id"]}, "aggregate": {"$in": list(newest)}}
            async for row in outbox.find({**FRESH, **beyond}):
                if row["sequence"] < newest[row["aggregate"]]:
                    rows.append(row)
        return rows

    async def _tell_unless_down(
        self, rows: Sequence[Document]
    ) -> tuple[int, Mapping[str, Exception]]:
        sent, errors = await self._tell_all(rows)
        if any(isinstance(error, DependencyDown) for error in errors.values()):
            telemetry.relayed(self.units.service, sent=sent, stuck=len(rows) - sent)
            raise DependencyDown("the message broker")
        return sent, errors

    async def _tell_all(self, rows: Sequence[Document]) -> tuple[int, dict[str, Exception]]:
        """How many were sent, and which aggregates were not taken, and why."""
        by_aggregate: dict[str, list[Document]] = {}
        if rows:
            crashpoints.reach("outbox.read", (row["envelope"]["type"] for row in rows))
        for row in sorted(rows, key=_order):
            by_aggregate.setdefault(row["aggregate"], []).append(row)
        told = await asyncio.gather(*(self._tell(each) for each in by_aggregate.values()))
        ids = [each for sent, _ in told for each in sent]
        if ids:
            crashpoints.reach("outbox.published", (row["envelope"]["type"] for row in rows))
            async with answering():
                await self.units.database["outbox"].update_many(
                    {"_id": {"$in": ids}}, {"$set": {"sent_at": self.units.clock.now()}}
                )
            crashpoints.reach("outbox.marked", (row["envelope"]["type"] for row in rows))
        errors = zip(by_aggregate, (error for _, error in told), strict=True)
        return len(ids), {aggregate: error for aggregate, error in errors if error}

    async def _tell(self, rows: Sequence[Document]) -> tuple[list[str], Exception | None]:
        sent: list[str] = []
        for row in rows:
            try:
                await self.publisher.publish(Envelope.model_validate(row["envelope"]))
            except Exception as error:  # noqa: BLE001 - whatever it was, it is not sent, and is tried again
                telemetry.logger("relay").warning(
                    "not published", message_id=row["_id"], reason=type(error).__name__
                )
                return sent, error
            sent.append(row["_id"])
        return sent, None


def _order(row: Document) -> tuple[str, str, str]:
    return row["aggregate"], row["sequence"], row["_id"]
