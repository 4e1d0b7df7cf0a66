"""Outbox and relay: what is committed is told, nothing else is, and an aggregate's words in order.

Two processes write and relay. Their clocks differ, so their ids do not sort as they were made.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from shared import outbox
from shared.bus.local import Unroutable
from shared.clock import SetClock
from shared.envelope import Envelope
from shared.errors import DependencyDown
from shared.messages import SchoolChanged
from shared.mongo import Document, Kept, answering
from shared.outbox import OUTBOX, Relay, Units, Work
from shared.refused import LONGEST
from tests.models.ground import Ground, Machine, faults, told
from tests.models.power import Fault, Power, PowerCut, finish, run

SCHOOLS = st.sampled_from(["maple", "oak"])
FAILING = st.frozensets(SCHOOLS, max_size=1)
THINGS = "things"


@dataclass
class Listening:
    """A bus that keeps what it is told; it fails for some, and can lose its confirmation."""

    machine: "Outbox"
    power: Power
    failing: frozenset[str] = frozenset()
    """For whose messages there is no room."""
    drains: bool = False
    """Whether there is room again once it was refused."""

    async def publish(self, envelope: Envelope) -> None:
        async with answering():
            lost = await self.power.step("publish")
        if envelope.subject in self.failing:
            if self.drains:
                self.failing -= {envelope.subject}
            raise Unroutable("no room for it")
        await self.machine.hear(envelope)
        if lost:
            raise DependencyDown("the message broker")


@dataclass
class Process:
    """One replica of a service; a new one after a crash."""

    power: Power
    units: Units
    listening: Listening
    relay: Relay
    asleep: "asyncio.Task[Any] | None" = field(default=None)


class Outbox(Machine):
    """Two replicas that change things, relay, end and fall asleep."""

    KEPT = (OUTBOX, Kept(THINGS))
    MANY = 1800
    RELAY: type[Relay] = Relay

    async def begin(self) -> None:
        self.clock = SetClock(datetime(2026, 11, 24, tzinfo=UTC))
        self.heard: list[tuple[str, int]] = []
        self.known: set[str] = set()
        self.holding: dict[str, datetime] = {}
        self.processes = {name: self.process(name) for name in ("east", "west")}

    def process(self, name: str) -> Process:
        power = Power()
        # The west's clock is behind: all its ids sort before those of the east.
        prefix = "b" if name == "east" else "a"
        database = self.shelf.reached_by(power)
        units = Units(database, "contacts", self.clock, lambda: f"{prefix}-{self.mint()}")
        listening = Listening(self, power)
        return Process(power, units, listening, self.RELAY(units, listening, self.mint()))

    async def hear(self, envelope: Envelope) -> None:
        row = await self.database[OUTBOX.name].find_one({"_id": envelope.id})
        self.must(row is not None, "something was told that was not committed")
        subject = str(envelope.subject)
        if envelope.id not in self.known:
            self.known.add(envelope.id)
            earlier = [version for school, version in self.heard if school == subject]
            self.must(envelope.version == len(earlier) + 1, "an aggregate was told out of order")
            self.heard.append((subject, envelope.version))

    async def act(self, name: str, act: Any, fault: Fault | None) -> bool:
        """Whether it came to its end."""
        process = self.processes[name]
        try:
            async with told(process.power):
                done = await run(process.power, act, fault)
        except PowerCut:
            self.processes[name] = self.process(name)
            return False
        except DependencyDown:
            return False
        if isinstance(done, asyncio.Task):
            process.asleep = done
            return False
        return True

    def awake(self, name: str) -> bool:
        return self.processes[name].asleep is None

    @rule(name=st.sampled_from(["east", "west"]), school=SCHOOLS, more=SCHOOLS, fault=faults(10))
    def change(self, name: str, school: str, more: str, fault: Fault | None) -> None:
        if self.awake(name):
            self.do(self._change(name, {school, more}, fault))

    async def _change(self, name: str, schools: set[str], fault: Fault | None) -> None:
        before = await self.versions()
        units = self.processes[name].units

        async def body(work: Work) -> None:
            things = units.database[THINGS]
            for each in sorted(schools):
                row = await things.find_one({"_id": each}, session=work.session)
                version = row["version"] + 1 if row else 1
                await things.update_one(
                    {"_id": each},
                    {"$set": {"version": version}},
                    upsert=True,
                    session=work.session,
                )
                work.emit(SchoolChanged(school_id=each, name=each), sequence=version)

        done = await self.act(name, units.run(body), fault)
        after = await self.versions()
        changed = {each for each in after if after[each] != before.get(each, 0)}
        assert changed in (set(), schools), "half of a change was kept"
        assert changed == schools or not done
        kept = await self.database[OUTBOX.name].count_documents({})
        assert kept == sum(after.values()), "a change and its messages came apart"

    @rule(
        name=st.sampled_from(["east", "west"]),
        failing=FAILING,
        drains=st.booleans(),
        fault=faults(8, ("cut", "away", "lost", "asleep", "asleep")),
    )
    def turn(
        self, name: str, failing: frozenset[str], *, drains: bool, fault: Fault | None
    ) -> None:
        if self.awake(name):
            self.processes[name].listening.drains = drains
            self.do(self._turn(name, failing, fault))

    async def _turn(self, name: str, failing: frozenset[str], fault: Fault | None) -> bool:
        process = self.processes[name]
        process.listening.failing = failing
        return await self.act(name, self._relay(name, process.relay), fault)

    async def _relay(self, name: str, relay: Relay) -> None:
        if await relay._holds():
            other = "west" if name == "east" else "east"
            until = self.holding.get(other)
            assert until is None or self.clock.now() > until, "two hold the lease"
            self.holding[name] = self.clock.now()
            await relay.sweep()

    @rule(name=st.sampled_from(["east", "west"]))
    def wake(self, name: str) -> None:
        if not self.awake(name):
            self.do(self._wake(name))

    async def _wake(self, name: str) -> None:
        process = self.processes[name]
        assert process.asleep is not None
        process.power.wake()
        task, process.asleep = process.asleep, None
        try:
            await finish(process.power, task)
        except (DependencyDown, PowerCut):
            return

    @rule(name=st.sampled_from(["east", "west"]))
    def kill(self, name: str) -> None:
        self.do(self._kill(name))

    async def _kill(self, name: str) -> None:
        process = self.processes[name]
        if process.asleep is not None:
            process.asleep.cancel()
            await asyncio.wait({process.asleep})
        self.processes[name] = self.process(name)

    @precondition(lambda self: all(each.asleep is None for each in self.processes.values()))
    @rule(name=st.sampled_from(["east", "west"]), failing=FAILING)
    def flush(self, name: str, failing: frozenset[str]) -> None:
        """What can be told is told soon, whatever else can't."""
        self.do(self._flush(name, failing))

    async def _flush(self, name: str, failing: frozenset[str]) -> None:
        self.processes[name].listening.drains = False
        versions = await self.versions()
        for _ in range(sum(versions.values()) + 1):
            # What was refused is tried again within so long.
            self.clock.move(2 * LONGEST)
            await self._turn(name, failing, None)
        for school in set(versions) - failing:
            heard = [version for each, version in self.heard if each == school]
            assert len(heard) == versions[school], f"{school} waits behind {sorted(failing)}"

    @precondition(lambda self: all(each.asleep is None for each in self.processes.values()))
    @rule(name=st.sampled_from(["east", "west"]), failing=FAILING, sleeps=st.integers(0, 8),
          fault=faults(8))  # fmt: skip
    def overtake(
        self, name: str, failing: frozenset[str], sleeps: int, fault: Fault | None
    ) -> None:
        """One falls asleep at its work, the other takes over, the first one wakes."""
        other = "west" if name == "east" else "east"
        self.change(name, "oak", "maple", None)
        self.turn(name, failing, drains=False, fault=Fault("asleep", sleeps))
        self.wait(30)
        self.turn(other, frozenset(), drains=False, fault=fault)
        self.wake(name)

    @rule(seconds=st.sampled_from([1, 3, 9, 30]))
    def wait(self, seconds: int) -> None:
        self.clock.move(timedelta(seconds=seconds))

    async def versions(self) -> dict[str, int]:
        return {row["_id"]: row["version"] async for row in self.database[THINGS].find()}

    async def at_rest(self) -> None:
        for name, process in self.processes.items():
            if process.asleep is not None:
                await self._wake(name)
        await self._flush("west", frozenset())
        waiting = await self.database[OUTBOX.name].count_documents({"sent_at": None})
        assert waiting == 0, "something was never marked as told"

    async def end(self) -> None:
        for name in self.processes:
            await self._kill(name)


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a few messages fill one."""
    monkeypatch.setattr(outbox, "BATCH", 4)


def test_what_is_committed_is_told_and_an_aggregate_is_told_in_order(ground: Ground) -> None:
    ground.holds(Outbox)


class MarkingFirst(Relay):
    """Marks what it takes before the bus has it."""

    async def sweep(self) -> int:
        rows = self.units.database[OUTBOX.name]
        waiting = await rows.find({"sent_at": None}).sort("_id", 1).to_list(None)
        ids = [row["_id"] for row in waiting]
        await rows.update_many({"_id": {"$in": ids}}, {"$set": {"sent_at": self.units.clock.now()}})
        await self._tell(waiting)
        return len(ids)


class TellingById(Relay):
    """Takes ids for an order of time."""

    async def _tell(self, rows: Sequence[Document]) -> tuple[list[str], Exception | None]:
        return await super()._tell(sorted(rows, key=lambda row: str(row["_id"])))


class OutboxMarkedFirst(Outbox):
    RELAY = MarkingFirst


class OutboxToldById(Outbox):
    RELAY = TellingById


def test_a_relay_that_marks_before_it_tells_is_found(ground: Ground) -> None:
    ground.finds(OutboxMarkedFirst, "told out of order|waits behind")


def test_a_relay_that_tells_by_id_is_found(ground: Ground) -> None:
    ground.finds(OutboxToldById, "told out of order|waits behind")
