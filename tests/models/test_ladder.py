"""Retry ladder and dead letters: every message is done, waits on its rung, or is dead with why.

The real local bus over the real database. RabbitMQ's own is held to the same fates by the
conformance suite (`tests/shared/bus`).
"""

import asyncio
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from shared.bus.local import DELIVERIES
from shared.bus.settle import Fate
from shared.bus.topology import LADDER, RUNGS
from shared.clock import SetClock
from shared.deadletters import DEAD_LETTERS, DeadLetters
from shared.envelope import Envelope
from shared.errors import DependencyDown, NotFound
from shared.inbox import INBOX
from shared.messages import SchoolChanged
from shared.mongo import Document, Kept, answering
from shared.outbox import OUTBOX
from tests.models.ground import Ground, Machine, faults, told
from tests.models.power import Fault, Power, PowerCut, finish, run
from tests.models.queues import (
    EFFECTS,
    IN_BATCHES,
    ONE_BY_ONE,
    Process,
    TurnedByHand,
    started,
    trouble,
)

MESSAGES = st.sampled_from(["m1", "m2", "m3", "m4"])
HOW = st.sampled_from(["well", "passing", "permanent", "mistake", "down"])
REASONS = {"passing": "Passing: not", "permanent": "Permanent: this", "mistake": "ZeroDivision"}
POISON = b"{ no message"


class Ladder(Machine):
    """A process with the bus in it, and a person who replays and drops dead letters."""

    QUEUE: ClassVar[str] = ONE_BY_ONE
    BUS: ClassVar[type[TurnedByHand]] = TurnedByHand

    KEPT = (OUTBOX, INBOX, DELIVERIES, DEAD_LETTERS, Kept(EFFECTS))
    MANY = 1000

    async def begin(self) -> None:
        self.clock = SetClock(datetime(2026, 11, 24, tzinfo=UTC))
        self.how: dict[str, str] = {}
        self.down: set[str] = set()
        self.bodies: dict[str, bytes] = {}
        """What was put into the queue, by the message's name."""
        self.dropped: set[bytes] = set()
        self.failures: Counter[str] = Counter()
        self.house = await self.process()
        self.person = await self.process()
        self.asleep: asyncio.Task[Any] | None = None

    async def process(self) -> Process:
        power = Power()
        bus = self.BUS(self.shelf.reached_by(power), self.clock, _ready=True)
        return await started(bus, power, self.mint, self.behaves, self.QUEUE)

    def behaves(self, number: str) -> Exception | None:
        how = self.how.get(number, "well")
        if how != "down":
            self.failures[number] += how != "well"
            return trouble(how)
        # Away at the first question, back at the second.
        self.down ^= {number}
        return trouble("down") if number in self.down else None

    # --- what happens -----------------------------------------------------------------------------

    @rule(message=MESSAGES, fault=faults(2))
    def publish(self, message: str, fault: Fault | None) -> None:
        """Also once more: a relay that crashed tells again."""
        self.do(self._publish(message, fault))

    async def _publish(self, message: str, fault: Fault | None) -> None:
        envelope = Envelope.seal(
            SchoolChanged(school_id=message, name="x"),
            id=message,
            source="/partners/contacts",
            time=datetime(2026, 11, 24, tzinfo=UTC),
            sequence=1,
        )
        if await self.at_house(self.house.publisher.publish(envelope), fault):
            self.bodies[message] = envelope.to_json()

    @rule()
    def poison(self) -> None:
        """What no consumer can read."""
        self.do(self._poison())

    async def _poison(self) -> None:
        await self.house.bus.put([self.house.bus.row(self.QUEUE, "poison", POISON)])
        self.bodies["poison"] = POISON

    @rule(message=MESSAGES, how=HOW)
    def behave(self, message: str, how: str) -> None:
        self.how[message] = how

    @rule(seconds=st.sampled_from([1, 5, 30, 300, 1800]))
    def wait(self, seconds: int) -> None:
        self.clock.move(timedelta(seconds=seconds))

    @rule(fault=faults(12))
    def turn(self, fault: Fault | None) -> None:
        """A worker takes what is due."""
        self.do(self._turn(fault))

    async def _turn(self, fault: Fault | None = None) -> None:
        before, done = await self.rows(), await self.effects()
        if await self.at_house(self.house.bus.turn(self.QUEUE), fault):
            due = [row for row in before.values() if row["due_at"] <= self.clock.now()]
            for row in due:
                await self.check_fate(row, known=_name(row) in done)
        await self.look()

    @rule(which=st.integers(0, 3), fault=faults(4, ("cut", "away", "lost", "asleep")))
    def replay(self, which: int, fault: Fault | None) -> None:
        if self.asleep is None:
            self.do(self._replay(which, fault))

    async def _replay(self, which: int, fault: Fault | None = None) -> None:
        letters = await self.person.dead.newest()
        if not letters:
            return
        letter = letters[which % len(letters)]
        try:
            async with told(self.person.power):
                act = self.person.dead.replay(letter.letter_id)
                done = await run(self.person.power, act, fault)
            if isinstance(done, asyncio.Task):
                self.asleep = done
        except PowerCut:
            self.person = await self.process()
        except (DependencyDown, NotFound):
            pass
        await self.look()

    @rule(which=st.integers(0, 3), sleeps=st.integers(0, 3))
    def replay_slowly(self, which: int, sleeps: int) -> None:
        """The message is handled before the person's command has ended."""
        self.replay(which, Fault("asleep", sleeps))
        self.turn(None)
        if self.asleep is not None:
            self.wake()

    @precondition(lambda self: self.asleep is not None)
    @rule()
    def wake(self) -> None:
        self.do(self._wake())

    async def _wake(self) -> None:
        assert self.asleep is not None
        self.person.power.wake()
        task, self.asleep = self.asleep, None
        with suppress(DependencyDown, NotFound):
            await finish(self.person.power, task)
        await self.look()

    @rule()
    def drop(self) -> None:
        if self.asleep is None:
            self.do(self._drop())

    async def _drop(self) -> None:
        letters = await self.person.dead.newest()
        if letters:
            gone = await self.person.dead.drop(letters[0].letter_id)
            self.dropped.add(gone.body)

    async def at_house(self, act: Any, fault: Fault | None) -> bool:
        """Whether it came to its end; a new process after a crash."""
        try:
            async with told(self.house.power):
                await run(self.house.power, act, fault)
        except PowerCut:
            self.house = await self.process()
            return False
        except DependencyDown:
            return False
        # What a fault cost was tried again, so what became of the messages can't be foretold.
        return fault is None

    # --- what must hold ---------------------------------------------------------------------------

    async def check_fate(self, row: Document, *, known: bool) -> None:
        """After one try: what the state of the message has to be."""
        name, tries = _name(row), row["tries"]
        after = (await self.rows()).get(row["_id"])
        how = "permanent" if name == "poison" else self.how.get(name, "well")
        if how in {"well", "down"} or known:
            assert after is None, f"{name} is done and waits all the same"
            assert name in await self.effects(), f"{name} is done without effect"
        elif how == "permanent" or tries == len(LADDER):
            assert after is None, f"{name} is dead and waits all the same"
            letter = await self.letter(row["body"])
            assert letter is not None, f"{name} is dead and was not buried"
        else:
            assert after is not None, f"{name} failed and waits no more"
            rest = timedelta(seconds=RUNGS[LADDER[tries]])
            assert after["tries"] == tries + 1, f"{name} stands on the wrong rung"
            assert after["due_at"] == self.clock.now() + rest, f"{name} rests for the wrong time"

    async def look(self) -> None:
        """Nothing vanished, nothing took effect twice, and who is dead has cause to be."""
        done = await self.effects()
        assert set(done.values()) <= {1}, "a message had its effect twice"
        waiting = {row["body"] for row in (await self.rows()).values()}
        letters = await self.database[DEAD_LETTERS.name].find().to_list(None)
        buried = {row["body"] for row in letters if row["replayed_at"] is None}
        for name, body in self.bodies.items():
            kept = name in done or body in waiting or body in buried or body in self.dropped
            assert kept, f"{name} vanished"
        for row in letters:
            self.check_reason(row)

    def check_reason(self, row: Document) -> None:
        reason, tries = row["reason"], row["tries"]
        if row["body"] == POISON:
            assert reason.startswith("Permanent: not a CloudEvents"), reason
        elif reason.startswith("gave up"):
            assert tries == len(LADDER) + 1, f"gave up after {tries}"
        else:
            assert reason.startswith(REASONS["permanent"]), f"dead at once because of {reason}"
        assert "a name that nobody may read" not in reason

    async def at_rest(self) -> None:
        if self.asleep is not None:
            await self._wake()
        self.how.clear()
        await self._turn()
        for _ in range(await self.person.dead.count()):
            await self._replay(0)
        self.clock.move(timedelta(seconds=max(RUNGS.values())))
        await self._turn()
        assert not await self.rows(), "something waits for ever"
        done = await self.effects()
        for name, body in self.bodies.items():
            settled = await self.letter(body) if name == "poison" else name in done
            assert settled or body in self.dropped, f"{name} came to no end"

    async def end(self) -> None:
        if self.asleep is not None:
            self.asleep.cancel()
            await asyncio.wait({self.asleep})

    # --- looking ----------------------------------------------------------------------------------

    async def rows(self) -> dict[str, Document]:
        found = self.database[DELIVERIES.name].find({"queue": self.QUEUE})
        return {row["_id"]: row async for row in found}

    async def effects(self) -> Counter[str]:
        return Counter([row["message"] async for row in self.database[EFFECTS].find()])

    async def letter(self, body: bytes) -> Document | None:
        wanted = {"body": body, "replayed_at": None}
        return await self.database[DEAD_LETTERS.name].find_one(wanted)


def _name(row: Document) -> str:
    if row["body"] == POISON:
        return "poison"
    return str(Envelope.parse(row["body"]).subject)


class LadderInBatches(Ladder):
    """The same for a consumer that folds."""

    QUEUE = IN_BATCHES


@pytest.mark.parametrize("machine", [Ladder, LadderInBatches])
def test_every_message_is_done_or_waits_or_is_dead_with_its_reason(
    ground: Ground, machine: type[Machine]
) -> None:
    ground.holds(machine)


class LettingGoFirst(TurnedByHand):
    """Forgets a delivery before it is buried or put on its rung."""

    async def _obey(self, row: Document, fate: Fate, dead: DeadLetters, came: str = "") -> None:
        await self._done([row])
        await super()._obey(row, fate, dead, came)


class LadderLetsGo(Ladder):
    BUS = LettingGoFirst


class TryingForEver(TurnedByHand):
    """Does not count tries."""

    async def _obey(self, row: Document, fate: Fate, dead: DeadLetters, came: str = "") -> None:
        await super()._obey({**row, "tries": 0}, fate, dead, came)
        rows = self.database[DELIVERIES.name]
        async with answering():
            await rows.update_one({"_id": row["_id"]}, {"$set": {"tries": 0}})


class LadderForEver(Ladder):
    BUS = TryingForEver


def test_a_bus_that_lets_go_too_early_is_found(ground: Ground) -> None:
    ground.finds(LadderLetsGo, "vanished|waits no more")


def test_a_bus_that_tries_for_ever_is_found(ground: Ground) -> None:
    ground.finds(LadderForEver, "wrong rung")
